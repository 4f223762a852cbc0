"""The transformers engine: a Hugging Face model out of a local folder, on a CPU or a GPU."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from reference_server.text.classification import classify
from reference_server.text.engine import Embedding, End, Piece, TextEngineUnavailable, Token
from reference_server.text.errors import Code, TextError, TooLong
from reference_server.text.stops import UpToStop

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence
    from pathlib import Path

    from reference_server.settings import Settings
    from reference_server.text.engine import (
        Classification,
        ClassificationTask,
        Message,
        Options,
        TextEngine,
    )

# Where the request names no limit: long enough for an answer, short enough for a CPU.
DEFAULT_MAX_TOKENS = 512
_PACKAGES = ("torch", "transformers")


def build(settings: Settings) -> TextEngine:
    lacking = missing(settings)
    if lacking or settings.model_dir is None:
        raise TextEngineUnavailable("; ".join(lacking))
    return LocalTransformers(settings.model_dir, settings.model_device)


def missing(settings: Settings) -> list[str]:
    lacking = [
        f"{package}: not installed; pip install {package}"
        for package in _PACKAGES
        if find_spec(package) is None
    ]
    if settings.model_dir is None:
        lacking.append("--model-dir: the transformers engine needs the folder of a model")
    elif not (settings.model_dir / "config.json").is_file():
        lacking.append(f"--model-dir: {settings.model_dir} has no config.json")
    return lacking


class LocalTransformers:
    """One model in this process. Its work is done one request at a time, on other threads."""

    def __init__(self, folder: Path, device: str = "auto") -> None:
        self._folder = folder
        self._device = device
        self.version = folder.name
        self._one_at_a_time = asyncio.Lock()
        self._loaded: _Loaded | None = None

    async def complete(
        self, messages: Sequence[Message], options: Options
    ) -> AsyncGenerator[Piece, None]:
        async with self._one_at_a_time:
            loaded = await self._ready()
            prompt = loaded.prompt(messages)
            room = loaded.context - len(prompt)
            if room < 1:
                raise TooLong(len(prompt), loaded.context - 1)
            limit = min(options.max_tokens or DEFAULT_MAX_TOKENS, room)
            async with contextlib.aclosing(
                self._generated(loaded, prompt, limit, options)
            ) as pieces:
                async for piece in pieces:
                    yield piece

    async def embed(self, text: str) -> Embedding:
        async with self._one_at_a_time:
            loaded = await self._ready()
            ids = loaded.ids(text)
            if len(ids) > loaded.context:
                raise TooLong(len(ids), loaded.context)
            return Embedding(await asyncio.to_thread(loaded.mean_state, ids), len(ids))

    async def classify(self, task: ClassificationTask) -> Classification:
        return await classify(task, self.embed)

    async def tokenize(self, text: str) -> tuple[Token, ...]:
        loaded = await self._ready_alone()
        return loaded.tokens(loaded.ids(text))

    async def tokenize_conversation(self, messages: Sequence[Message]) -> tuple[Token, ...]:
        loaded = await self._ready_alone()
        return loaded.tokens(loaded.prompt(messages))

    async def close(self) -> None:
        """The model goes with the process."""

    async def _ready_alone(self) -> _Loaded:
        async with self._one_at_a_time:
            return await self._ready()

    async def _ready(self) -> _Loaded:
        if self._loaded is None:
            self._loaded = await asyncio.to_thread(_Loaded, self._folder, self._device)
        return self._loaded

    async def _generated(
        self, loaded: _Loaded, prompt: list[int], limit: int, options: Options
    ) -> AsyncGenerator[Piece, None]:
        made: asyncio.Queue[int | None] = asyncio.Queue()
        given_up = threading.Event()
        loop = asyncio.get_running_loop()

        def on_token(token: int) -> None:
            loop.call_soon_threadsafe(made.put_nowait, token)

        working = asyncio.ensure_future(
            asyncio.to_thread(loaded.generate, prompt, limit, options, on_token, given_up)
        )
        # Also wakes the reader if the model fails.
        working.add_done_callback(lambda _: made.put_nowait(None))
        try:
            pieces = _pieces(loaded, made, working, len(prompt), limit, options)
            async with contextlib.aclosing(pieces):
                async for piece in pieces:
                    yield piece
        except RuntimeError as error:  # what torch raises, running out of memory included
            raise TextError(Code.INTERNAL, f"the model failed: {error}"[:300]) from error
        finally:
            given_up.set()
            # The thread stops at its next token; the model is not free before.
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait({working})


async def _pieces(
    loaded: _Loaded,
    made: asyncio.Queue[int | None],
    working: asyncio.Future[None],
    input_tokens: int,
    limit: int,
    options: Options,
) -> AsyncGenerator[Piece, None]:
    """Text as it becomes certain: whole characters, and no part of a stop sequence."""
    ids: list[int] = []
    shown = ""
    until = UpToStop(options.stop)
    while (token := await made.get()) is not None:
        ids.append(token)
        text = loaded.text(ids)
        # An unfinished character is decoded as U+FFFD; the next token may finish it.
        if not text.endswith("\N{REPLACEMENT CHARACTER}"):
            fresh = until.feed(text[len(shown) :])
            shown = text
            if until.found:
                yield Piece(fresh, input_tokens, len(ids), End.STOP)
                return
            if fresh:
                yield Piece(fresh, input_tokens, len(ids))
    await working
    rest = until.feed(loaded.text(ids)[len(shown) :]) + until.rest()
    ended_itself = bool(ids) and ids[-1] in loaded.ends
    end = End.LENGTH if len(ids) >= limit and not ended_itself and not until.found else End.STOP
    yield Piece(rest, input_tokens, len(ids), end)


class _Loaded:
    """A model and its tokenizer in memory; every method may take long."""

    def __init__(self, folder: Path, device: str) -> None:
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer

        if device == "auto":
            device = "cuda" if torch.cuda.is_available() else "cpu"
        self._tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model = AutoModelForCausalLM.from_pretrained(folder, local_files_only=True, dtype="auto")
        self._model: Any = model.to(device).eval()
        self.context = int(self._model.config.max_position_embeddings)
        ends = self._model.generation_config.eos_token_id
        self.ends = frozenset(ends if isinstance(ends, list) else [ends]) - {None}

    def ids(self, text: str) -> list[int]:
        return list(self._tokenizer(text)["input_ids"])

    def prompt(self, messages: Sequence[Message]) -> list[int]:
        """The tokens of the conversation, by the model's own template if it has one."""
        if self._tokenizer.chat_template:
            turns = [{"role": one.role, "content": one.text} for one in messages]
            framed = self._tokenizer.apply_chat_template(
                turns, add_generation_prompt=True, tokenize=False
            )
            return list(self._tokenizer(framed, add_special_tokens=False)["input_ids"])
        lines = [f"{one.role}: {one.text}\n" for one in messages]
        return self.ids("".join([*lines, "assistant:"]))

    def text(self, ids: Sequence[int]) -> str:
        return str(self._tokenizer.decode(ids, skip_special_tokens=True))

    def tokens(self, ids: Sequence[int]) -> tuple[Token, ...]:
        special = set(self._tokenizer.all_special_ids)
        return tuple(Token(one, self._tokenizer.decode([one]), one in special) for one in ids)

    def generate(
        self,
        prompt: list[int],
        limit: int,
        options: Options,
        on_token: Callable[[int], None],
        given_up: threading.Event,
    ) -> None:
        """Generate up to `limit` tokens, calling `on_token` with each, until given up."""
        import torch
        from transformers import StoppingCriteriaList

        if options.seed is not None:
            torch.manual_seed(options.seed % 2**63)
        sampling: dict[str, Any] = {"do_sample": options.temperature > 0}
        if options.temperature > 0:
            sampling |= {"temperature": options.temperature, "top_p": options.top_p or 1.0}

        def stop(ids: Any, _scores: Any, **_more: Any) -> Any:
            return torch.full((ids.shape[0],), given_up.is_set(), device=ids.device)

        inputs = torch.tensor([prompt], device=self._model.device)
        with torch.inference_mode():
            self._model.generate(
                inputs,
                attention_mask=torch.ones_like(inputs),
                max_new_tokens=limit,
                streamer=_TokenStream(on_token),
                stopping_criteria=StoppingCriteriaList([stop]),
                pad_token_id=self._tokenizer.pad_token_id or 0,
                **sampling,
            )

    def mean_state(self, ids: list[int]) -> tuple[float, ...]:
        """The mean of the last hidden states, at unit length."""
        import torch

        inputs = torch.tensor([ids], device=self._model.device)
        with torch.inference_mode():
            states = self._model(inputs, output_hidden_states=True).hidden_states[-1][0]
            mean = torch.nn.functional.normalize(states.float().mean(dim=0), dim=0)
        return tuple(mean.cpu().tolist())


class _TokenStream:
    """What `generate` calls with each token; the first call brings the prompt back."""

    def __init__(self, on_token: Callable[[int], None]) -> None:
        self._on_token = on_token
        self._prompt_seen = False

    def put(self, ids: Any) -> None:
        if self._prompt_seen:
            self._on_token(int(ids.flatten()[-1]))
        self._prompt_seen = True

    def end(self) -> None:
        """The end is told by `generate` returning."""
