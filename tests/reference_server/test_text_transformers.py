"""The transformers engine on a tiny random-weight model that the test makes itself."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING, Any

import pytest
from text_serving import CHAT, COMPLETION, EMBEDDING, FEW_SHOT, chat, completion, serving

from reference_server.settings import Settings
from reference_server.text.engine import End, Message, Options, Piece
from reference_server.text.errors import TooLong
from reference_server.text.transformers_local import LocalTransformers, missing

if TYPE_CHECKING:
    from pathlib import Path

CONTEXT = 128
torch = pytest.importorskip("torch", reason="torch is not installed; tox -e paddle runs these")


@pytest.fixture(scope="module")
def model_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Llama of two small layers whose tokens are bytes, saved as any model is."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: number for number, token in enumerate(["<end>", *alphabet])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    torch.manual_seed(0)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(vocabulary), hidden_size=32, intermediate_size=64, num_hidden_layers=2,
            num_attention_heads=2, num_key_value_heads=2, max_position_embeddings=CONTEXT,
            bos_token_id=None, eos_token_id=0,
        )
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("models") / "tiny-llama"
    model.save_pretrained(folder)
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<end>").save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def engine(model_dir: Path) -> LocalTransformers:
    return LocalTransformers(model_dir, "cpu")


def complete(engine: LocalTransformers, text: str, **options: Any) -> list[Piece]:
    async def run() -> list[Piece]:
        asked = Options(**{"temperature": 0.0, "stream": True, **options})
        return [piece async for piece in engine.complete([Message("user", text)], asked)]

    return asyncio.run(run())


def whole(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def test_the_limit_is_obeyed_and_the_counts_grow(engine: LocalTransformers) -> None:
    pieces = complete(engine, "Hello", max_tokens=20)
    assert pieces[-1].completion_tokens == 20
    assert pieces[-1].end is End.LENGTH
    assert not any(piece.end for piece in pieces[:-1])
    counts = [piece.completion_tokens for piece in pieces]
    assert counts == sorted(counts)
    assert {piece.input_tokens for piece in pieces} == {len("user: Hello\nassistant:")}
    assert len(pieces) > 2


def test_at_temperature_0_the_answer_repeats(engine: LocalTransformers) -> None:
    first, second = (whole(complete(engine, "Hello", max_tokens=20)) for _ in range(2))
    assert first == second
    assert whole(complete(engine, "Other", max_tokens=20)) != first


def test_a_seed_repeats_what_temperature_makes_random(engine: LocalTransformers) -> None:
    asked = {"max_tokens": 20, "temperature": 1.0}
    first, second = (whole(complete(engine, "Hello", seed=5, **asked)) for _ in range(2))
    assert first == second
    assert whole(complete(engine, "Hello", seed=6, **asked)) != first


def test_a_stop_sequence_ends_it(engine: LocalTransformers) -> None:
    text = whole(complete(engine, "Hello", max_tokens=20))
    stop = text[4:6]
    stopped = complete(engine, "Hello", max_tokens=20, stop=(stop,))
    assert whole(stopped) == text[: text.index(stop)]
    assert stopped[-1].end is End.STOP


def test_an_input_without_room_for_an_answer_is_refused(engine: LocalTransformers) -> None:
    with pytest.raises(TooLong, match=f"no more than {CONTEXT - 1}"):
        complete(engine, "a" * CONTEXT)


def test_leaving_early_frees_the_model_for_the_next(engine: LocalTransformers) -> None:
    async def run() -> list[Piece]:
        asked = Options(temperature=0.0, max_tokens=100, stream=True)
        leaving = engine.complete([Message("user", "Hi")], asked)
        await anext(leaving)
        await leaving.aclose()
        after = Options(temperature=0.0, max_tokens=3, stream=True)
        return [piece async for piece in engine.complete([Message("user", "Hi")], after)]

    assert asyncio.run(asyncio.wait_for(run(), 60))[-1].completion_tokens == 3


def test_every_contract_is_served_by_it(model_dir: Path) -> None:
    with serving(text_engine="transformers", model_dir=model_dir, model_device="cpu") as server:
        request = completion("Hello", stream=True, maxTokens="6", temperature=0)
        lines = server.http.post(COMPLETION, json=request).text.splitlines()
        answer = server.http.post(CHAT, json=chat("Hello", max_tokens=6, temperature=0)).json()
        vectors = [
            server.http.post(EMBEDDING, json={"modelUri": "emb://0/general", "text": text}).json()
            for text in ("one", "two")
        ]
        few = {"modelUri": "cls://0/general", "labels": ["a", "b"], "text": "a"}
        classified = server.http.post(FEW_SHOT, json=few).json()
        tokens = server.http.post(
            "/foundationModels/v1/tokenize", json={"modelUri": "gpt://0/general", "text": "abc"}
        ).json()
    assert '"modelVersion":"tiny-llama"' in lines[-1]
    assert "ALTERNATIVE_STATUS_TRUNCATED_FINAL" in lines[-1]
    assert answer["usage"]["completion_tokens"] == 6
    assert math.isclose(math.fsum(x * x for x in vectors[0]["embedding"]), 1, abs_tol=1e-5)
    assert vectors[0]["embedding"] != vectors[1]["embedding"]
    assert sum(one["confidence"] for one in classified["predictions"]) == pytest.approx(1)
    assert [token["text"] for token in tokens["tokens"]] == ["a", "b", "c"]


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    assert "--model-dir" in missing(Settings(state_dir=tmp_path))[0]
    assert "config.json" in missing(Settings(state_dir=tmp_path, model_dir=tmp_path))[0]
