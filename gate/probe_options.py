"""Probe settings on a command line: a manifest, or flags with Kubernetes' own field names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reports.probes import ContainerProbes, Probe, ProbeError, probes_from_manifest
from reports.probes.settings import FIELDS, KINDS, Kind, make_probe

if TYPE_CHECKING:
    from collections.abc import Callable

_FIELD_NAMES = tuple(theirs for theirs, _, _ in FIELDS)


def probe_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --probes and one flag per kind of probe to a click command."""
    for kind in reversed(KINDS):
        command = click.option(
            f"--{kind}-probe",
            metavar="FIELD=N,…",
            help=f"A {kind} probe; default is the word for Kubernetes' own values.",
        )(command)
    return click.option(
        "--probes",
        "probes_file",
        type=click.Path(path_type=Path),
        metavar="MANIFEST",
        help="Kubernetes manifest to take the probes of every container from.",
    )(command)


def given_probes(
    manifest: Path | None, *, startup: str | None, liveness: str | None, readiness: str | None
) -> tuple[ContainerProbes, ...]:
    """Return what was asked for; empty when nothing was.

    Raises `ProbeError` or `reports.manifests.ManifestError`.
    """
    found = probes_from_manifest(manifest) if manifest is not None else ()
    if startup is None and liveness is None and readiness is None:
        return found
    flags = ContainerProbes(
        container="flags",
        startup=_probe("startup", startup),
        liveness=_probe("liveness", liveness),
        readiness=_probe("readiness", readiness),
    )
    return (*found, flags)


def _probe(kind: Kind, text: str | None) -> Probe | None:
    if text is None:
        return None
    flag = f"--{kind}-probe"
    values: dict[str, Any] = {}
    for part in text.split(",") if text not in ("", "default") else ():
        name, _, number = (piece.strip() for piece in part.partition("="))
        if name not in _FIELD_NAMES:
            raise ProbeError(f"{flag}: {name!r} is no field; use {', '.join(_FIELD_NAMES)}")
        if not number.isdecimal():
            raise ProbeError(f"{flag}: {name} is {number!r}; it must be a whole number")
        values[name] = int(number)
    return make_probe(kind, values, flag)
