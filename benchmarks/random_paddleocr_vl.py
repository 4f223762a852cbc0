"""A PaddleOCR-VL checkpoint with random weights: of full size, or tiny for a test.

    python benchmarks/random_paddleocr_vl.py FOLDER [--tiny] [--seed 0]

It is saved with the library's own classes and holds everything that real loading code asks for:
weights, a byte-level tokenizer, the image processor, a chat template and `inference.yml`. What it
"reads" is noise. Needs torch and transformers 5.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

MODEL_NAME = "PaddleOCR-VL-1.6-0.9B"
SPECIAL = (
    "<unk>", "<s>", "</s>", "<|IMAGE_PLACEHOLDER|>", "<|IMAGE_START|>", "<|IMAGE_END|>",
    "<|VIDEO_PLACEHOLDER|>",
)  # fmt: skip
CHAT_TEMPLATE = (
    "{% for message in messages %}{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<|IMAGE_START|><|IMAGE_PLACEHOLDER|><|IMAGE_END|>"
    "{% else %}User: {{ part['text'] }}\n{% endif %}{% endfor %}{% endfor %}Assistant: "
)
TINY_TEXT = {
    "vocab_size": 512, "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2,
    "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16, "initializer_range": 0.6,
    "rope_parameters": {
        "rope_type": "default", "rope_theta": 500000.0, "mrope_section": [2, 3, 3]
    },
}  # fmt: skip
TINY_VISION = {
    "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4,
    "image_size": 56,
}  # fmt: skip
FULL_TEXT = {
    "rope_parameters": {
        "rope_type": "default", "rope_theta": 500000.0, "mrope_section": [16, 24, 24]
    }
}  # fmt: skip


def make(folder: Path, *, tiny: bool = False, seed: int = 0, device: str = "cpu") -> int:
    """Write the checkpoint; returns how many parameters it has. Full size is saved in bf16."""
    import torch
    from transformers import PaddleOCRVLConfig, PaddleOCRVLForConditionalGeneration

    special = {name: SPECIAL.index(name) for name in SPECIAL}
    text = {**(TINY_TEXT if tiny else FULL_TEXT), "pad_token_id": 0, "bos_token_id": 1}
    config = PaddleOCRVLConfig(
        text_config={**text, "eos_token_id": 2},
        vision_config=TINY_VISION if tiny else {},
        image_token_id=special["<|IMAGE_PLACEHOLDER|>"],
        video_token_id=special["<|VIDEO_PLACEHOLDER|>"],
        vision_start_token_id=special["<|IMAGE_START|>"],
        vision_end_token_id=special["<|IMAGE_END|>"],
    )
    torch.manual_seed(seed)
    with torch.device(device):
        model = PaddleOCRVLForConditionalGeneration(config)
    if not tiny:
        model = model.to(torch.bfloat16)
    model.save_pretrained(folder, max_shard_size="20GB")
    processor().save_pretrained(folder)
    (folder / "inference.yml").write_text(f"Global:\n  model_name: {MODEL_NAME}\n")
    return sum(parameter.numel() for parameter in model.parameters())


def processor() -> Any:
    """A processor whose tokens are bytes."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PaddleOCRVLProcessor, PreTrainedTokenizerFast
    from transformers.models.paddleocr_vl.image_processing_pil_paddleocr_vl import (
        PaddleOCRVLImageProcessorPil,
    )

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: number for number, token in enumerate([*SPECIAL, *alphabet])}
    unknown, begin, end = SPECIAL[:3]
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[], unk_token=unknown))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(list(SPECIAL))
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        unk_token=unknown,
        bos_token=begin,
        eos_token=end,
        pad_token=unknown,
        extra_special_tokens={"image_token": "<|IMAGE_PLACEHOLDER|>"},
    )
    return PaddleOCRVLProcessor(PaddleOCRVLImageProcessorPil(), fast, chat_template=CHAT_TEMPLATE)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tiny", action="store_true", help="0.3 M parameters instead of 0.9 B")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    count = make(given.folder, tiny=given.tiny, seed=given.seed)
    print(f"{given.folder}: {count / 1e6:.1f} M parameters")


if __name__ == "__main__":
    main()
