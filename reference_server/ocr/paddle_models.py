"""Where the weights of PaddleOCR-VL are, found without the library and without the network."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from reference_server.ocr.engine import EngineUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reference_server.settings import Settings


@dataclass(frozen=True, slots=True)
class Generation:
    """A generation of PaddleOCR-VL: the pipeline's version, and its two models."""

    version: str
    recognition: str
    layout: str


GENERATIONS = (
    Generation("v1.6", "PaddleOCR-VL-1.6-0.9B", "PP-DocLayoutV3"),
    Generation("v1.5", "PaddleOCR-VL-1.5-0.9B", "PP-DocLayoutV3"),
    Generation("v1", "PaddleOCR-VL-0.9B", "PP-DocLayoutV2"),
)
CACHE_VARIABLES = ("PADDLEX_HOME", "PADDLE_PDX_CACHE_HOME")
"""The first is what the service's images set, the second what the library reads."""

WEIGHTS = {
    "transformers": ("model.safetensors",),
    "paddle": ("inference.pdiparams", "model.safetensors", "model_state.pdparams"),
}


class NoWeights(EngineUnavailable):
    """A model's weights are not on this machine; the text says where they were sought."""


@dataclass(frozen=True, slots=True)
class Models:
    """The chosen generation, and the folders of what runs here of it."""

    generation: Generation
    recognition: Path | None
    layout: Path | None

    @property
    def folders(self) -> tuple[Path, ...]:
        return tuple(folder for folder in (self.recognition, self.layout) if folder is not None)


def find_models(settings: Settings) -> Models:
    """The models that the settings ask for. Raises NoWeights."""
    roots = tuple(_roots(settings.model_dir))
    weights = WEIGHTS[settings.paddle_engine]
    generation, recognition = GENERATIONS[0], None
    if settings.vl_server_url is None:
        generation, recognition = _find_recognition(roots, weights)
    elif settings.vl_server_model is not None:
        generation = _generation(settings.vl_server_model) or generation
    layout = _find_layout(roots, weights, generation) if settings.layout_detection else None
    return Models(generation, recognition, layout)


def _find_recognition(roots: tuple[Path, ...], weights: Iterable[str]) -> tuple[Generation, Path]:
    for root in roots:
        for generation in GENERATIONS:
            if _has_any(root / generation.recognition, weights):
                return generation, root / generation.recognition
        named = _generation(_declared_name(root) or root.name)
        if named is not None and _has_any(root, weights):
            return named, root
    raise NoWeights(f"no weights of PaddleOCR-VL {_in(roots)}; give their folder with --model-dir")


def _find_layout(roots: tuple[Path, ...], weights: Iterable[str], generation: Generation) -> Path:
    name = generation.layout
    for root in roots:
        for folder in (root / name, root.parent / name):
            if _has_any(folder, weights):
                return folder
    raise NoWeights(
        f"no weights of {name} {_in(roots)} or beside it; put them there, "
        "or read pages whole with --layout-detection false"
    )


def _roots(model_dir: Path | None) -> Iterable[Path]:
    if model_dir is not None:
        yield model_dir.expanduser().absolute()
        return
    for variable in CACHE_VARIABLES:
        if home := os.environ.get(variable):
            yield Path(home) / "official_models"
    yield Path.home() / ".paddlex" / "official_models"


def _in(roots: tuple[Path, ...]) -> str:
    return "in " + " or ".join(map(str, roots))


def _has_any(folder: Path, names: Iterable[str]) -> bool:
    return any((folder / name).is_file() for name in names)


def _generation(name: str) -> Generation | None:
    return next((one for one in GENERATIONS if one.recognition == name), None)


def _declared_name(folder: Path) -> str | None:
    """The model's name in its `inference.yml`, which the library requires of a local model."""
    try:
        declared = yaml.safe_load((folder / "inference.yml").read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return None
    about = declared.get("Global") if isinstance(declared, dict) else None
    name = about.get("model_name") if isinstance(about, dict) else None
    return name if isinstance(name, str) else None
