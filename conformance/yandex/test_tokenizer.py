"""The tokenizer (ext): its tokens make up the text, and count as completions do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.yandex import conversations as say
from conformance.yandex.extensions import offered
from conformance.yandex.methods import COMPLETION, TOKENIZE, TOKENIZE_COMPLETION
from conformance.yandex.outcome import INVALID_ARGUMENT
from conformance.yandex.transports import Claims, over_both
from schemas import load_contract

if TYPE_CHECKING:
    from conformance.yandex.outcome import Outcome
    from conformance.yandex.service import Service


def _tokens(got: Outcome) -> list[dict[str, Any]]:
    found = got.last.body.get("tokens")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


@over_both("TOKENIZE-1", "TOKENIZE-2", "TOKENIZE-3", "TOKENIZE-4", "TOKENIZE-7")
def test_tokenize(service: Service, claim: Claims) -> None:
    text = f"A lighthouse. {say.SENTENCE}!"
    call = service.of_model(TOKENIZE, text=text)
    short, long, nobody = service.together(
        [call, service.of_model(TOKENIZE, text=text * 5), call.but(modelUri=None)]
    )
    offered(short)
    claim.answered("TOKENIZE-1", short)
    validator = load_contract("yandex").fast_validator("tokenize_answer")
    for got in (short, long):
        wrong = [error.message for error in validator.iter_errors(got.last.body)]
        claim("TOKENIZE-2", not wrong, expected="documented tokens", got=f"{wrong[:2]}", by=got)
    counts = len(_tokens(short)), len(_tokens(long))
    grown = 0 < counts[0] < counts[1]
    claim("TOKENIZE-3", grown, expected=f"more than {counts[0]} tokens", got=counts[1], by=long)
    joined = "".join(str(one.get("text")) for one in _tokens(short) if not one.get("special"))
    claim("TOKENIZE-4", joined == text, expected=text, got=joined, by=short)
    claim.refused("TOKENIZE-7", nobody, INVALID_ARGUMENT)


@over_both("TOKENIZE-5", "TOKENIZE-6")
def test_tokenize_completion(service: Service, claim: Claims) -> None:
    completing = service.completing(say.told_in_turn(service.codes("tokens", 3), 0))
    body = {name: value for name, value in completing.body.items() if name != "modelUri"}
    got, completed = service.together([service.of_model(TOKENIZE_COMPLETION, **body), completing])
    offered(got)
    claim.answered("TOKENIZE-5", got)
    counted = completed.last.input_tokens
    claim(
        "TOKENIZE-6",
        len(_tokens(got)) == counted,
        expected=f"{counted} tokens, as {COMPLETION.name} counts",
        got=len(_tokens(got)),
        by=got,
    )
