"""A language model of random weights and a tokenizer of bytes, made here: nothing is downloaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

SEED = 7
CONTEXT_TOKENS = 4096
_SPREAD = 0.1
"""Of the weights; wide enough that what was said before decides what comes next."""
_BEGIN, _END, _PAD = "<|im_start|>", "<|im_end|>", "<|pad|>"
_CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def make_tiny_model(folder: Path) -> Path:
    """Write a Llama of some 30 thousand parameters into `folder`, and return it.

    Its weights are drawn from a fixed seed, so that every machine has the same model. It says
    printable characters without sense, and at temperature 0 never ends by itself: the tokens of
    all other bytes and of the end get no weight.
    """
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {character: place for place, character in enumerate(alphabet)}
    core = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=core, eos_token=_END, pad_token=_PAD, additional_special_tokens=[_BEGIN]
    )
    tokenizer.chat_template = _CHAT_TEMPLATE
    torch.manual_seed(SEED)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            initializer_range=_SPREAD,
            max_position_embeddings=CONTEXT_TOKENS,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
            bos_token_id=None,
        )
    )
    printable = [vocabulary[chr(code)] for code in range(0x21, 0x7F)]
    silent = torch.ones(len(tokenizer), dtype=torch.bool)
    silent[printable] = False
    with torch.no_grad():
        model.lm_head.weight[silent] = 0
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
