"""Where a mutant plays: its contract's server, served on a loopback port, and how to judge it.

Each catalogue has a module `stage` with one function

    def playing(mutant: Mutant | None, edition: str | None, folder: Path, **changes)
        -> ContextManager[list[str]]

that serves the bundled server, mutated or not, and gives the arguments of the suite. `changes`
are the mutant's settings. It runs in a process of its own, so it may patch what it likes.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, cast

from tests.mutants.exchange import Interposed, editing

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from tests.mutants.mutant import App, Contract, Mutant

API_KEY = "mutants-key-7Qw"


class Playing(Protocol):
    """The function `playing` of a stage."""

    def __call__(
        self, mutant: Mutant | None, edition: str | None, folder: Path, **changes: Any
    ) -> AbstractContextManager[list[str]]: ...


def stage_of(contract: Contract) -> Playing:
    """The stage of this contract."""
    module = import_module(f"{__package__}.{contract.replace('-', '_')}.stage")
    return cast("Playing", module.playing)


def planted(app: App, mutant: Mutant | None) -> App:
    """The application with the mutant's defect, where that is one of what goes over the wire."""
    if mutant is None or mutant.kind in ("engine", "patch"):
        return app
    if mutant.kind == "app":
        return cast("App", mutant.plant(app))
    if mutant.kind == "exchange":
        return Interposed(app, mutant.on, mutant.plant)
    return editing(app, mutant.on, mutant.plant)


def planted_engine(engine: Any, mutant: Mutant | None) -> Any:
    """The engine with the mutant's defect, where that is one of the engine."""
    return mutant.plant(engine) if mutant is not None and mutant.kind == "engine" else engine
