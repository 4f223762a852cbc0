"""Completions that are not streamed: one message, whole, final and of the right cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.yandex import conversations as say
from conformance.yandex.methods import user
from conformance.yandex.samples import LIMIT
from conformance.yandex.transports import Claims, over_both

if TYPE_CHECKING:
    from conformance.yandex.samples import Samples
    from conformance.yandex.service import Service

WORDS_THAT_SURVIVE = 4
"""Of the six words of the sentence: a model may drop one, a wrong encoding keeps none."""


@over_both("COMPLETION-1", "COMPLETION-2", "COMPLETION-5", depth="quick")
def test_short_answer(samples: Samples, claim: Claims) -> None:
    got = samples.plain
    claim.answered("COMPLETION-1", got)
    messages = got.good().messages
    claim(
        "COMPLETION-2",
        len(messages) == 1,
        expected="exactly one message",
        got=f"{len(messages)} messages",
        by=got,
    )
    text = messages[-1].text
    claim("COMPLETION-5", bool(text.strip()), expected="a text", got=text, by=got)


@over_both("COMPLETION-8")
def test_beyond_ascii(service: Service, claim: Claims) -> None:
    got = service.send(service.completing(say.sentence()))
    text = got.last.text.lower().replace("ё", "е")
    words = [word for word in say.SENTENCE.lower().replace("ё", "е").split() if word in text]
    claim(
        "COMPLETION-8",
        len(words) >= WORDS_THAT_SURVIVE and "\ufffd" not in text,
        expected=say.SENTENCE,
        got=got.last.text,
        by=got,
    )


@over_both("COMPLETION-9", "USAGE-6")
def test_repetition(service: Service, claim: Claims) -> None:
    call = service.completing(say.open_question(), temperature=0, max_tokens=60)
    one, other = service.send(call), service.send(call)
    claim(
        "COMPLETION-9",
        one.last.text == other.last.text,
        expected=one.last.text,
        got=other.last.text,
        by=other,
    )
    claim(
        "USAGE-6",
        one.last.input_tokens == other.last.input_tokens,
        expected=f"inputTextTokens {one.last.input_tokens}, as before",
        got=other.last.input_tokens,
        by=other,
    )


@over_both("COMPLETION-10", "COMPLETION-11", "COMPLETION-12")
def test_options_and_roles(service: Service, claim: Claims) -> None:
    code = service.codes("options")[0]
    plain = service.repeating(code)
    roles = [
        {"role": "system", "text": "Be brief."},
        user("Hello."),
        {"role": "assistant", "text": "Hello."},
    ]
    cases = [
        ("COMPLETION-10", plain.but(completionOptions=None)),
        ("COMPLETION-11", service.repeating(code, temperature=0)),
        ("COMPLETION-11", service.repeating(code, temperature=1)),
        ("COMPLETION-12", service.completing([*roles, *say.repeat(code)])),
    ]
    for (row, _), got in zip(cases, service.together([call for _, call in cases]), strict=True):
        claim.answered(row, got)


@over_both("STATUS-1", "STATUS-2", "STATUS-4", depth="quick")
def test_status(samples: Samples, claim: Claims) -> None:
    cut, whole = samples.cut, samples.plain
    claim(
        "STATUS-1",
        cut.last.status == "TRUNCATED_FINAL",
        expected=f"TRUNCATED_FINAL for a count to {say.COUNT_TO} in {LIMIT} tokens",
        got=f"{cut.last.status} for {cut.last.text!r}",
        by=cut,
    )
    used = cut.last.completion_tokens
    claim("STATUS-4", used == LIMIT, expected=f"{LIMIT} completionTokens", got=used, by=cut)
    claim(
        "STATUS-2",
        whole.last.status == "FINAL",
        expected="FINAL, far below the limit",
        got=f"{whole.last.status} after {whole.last.completion_tokens} tokens",
        by=whole,
    )


@over_both("USAGE-3")
def test_input_grows(service: Service, claim: Claims) -> None:
    code = service.codes("input")[0]
    padding = "The harbour wakes before the town. " * 20
    short = service.completing(say.repeat(code))
    long = service.completing(
        [user(padding), {"role": "assistant", "text": "Yes."}, *say.repeat(code)]
    )
    less, more = service.together([short, long])
    counts = (less.last.input_tokens, more.last.input_tokens)
    claim(
        "USAGE-3",
        None not in counts and (counts[1] or 0) > (counts[0] or 0),
        expected=f"more than {counts[0]} inputTextTokens for 120 words more",
        got=counts[1],
        by=more,
    )
