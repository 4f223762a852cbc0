"""Probe settings as Kubernetes defines them, from flags or from a manifest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import msgspec

from reports.manifests import DEFAULT_GRACE_S, containers, read_documents

if TYPE_CHECKING:
    from pathlib import Path

    from reports.manifests import DeclaredContainer

Handler = Literal["http", "tcp", "exec", "grpc"]
Kind = Literal["startup", "liveness", "readiness"]
KINDS: tuple[Kind, ...] = ("startup", "liveness", "readiness")

_HANDLERS: dict[str, Handler] = {
    "httpGet": "http",
    "tcpSocket": "tcp",
    "exec": "exec",
    "grpc": "grpc",
}
# Kubernetes' names, ours, the least value allowed.
FIELDS: tuple[tuple[str, str, int], ...] = (
    ("initialDelaySeconds", "initial_delay_s", 0),
    ("periodSeconds", "period_s", 1),
    ("timeoutSeconds", "timeout_s", 1),
    ("failureThreshold", "failure_threshold", 1),
    ("successThreshold", "success_threshold", 1),
)


class ProbeError(Exception):
    """Probe settings or a start timeline make no sense; the message names which, and the remedy."""


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """One probe, seconds throughout; the defaults are Kubernetes' own."""

    initial_delay_s: int = 0
    period_s: int = 10
    timeout_s: int = 1
    failure_threshold: int = 3
    success_threshold: int = 1
    handler: Handler = "http"
    path: str = "/health"
    port: int | str | None = None
    grace_s: int | None = None


class ContainerProbes(msgspec.Struct, frozen=True, kw_only=True):
    """The probes of one container, those that it has; `grace_s` is how long SIGTERM may take."""

    container: str = "container"
    startup: Probe | None = None
    liveness: Probe | None = None
    readiness: Probe | None = None
    grace_s: int = DEFAULT_GRACE_S

    def probe(self, kind: Kind) -> Probe | None:
        found: Probe | None = getattr(self, kind)
        return found


def make_probe(kind: Kind, values: dict[str, Any], where: str) -> Probe:
    """Return a probe from Kubernetes' field names; `where` names it in errors.

    Raises `ProbeError` for what Kubernetes itself would refuse.
    """
    numbers: dict[str, int] = {}
    for theirs, ours, least in FIELDS:
        value = values.get(theirs)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise ProbeError(
                f"{where}: {theirs} is {value!r}; it must be a whole number >= {least}"
            )
        numbers[ours] = value
    if kind != "readiness" and numbers.get("success_threshold", 1) != 1:
        raise ProbeError(f"{where}: successThreshold of a {kind} probe must be 1; remove it")
    handlers = [name for name in _HANDLERS if name in values]
    handler = _HANDLERS[handlers[0]] if handlers else "http"
    target = values.get(handlers[0]) if handlers else None
    target = target if isinstance(target, dict) else {}
    return Probe(
        **numbers,
        handler=handler,
        path=str(target.get("path", "/" if handlers else "/health")),
        port=target.get("port"),
        grace_s=values.get("terminationGracePeriodSeconds"),
    )


def probes_from_manifest(path: Path) -> tuple[ContainerProbes, ...]:
    """Return the probes of every container in a Kubernetes manifest that has any.

    Raises `reports.manifests.ManifestError` or `ProbeError`.
    """
    declared = containers(read_documents(path))
    if not declared:
        raise ProbeError(f"{path}: no containers in it; name a Pod, Deployment or StatefulSet")
    found = tuple(_container(path, item) for item in declared)
    with_probes = tuple(item for item in found if any(item.probe(kind) for kind in KINDS))
    if not with_probes:
        names = ", ".join(item.container for item in found)
        raise ProbeError(f"{path}: no probes on {names}; nothing could kill them while they start")
    return with_probes


def _container(path: Path, declared: DeclaredContainer) -> ContainerProbes:
    name = f"{declared.workload}/{declared.name}"
    probes: dict[Kind, Probe] = {}
    for kind in KINDS:
        values = declared.spec.get(f"{kind}Probe")
        if isinstance(values, dict):
            probes[kind] = make_probe(kind, values, f"{path}: {name}: {kind}Probe")
    return ContainerProbes(
        container=name,
        startup=probes.get("startup"),
        liveness=probes.get("liveness"),
        readiness=probes.get("readiness"),
        grace_s=declared.grace_s,
    )
