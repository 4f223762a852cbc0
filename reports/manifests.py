"""Containers as a Kubernetes manifest declares them, whatever kind of workload they stand in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DEFAULT_GRACE_S = 30  # Kubernetes' terminationGracePeriodSeconds


class ManifestError(Exception):
    """A manifest cannot be read as asked; the message names the file and the remedy."""


@dataclass(frozen=True, slots=True)
class DeclaredContainer:
    """One container: the workload it stands in ("Deployment/ocr"), its name, its spec as written."""

    workload: str
    name: str
    spec: dict[str, Any]
    grace_s: int


def read_documents(path: Path) -> tuple[dict[str, Any], ...]:
    """Return the mappings in a YAML file, a `List`'s items taken apart.

    Raises `ManifestError` when the file cannot be read, is not YAML, or holds no mapping.
    """
    try:
        documents = list(yaml.safe_load_all(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8 text"
        raise ManifestError(f"{path}: cannot be read ({reason}); name a manifest file") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise ManifestError(
            f"{path}:{line}: not YAML; render templates first (helm template, kustomize build)"
        ) from None
    mappings = tuple(
        item
        for document in documents
        if isinstance(document, dict)
        for item in (document["items"] if _is_list(document) else [document])
        if isinstance(item, dict)
    )
    if not mappings:
        raise ManifestError(f"{path}: holds no YAML mapping; name a manifest file")
    return mappings


def containers(documents: tuple[dict[str, Any], ...]) -> tuple[DeclaredContainer, ...]:
    """Return every container under any `containers:` list: Pod, Deployment, StatefulSet and kin."""
    return tuple(found for document in documents for found in _in(document, _workload(document)))


def _in(node: Any, workload: str) -> Iterator[DeclaredContainer]:
    if isinstance(node, list):
        for item in node:
            yield from _in(item, workload)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == "containers" and isinstance(value, list):
                grace = node.get("terminationGracePeriodSeconds", DEFAULT_GRACE_S)
                for spec in value:
                    if isinstance(spec, dict):
                        name = str(spec.get("name", "container"))
                        yield DeclaredContainer(
                            workload,
                            name,
                            spec,
                            grace if isinstance(grace, int) else DEFAULT_GRACE_S,
                        )
            else:
                yield from _in(value, workload)


def _is_list(document: dict[str, Any]) -> bool:
    return str(document.get("kind", "")).endswith("List") and isinstance(
        document.get("items"), list
    )


def _workload(document: dict[str, Any]) -> str:
    metadata = document.get("metadata")
    name = metadata.get("name", "") if isinstance(metadata, dict) else ""
    return f"{document.get('kind', 'manifest')}/{name}".rstrip("/")
