"""Stop sequences: taken from the middle of an answer that was seen, whatever the model says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.judging import Judge, decides
from conformance.openai.service import COUNTED_TOKENS, COUNTING

if TYPE_CHECKING:
    from conformance.openai.service import ChatService

_SHORTEST = 12
"""Characters an answer must have, so that there is a middle to stop at."""
_LENGTH = 4
NEVER = "\u2603 never said \u2603"


def _middle(text: str, share: float) -> str:
    """Some characters of the text, first seen about this far into it."""
    start = int(len(text) * share)
    return text[start : start + _LENGTH]


def _up_to(text: str, stops: list[str]) -> str:
    return text[: min(text.find(stop) for stop in stops if stop in text)]


@decides("OAI-STOP-1", "OAI-STOP-2", "OAI-STOP-3", "OAI-STOP-4", "OAI-STOP-5")
def test_stops(chat: ChatService, judge: Judge) -> None:
    whole = chat.counted.text
    if len(whole) < _SHORTEST:
        judge.untested(f"the answer {whole!r} is too short to stop", because="not_observed")
        return
    later, sooner = _middle(whole, 0.6), _middle(whole, 0.3)
    four = [later, sooner, NEVER, NEVER[::-1]]
    for requirement, stop, stops in (
        ("OAI-STOP-1", sooner, [sooner]),
        ("OAI-STOP-2", [later, sooner], [later, sooner]),
        ("OAI-STOP-2", four, four),
    ):
        cut = chat.complete(COUNTING, max_tokens=COUNTED_TOKENS, stop=stop)
        said = [one for one in stops if one in cut.text]
        judge(requirement, not said, expected=f"an end before {said}", got=cut.text, by=cut.answer)
        wanted = _up_to(whole, stops)
        judge(
            "OAI-STOP-3",
            cut.text.strip() == wanted.strip(),
            expected=repr(wanted),
            got=repr(cut.text),
            by=cut.answer,
        )
        if len(cut.text) < len(whole):
            judge(
                "OAI-STOP-4",
                cut.finish_reason == "stop",
                expected="finish_reason stop",
                got=repr(cut.finish_reason),
                by=cut.answer,
            )
        if len(stops) == 4:
            judge("OAI-STOP-5", holds=True, expected="200", got="", by=cut.answer)
    if judge.claims["OAI-STOP-4"] in judge.undecided():
        judge.untested("no answer was stopped", "OAI-STOP-4", because="not_observed")


@decides("OAI-STOP-7")
def test_a_stop_that_does_not_occur(chat: ChatService, judge: Judge) -> None:
    cut = chat.complete(COUNTING, max_tokens=16, stop=NEVER)
    same = chat.counted.text.strip().startswith(cut.text.strip()) and bool(cut.text)
    judge(
        "OAI-STOP-7",
        same,
        expected=f"the answer as without: {chat.counted.text[:60]!r}",
        got=repr(cut.text),
        by=cut.answer,
    )


@decides("OAI-STOP-6")
def test_stops_in_a_stream(chat: ChatService, judge: Judge) -> None:
    whole = chat.counted.text
    if len(whole) < _SHORTEST:
        judge.untested(f"the answer {whole!r} is too short to stop", because="not_observed")
        return
    for share in (0.2, 0.5):
        stop = _middle(whole, share)
        cut = chat.stream(COUNTING, max_tokens=COUNTED_TOKENS, stop=[stop])
        text = cut.text()
        judge(
            "OAI-STOP-6",
            stop not in text,
            expected=f"an end before {stop!r}",
            got=text[-80:],
            by=cut.answer,
        )
