"""YAML data files: read once, judged by a schema, faults reported with file and line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from schemas.errors import DataFileError
from schemas.folder import SchemaFolder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Steps = tuple[str | int, ...]

# libyaml's loader is some ten times faster; both build the same node tree.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_REMEDIES = {
    "required": "add it",
    "additionalProperties": "remove it or correct its spelling",
    "unevaluatedProperties": "remove it or correct its spelling",
    "enum": "use one of the values listed",
    "const": "use the value listed",
    "type": "write a value of that type (quote numbers that are meant as text)",
    "pattern": "write it in that form",
    "minLength": "fill it in",
    "minItems": "add an item",
    "uniqueItems": "remove the repetition",
}


class DataFile:
    """The value that a YAML file holds, together with the line on which each part begins."""

    def __init__(self, path: Path, value: Any, lines: dict[Steps, int]) -> None:
        """Keep `value` and the 1-based `lines` of its parts, keyed by the steps to each."""
        self.path = path
        self.value = value
        self._lines = lines

    def line(self, *steps: str | int) -> int:
        """Return the 1-based line of the part at `steps`, or of its nearest parent."""
        while steps and steps not in self._lines:
            steps = steps[:-1]
        return self._lines.get(steps, 1)

    def fault(self, message: str, *steps: str | int) -> DataFileError:
        """Return (not raise) an error that places `message` at the part at `steps`."""
        where = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
        part = f"{where.lstrip('.')}: " if where else ""
        return DataFileError(f"{self.path}:{self.line(*steps)}: {part}{message}")


def read_data_file(path: Path, schema: Path) -> DataFile:
    """Read the YAML file at `path` and judge it by the JSON Schema file at `schema`.

    Raises `DataFileError` (one line: file, line, what is wrong, remedy) when the file is
    missing, is not YAML, repeats a key, or is refused by the schema.
    """
    data = _parse(path)
    validator = SchemaFolder(schema.parent).fast_validator_of(schema.name)
    # The deepest fault is the most particular one, and a misspelt name tells more than the
    # lack of the right one; the validators promise no order of their own.
    errors = sorted(
        validator.iter_errors(data.value),
        key=lambda error: (-len(error.instance_path), error.schema_path[-1] == "required"),
    )
    if errors:
        error = errors[0]
        remedy = _REMEDIES.get(str(error.schema_path[-1]), f"see {schema.name}")
        raise data.fault(f"{error.message}; {remedy}", *error.instance_path)
    return data


def _parse(path: Path) -> DataFile:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataFileError(
            f"{path}:1: cannot be read as UTF-8 text ({error}); restore it"
        ) from None
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            raise DataFileError(f"{path}:1: the file is empty; write its content")
        lines = dict(_walk(path, node, ()))
        return DataFile(path, loader.construct_document(node), lines)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise DataFileError(f"{path}:{line}: not YAML: {error.problem}; correct it") from None
    except yaml.YAMLError as error:
        raise DataFileError(f"{path}:1: not YAML: {error}; correct it") from None
    finally:
        loader.dispose()


def _walk(path: Path, node: Any, steps: Steps) -> Iterator[tuple[Steps, int]]:
    """Yield the steps and the 1-based line of `node` and of everything in it."""
    yield steps, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            line = key.start_mark.line + 1
            if key.value in seen:  # YAML itself would keep the last one and say nothing
                raise DataFileError(
                    f"{path}:{line}: the key {key.value!r} is repeated; keep one of them"
                )
            seen.add(key.value)
            yield from _walk(path, value, (*steps, key.value))
            yield (*steps, key.value), line
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _walk(path, item, (*steps, index))
