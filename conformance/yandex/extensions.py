"""Methods that the Hybrid document does not name: judged where a target has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.exchange import Answer
from conformance.judging import NotTestable
from conformance.yandex.outcome import UNIMPLEMENTED

if TYPE_CHECKING:
    from conformance.yandex.outcome import Outcome

_NO_SUCH_PATH = (404, 405, 501)


def offered(got: Outcome) -> Outcome:
    """The outcome. Raises NotTestable where the target does not have the method."""
    absent = got.code == UNIMPLEMENTED
    if isinstance(got.answer, Answer):
        absent = got.answer.status in _NO_SUCH_PATH
    if absent:
        raise NotTestable(f"the target does not offer {got.call.method.name}")
    return got
