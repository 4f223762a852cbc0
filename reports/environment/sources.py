"""Sets of variables as they are kept: an .env file, a process, a Kubernetes or compose manifest."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reports.manifests import ManifestError, containers, read_documents

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


class SourceError(Exception):
    """A source of variables cannot be read; the message names it and never a value."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable. `value` None: it is set from somewhere that cannot be seen (a secret)."""

    value: str | None = field(repr=False)
    spaced: bool = False
    """Whether blanks stood round the equals sign or the value: docker --env-file keeps them."""
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class VariableSet:
    """The variables of one container or file. `unseen`: secrets or maps that may hold more.

    `whole_process`: it also holds variables that have nothing to do with the service.
    """

    source: str
    variables: Mapping[str, Variable] = field(repr=False)
    unseen: tuple[str, ...] = ()
    whole_process: bool = False


def from_process(environ: Mapping[str, str]) -> VariableSet:
    """The variables of a running process."""
    found = {name: Variable(value) for name, value in environ.items()}
    return VariableSet("the process environment", found, whole_process=True)


def from_env_file(path: Path) -> VariableSet:
    """Read `NAME=value` lines, with `export`, quotes, comments and blanks as shells allow them.

    Raises `SourceError` naming file and line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8 text"
        raise SourceError(f"{path}: cannot be read ({reason}); name an .env file") from None
    found: dict[str, Variable] = {}
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip().removeprefix("export ").strip()
        if not line or line.startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not equals or not _NAME.fullmatch(name.strip()):
            raise SourceError(f"{path}:{number}: not NAME=value; correct or remove the line")
        spaced = name != name.strip() or value != value.strip()
        found[name.strip()] = Variable(
            _unquoted(value.strip()), spaced=spaced, repeated=name.strip() in found
        )
    return VariableSet(path.name, found)


def from_manifest(path: Path, container: str | None = None) -> tuple[VariableSet, ...]:
    """Read the variables of every container (or of those named `container`) in a Kubernetes
    manifest, or of every service in a compose file.

    Config maps and secrets in the same file are followed. Raises `ManifestError` or
    `SourceError`.
    """
    documents = read_documents(path)
    found = [*_kubernetes(documents, path), *_compose(documents, path)]
    if container is not None:
        found = [(name, item) for name, item in found if name == container]
    if not found:
        wanted = f"container or service {container!r}" if container else "container or service"
        raise ManifestError(f"{path}: no {wanted} in it; name a Pod, a workload or a compose file")
    return tuple(item for _, item in found)


def _kubernetes(
    documents: tuple[dict[str, Any], ...], path: Path
) -> Iterator[tuple[str, VariableSet]]:
    maps = {
        (kind, str(_mapping(document.get("metadata")).get("name"))): document
        for document in documents
        if (kind := document.get("kind")) in ("ConfigMap", "Secret")
    }
    for declared in containers(documents):
        label = f"{declared.workload}/{declared.name}"
        found: dict[str, Variable] = {}
        unseen: list[str] = []
        for source in _rows(declared.spec.get("envFrom"), f"{path}: {label}: envFrom"):
            for key, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
                if isinstance(reference := source.get(key), dict):
                    name = str(reference.get("name"))
                    document = maps.get((kind, name))
                    if document is None:
                        unseen.append(f"{kind} {name}")
                    else:
                        prefix = str(source.get("prefix") or "")
                        found |= {prefix + k: v for k, v in _data(document).items()}
        for row in _rows(declared.spec.get("env"), f"{path}: {label}: env"):
            found[str(row.get("name"))] = _kubernetes_variable(row, maps)
        yield declared.name, VariableSet(label, found, tuple(unseen))


def _kubernetes_variable(row: dict[str, Any], maps: dict[tuple[Any, str], Any]) -> Variable:
    source = row.get("valueFrom")
    if not isinstance(source, dict):
        value = row.get("value")
        return Variable("" if value is None else _seen(str(value)))
    for key, kind in (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")):
        reference = source.get(key)
        if isinstance(reference, dict):
            document = maps.get((kind, str(reference.get("name"))))
            if document is not None:
                missing = Variable("")
                return _data(document).get(str(reference.get("key")), missing)
    return Variable(None)


def _data(document: dict[str, Any]) -> dict[str, Variable]:
    """What a ConfigMap or Secret holds; a Secret's `data` is base64 and counts as unseen."""
    secret = document.get("kind") == "Secret"
    plain = _mapping(document.get("stringData" if secret else "data"))
    found = {str(key): Variable(str(value)) for key, value in plain.items()}
    if secret:
        coded = _mapping(document.get("data"))
        found |= {str(key): Variable(None if value else "") for key, value in coded.items()}
    return found


def _compose(
    documents: tuple[dict[str, Any], ...], path: Path
) -> Iterator[tuple[str, VariableSet]]:
    for document in documents:
        services = document.get("services")
        if not isinstance(services, dict):
            continue
        for name, service in services.items():
            if isinstance(service, dict):
                where = f"{path}: service {name}"
                found = _compose_files(service, path, where) | _compose_variables(service, where)
                yield str(name), VariableSet(f"service {name}", found)


def _compose_files(service: dict[str, Any], path: Path, where: str) -> dict[str, Variable]:
    files = service.get("env_file") or []
    entries = [files] if isinstance(files, str | dict) else files
    if not isinstance(entries, list):
        raise SourceError(f"{where}: env_file must be a file or a list of files")
    found: dict[str, Variable] = {}
    for entry in entries:
        name = entry.get("path") if isinstance(entry, dict) else entry
        found |= from_env_file(path.parent / str(name)).variables
    return found


def _compose_variables(service: dict[str, Any], where: str) -> dict[str, Variable]:
    """`environment` as a mapping or a list; a name without a value is taken from the shell."""
    given = service.get("environment") or {}
    if isinstance(given, dict):
        return {
            str(name): Variable(None if value is None else _seen(str(value)))
            for name, value in given.items()
        }
    if not isinstance(given, list):
        raise SourceError(f"{where}: environment must be a mapping or a list of NAME=value")
    pairs = (str(row).partition("=") for row in given)
    return {name: Variable(_seen(value) if equals else None) for name, equals, value in pairs}


def _seen(value: str) -> str | None:
    """A value that is filled in from elsewhere (`${NAME}`, `$(NAME)`) cannot be seen."""
    return None if value.startswith("$") or "${" in value or "$(" in value else value


def _rows(value: Any, where: str) -> list[dict[str, Any]]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise SourceError(f"{where} must be a list of mappings, as Kubernetes wants it")
    return value


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":  # noqa: PLR2004 - two quotes
        return value[1:-1]
    return value.split(" #", 1)[0].rstrip()
