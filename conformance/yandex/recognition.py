"""Whether the target speaks the Yandex contract, in which edition, and with which models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.exchange import Answer, NoAnswer
from conformance.recognition import Recognition
from conformance.yandex import conversations as say
from conformance.yandex.methods import COMPLETION, EMBEDDING, FEW_SHOT, Call, completion, few_shot
from conformance.yandex.models import HYBRID_MODEL, Models, candidates, folder_of, given
from conformance.yandex.rest import Rest
from conformance.yandex.service import LABELS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.plugin.options import Options
    from conformance.target import Target
    from conformance.yandex.methods import Method
    from conformance.yandex.outcome import Outcome

EDITIONS = ("hybrid", "hosted")
TEXT = "The acid turned the litmus paper red."
_NO_SUCH_METHOD = (404, 405)
_MODEL_REFUSED = frozenset({3, 5, 7})


@dataclass(frozen=True)
class YandexRecognition(Recognition):
    """With the models that are asked, and what the first calls came to, by method name."""

    models: Models
    first: Mapping[str, Outcome]


def recognise(target: Target, options: Options) -> YandexRecognition | None:
    """Ask for nothing, then ask each method for something small."""
    rest = Rest(target)
    nothing = rest.send(Call(COMPLETION)).answer
    if isinstance(nothing, NoAnswer) or _lacks_the_method(nothing):
        return None
    uris = given(options.model_uris)
    first: dict[str, Outcome] = {}
    folder = folder_of(uris.get(COMPLETION.name, HYBRID_MODEL))
    for method in (COMPLETION, EMBEDDING, FEW_SHOT):
        tried = [uris[method.name]] if method.name in uris else candidates(method, folder)
        for uri in tried:
            got = first[method.name] = rest.send(_smallest(method, uri, options.seed))
            if got.code not in _MODEL_REFUSED or (got.refused_with(5) and not got.detail):
                uris[method.name] = uri
                break
    edition, known_from = _edition(options, uris.get(COMPLETION.name))
    return YandexRecognition(
        contract="yandex",
        edition=edition,
        known_from=known_from,
        models=Models(uris),
        first={name: got for name, got in first.items() if name in uris},
    )


def _lacks_the_method(answer: Answer | NoAnswer | None) -> bool:
    return not isinstance(answer, Answer) or answer.status in _NO_SUCH_METHOD


def _smallest(method: Method, uri: str, seed: int) -> Call:
    if method is COMPLETION:
        return completion(uri, *say.repeat(say.draw_codes(seed, 1)[0]), max_tokens=None)
    if method is EMBEDDING:
        return Call(EMBEDDING, {"modelUri": uri, "text": TEXT})
    return few_shot(uri, TEXT, LABELS)


def _edition(options: Options, model: str | None) -> tuple[str, str]:
    wanted = [edition for edition in options.editions if edition in EDITIONS]
    if wanted:
        return wanted[-1], "given with --edition"
    if model is None:
        return "hosted", "detected: gpt://0/general, the model of a Hybrid installation, is refused"
    if folder_of(model) == "0":
        return "hybrid", f"detected: {model} is served, a model of folder 0"
    return "hosted", f"detected: the model {model} is in a folder of its own"
