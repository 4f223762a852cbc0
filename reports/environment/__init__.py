"""Environment variables weighed for one release: needed, optional, obsolete, unused, incomplete."""

from __future__ import annotations

from reports.environment.assessment import EnvironmentReading, VariableReading, assess, to_json
from reports.environment.releases import ReleaseRange, UnknownReleaseError, range_for
from reports.environment.sources import (
    Variable,
    VariableSet,
    from_env_file,
    from_manifest,
    from_process,
)

__all__ = [
    "EnvironmentReading",
    "ReleaseRange",
    "UnknownReleaseError",
    "Variable",
    "VariableReading",
    "VariableSet",
    "assess",
    "from_env_file",
    "from_manifest",
    "from_process",
    "range_for",
    "to_json",
]
