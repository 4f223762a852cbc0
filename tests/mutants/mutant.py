"""What a mutant is: the bundled server with exactly one planted defect, named in its docstring.

A catalogue is a package `tests/mutants/<contract>/` whose modules are made of small functions
under one of these decorators; importing them fills the registry.

    @rewrites("GET /health", kills=("OCR-HEALTH-7",))
    def s3_storage_is_a_word_of_its_own(reply):
        '''`s3_storage` says `off`.'''
        reply.json["s3_storage"] = "off"

`kills` are the requirements of which the suite must find at least one violated. A requirement that
several checks decide is killed at the check named in `check` (the end of its id), or at any.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, Literal

Contract = Literal["ocr-service", "yandex", "openai"]
CONTRACT_OF_PREFIX: dict[str, Contract] = {"OCR": "ocr-service", "YC": "yandex", "OAI": "openai"}
LATEST_EDITION: dict[Contract, str | None] = {"ocr-service": "1.3", "yandex": None, "openai": None}

App = Callable[..., Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Mutant:
    """One defect, and how it is planted.

    `kind` says what `plant` takes and returns: `reply` edits an answer in place, `exchange` makes
    the answer of a request, `app` wraps the ASGI application, `engine` wraps the engine, `patch`
    takes nothing and alters the server's modules (each mutant has a process of its own).
    `settings` are changed settings of the server, or of the stage; `arguments` further arguments
    of the suite; `whole` runs every check instead of those that decide `kills`; `all_of` asks
    that each of `kills` is found violated, where else one of them is enough.
    """

    name: str
    defect: str
    kills: tuple[str, ...]
    kind: Literal["reply", "exchange", "app", "engine", "patch"]
    plant: Callable[..., Any]
    on: str = ""
    edition: str | None = None
    check: str = ""
    outcome: Literal["violates", "warns"] = "violates"
    settings: Mapping[str, Any] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    whole: bool = False
    all_of: bool = False

    @property
    def contract(self) -> Contract:
        """The contract that its requirements belong to."""
        return CONTRACT_OF_PREFIX[self.kills[0].partition("-")[0]]

    @property
    def id(self) -> str:
        """Its name among the mutants of every contract."""
        return f"{self.contract}/{self.name}"


class BadMutantError(TypeError):
    """A mutant is declared in a way that says too little, or the same as another."""


_REGISTRY: dict[str, Mutant] = {}


def _registered(kind: Any, on: str, kills: tuple[str, ...], **about: Any) -> Callable[[Any], Any]:
    def register(plant: Any) -> Any:
        name = plant.__name__.replace("_", "-")
        defect = inspect.getdoc(plant)
        if not defect or not kills:
            raise BadMutantError(
                f"{name}: a mutant has a docstring that names its defect, and kills"
            )
        found = Mutant(
            name=name, defect=" ".join(defect.split()), kills=kills, kind=kind, plant=plant, on=on,
            **{"edition": LATEST_EDITION[CONTRACT_OF_PREFIX[kills[0].partition("-")[0]]]} | about,
        )  # fmt: skip
        if found.id in _REGISTRY:
            raise BadMutantError(f"{found.id}: there are two mutants of this name")
        _REGISTRY[found.id] = found
        return plant

    return register


def rewrites(on: str, *, kills: tuple[str, ...], **about: Any) -> Callable[[Any], Any]:
    """A function `(reply) -> None` that edits every answer to `on`, "METHOD /path" with * and ?.

    `about` are further fields of Mutant, here and below.
    """
    return _registered("reply", on, kills, **about)


def answers(on: str, *, kills: tuple[str, ...], **about: Any) -> Callable[[Any], Any]:
    """An async function `(exchange) -> Reply` that makes the answer to every request to `on`."""
    return _registered("exchange", on, kills, **about)


def wraps_app(*, kills: tuple[str, ...], **about: Any) -> Callable[[Any], Any]:
    """A function or class `(app) -> app` around the ASGI application."""
    return _registered("app", "", kills, **about)


def wraps_engine(*, kills: tuple[str, ...], **about: Any) -> Callable[[Any], Any]:
    """A function or class `(engine) -> engine` around the engine that the contract's stage has."""
    return _registered("engine", "", kills, **about)


def patches(*, kills: tuple[str, ...], **about: Any) -> Callable[[Any], Any]:
    """A function `() -> None` that alters the server's modules before the server is made."""
    return _registered("patch", "", kills, **about)


def every_mutant() -> tuple[Mutant, ...]:
    """The mutants of every contract, by contract and in the order of their modules."""
    for catalogue in sorted(path for path in Path(__file__).parent.iterdir() if path.is_dir()):
        for module in iter_modules([str(catalogue)]):
            if not module.name.startswith("test_"):
                import_module(f"{__package__}.{catalogue.name}.{module.name}")
    return tuple(_REGISTRY.values())


def find_mutant(mutant_id: str) -> Mutant:
    """The mutant of this id. Raises KeyError."""
    every_mutant()
    return _REGISTRY[mutant_id]
