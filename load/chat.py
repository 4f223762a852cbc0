"""OpenAI-compatible chat completions, in one piece and as server-sent events."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from load.answers import WrongShapeError, parsed, validator
from load.call import Judgement, Operation, Post, violation
from load.codes import LONG, SHORT, judge_codes, new_codes, prompt
from load.engine import Scenario

if TYPE_CHECKING:
    import argparse

    from load.call import Answer
    from load.dice import Dice

MAX_TOKENS = 512
DATA, DONE = b"data:", b"[DONE]"


class Chat(Scenario):
    """POST /v1/chat/completions."""

    probe_path = "/v1/models"

    @classmethod
    def add_options(cls, parser: argparse.ArgumentParser) -> None:
        """The model."""
        group = parser.add_argument_group("Chat")
        group.add_argument("--model", metavar="NAME", help="an id that GET /v1/models lists")

    @classmethod
    def check_host(cls, host: str | None) -> str:
        """Addresses for SDKs end in /v1; the paths here begin with it."""
        return super().check_host(host).removesuffix("/v1")

    @classmethod
    def warm_up(cls) -> None:
        """Compile the schemas."""
        for schema in ("chat_answer", "chat_chunk"):
            validator("openai", schema)

    @classmethod
    def operations(cls, options: argparse.Namespace) -> list[Operation]:
        """A short answer at once, and a longer one as it is made."""
        lacking = "" if options.model else "--model NAME is not given"
        ask = partial(_ask, options.model)
        return [
            Operation("chat", 1, partial(ask, SHORT, stream=False), lacking),
            Operation("chat/stream", 1, partial(ask, LONG, stream=True), lacking),
        ]


def _ask(model: str, count: int, dice: Dice, *, stream: bool) -> Post:
    codes = new_codes(dice, count)
    body: dict[str, Any] = {
        "model": model,
        "messages": [{"role": "user", "content": prompt(codes)}],
        "max_tokens": MAX_TOKENS,
        "temperature": 0,
    }
    if stream:
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    judge = partial(judge_events if stream else judge_answer, codes)
    content = msgspec.json.encode(body)
    return Post("/v1/chat/completions", content, "application/json", judge, stream=stream)


def judge_answer(codes: tuple[str, ...], answer: Answer) -> Judgement:
    """Judge an answer in one piece."""
    try:
        body = parsed(answer.body, "openai", "chat_answer")
    except WrongShapeError as wrong:
        return wrong.judgement
    choice, usage = body["choices"][0], body["usage"]
    if usage["total_tokens"] != usage["prompt_tokens"] + usage["completion_tokens"]:
        return violation("usage_sum", f"tokens do not add up: {usage}")
    complete = choice["finish_reason"] == "stop"
    wrong_text = judge_codes(codes, choice["message"]["content"], complete=complete)
    return wrong_text or Judgement(tokens=usage["completion_tokens"])


def judge_events(codes: tuple[str, ...], answer: Answer) -> Judgement:
    """Judge a stream: each event by its schema, its end, and the text that it comes to."""
    events = [(at, line[len(DATA) :].strip()) for at, line in answer.lines if line[:5] == DATA]
    if not events or events[-1][1] != DONE:
        return violation("truncated_stream", "the stream does not end with [DONE]")
    try:
        chunks = [(at, parsed(data, "openai", "chat_chunk")) for at, data in events[:-1]]
    except WrongShapeError as wrong:
        return wrong.judgement
    if len({chunk["id"] for _, chunk in chunks}) != 1:
        return violation("stream_ids", "the events of one stream have different ids")
    text, finished, tokens, times = "", "", 0, []
    for at, chunk in chunks:
        tokens = (chunk.get("usage") or {}).get("completion_tokens", tokens)
        for choice in chunk["choices"]:
            finished = choice["finish_reason"] or finished
            if choice["delta"].get("content"):
                text += choice["delta"]["content"]
                times.append(at)
    if not finished:
        return violation("truncated_stream", "no event has a finish_reason")
    wrong_text = judge_codes(codes, text, complete=finished == "stop")
    return wrong_text or Judgement(tokens=tokens or len(times), token_times=tuple(times))
