"""A streamed answer: framing byte by byte, the end mark, and every field of a chunk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.judging import Judge, decides
from conformance.openai.answers import Completion, Streamed
from conformance.openai.sse import DONE
from conformance.shape import judge_shape
from schemas import load_contract

if TYPE_CHECKING:
    from conformance.openai.service import ChatService

_FIELDS = {
    "OAI-STREAM-7": "/id",
    "OAI-STREAM-8": "/object",
    "OAI-STREAM-9": "/created",
    "OAI-STREAM-10": "/model",
    "OAI-STREAM-11": "/choices",
    "OAI-STREAM-12": "/choices/*/index",
    "OAI-STREAM-13": "/choices/*/delta",
    "OAI-STREAM-14": "/choices/*/delta/content",
    "OAI-STREAM-15": "/choices/*/finish_reason",
}


@decides(*(f"OAI-STREAM-{number}" for number in (1, 2, 3, 4, 5, 6, 26)), depth="quick")
def test_framing(chat: ChatService, judge: Judge) -> None:
    for answer in (chat.question_streamed, chat.question_streamed_plainly):
        judge(
            "OAI-STREAM-1",
            answer.status == 200,
            expected="status 200",
            got=answer.summary,
            by=answer,
        )
        media = answer.headers.get("content-type", "")
        judge(
            "OAI-STREAM-2",
            media.partition(";")[0].strip() == "text/event-stream",
            expected="text/event-stream",
            got=media,
            by=answer,
        )
        streamed = Streamed(answer.expect(200))
        faults = streamed.events.framing_faults
        judge(
            "OAI-STREAM-3",
            not faults and bool(streamed.events.events),
            expected="data lines, each followed by a blank one",
            got="; ".join(faults[:3]) or answer.summary,
            by=answer,
        )
        payloads = [event.payload for event in streamed.events.events]
        judge(
            "OAI-STREAM-4",
            DONE in payloads,
            expected=f"data: {DONE}",
            got=f"the last event {payloads[-1:]}",
            by=answer,
        )
        behind = payloads[payloads.index(DONE) + 1 :] if DONE in payloads else []
        judge("OAI-STREAM-5", not behind, expected="the end", got=f"{behind[:3]}", by=answer)
        strange = streamed.no_objects
        judge(
            "OAI-STREAM-6",
            not strange and bool(streamed.chunks),
            expected="JSON objects",
            got=f"{strange[:3]}",
            by=answer,
        )
        torn = [*streamed.events.encoding_faults, *_replaced(streamed)]
        judge("OAI-STREAM-26", not torn, expected="whole characters", got=f"{torn[:3]}", by=answer)


@decides(*_FIELDS, depth="quick")
def test_fields(chat: ChatService, judge: Judge) -> None:
    validator = load_contract("openai").validator("chat_chunk")
    for answer in (chat.question_streamed, chat.question_streamed_plainly):
        for chunk in Streamed.of(answer).chunks:
            judge_shape(judge, validator, chunk, by=answer, rows=_FIELDS)


@decides(*(f"OAI-STREAM-{number}" for number in (16, 17, 18, 19, 20, 21, 25)), depth="quick")
def test_how_chunks_hang_together(chat: ChatService, judge: Judge) -> None:
    first, second = (
        Streamed.of(answer) for answer in (chat.question_streamed, chat.question_streamed_plainly)
    )
    for streamed in (first, second):
        for requirement, name in (
            ("OAI-STREAM-16", "id"),
            ("OAI-STREAM-17", "created"),
            ("OAI-STREAM-18", "model"),
        ):
            values = streamed.values(name)
            judge(
                requirement,
                len(values) == 1,
                expected=f"one {name}",
                got=f"{values[:5]}",
                by=streamed.answer,
            )
        parts = [choice for _, choice in streamed.choices(0)]
        delta = parts[0].get("delta") if parts else None
        judge(
            "OAI-STREAM-19",
            isinstance(delta, dict) and delta.get("role") == "assistant",
            expected="the role assistant in the first delta",
            got=repr(delta),
            by=streamed.answer,
        )
        reasons = streamed.finish_reasons()
        ends = parts[-1].get("finish_reason") if parts else None
        judge(
            "OAI-STREAM-20",
            ends is not None,
            expected="a finish_reason in the last chunk with choices",
            got=repr(parts[-1:]),
            by=streamed.answer,
        )
        late = _text_after_end(parts)
        judge(
            "OAI-STREAM-21",
            len(reasons) == 1 and not late,
            expected="one finish_reason and no text after it",
            got=f"{reasons}, then {late!r}",
            by=streamed.answer,
        )
    ids = [one.values("id")[0] for one in (first, second)]
    judge(
        "OAI-STREAM-25",
        ids[0] != ids[1],
        expected=f"another id than {ids[0]!r}",
        got=repr(ids[1]),
        by=second.answer,
    )


@decides("OAI-STREAM-22", depth="quick")
def test_says_the_same_as_the_whole_answer(chat: ChatService, judge: Judge) -> None:
    whole = Completion.of(chat.question).text
    for answer in (chat.question_streamed, chat.question_streamed_plainly):
        text = Streamed.of(answer).text()
        judge("OAI-STREAM-22", text == whole, expected=repr(whole), got=repr(text), by=answer)


def _replaced(streamed: Streamed) -> list[str]:
    """Deltas in which a character had to be replaced because half of it was missing."""
    return [piece for _, piece in streamed.deltas() if "\ufffd" in piece]


def _text_after_end(parts: list[dict[str, object]]) -> str:
    texts: list[str] = []
    ended = False
    for part in parts:
        delta = part.get("delta")
        content = delta.get("content") if isinstance(delta, dict) else None
        if ended and isinstance(content, str):
            texts.append(content)
        ended = ended or part.get("finish_reason") is not None
    return "".join(texts)
