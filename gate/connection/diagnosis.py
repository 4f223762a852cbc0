"""The likeliest cause of what was seen: pure, one rule after another, the first that fits.

What each diagnosis says to a person stands in diagnoses.yaml.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.exchange import Failure
    from gate.connection.seen import Probe, Seen

DiagnosisId = Literal[
    "speaks",
    "missing_v1",
    "chat_failed",
    "dns",
    "tls",
    "connect_timeout",
    "refused",
    "silent",
    "no_http",
    "wrong_prefix",
    "not_deployed",
    "key_missing",
    "key_wrong",
    "forbidden",
    "iam_refused",
    "iam_failed",
    "gateway_timeout",
    "gateway_unavailable",
    "html_from_proxy",
    "redirected",
    "rate_limited",
    "server_fails",
    "mixed",
]

LONG_WAIT_S = 5.0
"""A gateway that answers 502 sooner did not wait for a service: there was none to wait for."""

_OF_FAILURE: dict[Failure, DiagnosisId] = {
    "dns": "dns",
    "tls": "tls",
    "connect_timeout": "connect_timeout",
    "refused": "refused",
    "timeout": "silent",
    "disconnected": "no_http",
    "protocol": "no_http",
}
_REDIRECTION, _SERVER_ERROR = 3, 5
"""The hundreds of a status."""
_GATEWAY = {502, 503, 504}
_UNAUTHORIZED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


def diagnose(seen: Seen) -> DiagnosisId:
    """The likeliest cause of what was seen."""
    return next(found for rule in _RULES if (found := rule(seen)) is not None)


def told(seen: Seen) -> tuple[Probe, ...]:
    """The probes that tell most: those with credentials where there were any."""
    with_key = tuple(probe for probe in seen.probes if probe.with_key)
    return with_key or seen.probes


def _unanswered(seen: Seen) -> DiagnosisId | None:
    """No probe got any answer: the first failure names the cause, they all have the same one."""
    if any(probe.status is not None for probe in seen.probes):
        return None
    failure = next((probe.failure for probe in seen.probes if probe.failure), None)
    return "silent" if failure is None else _OF_FAILURE[failure]


def _recognised(seen: Seen) -> DiagnosisId | None:
    if not seen.contracts:
        return None
    if seen.elsewhere:
        return "wrong_prefix"
    if seen.chat is not None and not seen.chat.ok:
        if seen.chat.status in _UNAUTHORIZED:
            return _keys(seen, forbidden=seen.chat.status == HTTPStatus.FORBIDDEN)
        return "chat_failed"
    return "missing_v1" if "openai" in seen.contracts and not seen.v1_given else "speaks"


def _by_status(seen: Seen) -> DiagnosisId | None:
    """What one status on every path means."""
    statuses = {probe.status for probe in told(seen) if probe.status is not None}
    if statuses == {HTTPStatus.NOT_FOUND}:
        return "not_deployed"
    if statuses == {HTTPStatus.TOO_MANY_REQUESTS}:
        return "rate_limited"
    if statuses and statuses <= _GATEWAY:
        slow = max(probe.elapsed_s for probe in told(seen)) >= LONG_WAIT_S
        return "gateway_timeout" if slow and statuses & {502, 504} else "gateway_unavailable"
    return None


def _refused_keys(seen: Seen) -> DiagnosisId | None:
    statuses = [probe.status for probe in told(seen) if not _is_page(probe)]
    if HTTPStatus.UNAUTHORIZED in statuses:
        return _keys(seen, forbidden=False)
    return _keys(seen, forbidden=True) if HTTPStatus.FORBIDDEN in statuses else None


def _keys(seen: Seen, *, forbidden: bool) -> DiagnosisId:
    """Why the key was refused, or that there was none."""
    credentials = seen.credentials
    if credentials.iam == "refused":
        return "iam_refused"
    if credentials.iam == "failed":
        return "iam_failed"
    if credentials.kind == "none":
        return "key_missing"
    return "forbidden" if forbidden else "key_wrong"


def _pages(seen: Seen) -> DiagnosisId | None:
    """HTML where the contracts have JSON: something else answers in the service's place."""
    answered = [probe for probe in told(seen) if probe.status is not None]
    if answered and all(_is_page(probe) for probe in answered):
        return "html_from_proxy"
    return None


def _is_page(probe: Probe) -> bool:
    return probe.media_type.startswith("text/html")


def _moved(seen: Seen) -> DiagnosisId | None:
    return "redirected" if _all(told(seen), lambda status: status // 100 == _REDIRECTION) else None


def _broken(seen: Seen) -> DiagnosisId | None:
    return (
        "server_fails" if _all(told(seen), lambda status: status // 100 == _SERVER_ERROR) else None
    )


def _all(probes: Sequence[Probe], holds: Callable[[int], bool]) -> bool:
    statuses = [probe.status for probe in probes if probe.status is not None]
    return bool(statuses) and all(holds(status) for status in statuses)


def _otherwise(_seen: Seen) -> DiagnosisId:
    return "mixed"


_RULES: tuple[Callable[[Seen], DiagnosisId | None], ...] = (
    _unanswered,
    _recognised,
    _by_status,
    _refused_keys,
    _pages,
    _moved,
    _broken,
    _otherwise,
)
