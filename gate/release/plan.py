"""What the command line asks for, checked before anything is started."""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass, replace
from importlib.metadata import version as version_of
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from gate.child_process import PORT_PLACEHOLDER
from gate.release.journal import seed_of
from gate.release.load_block import RESERVED
from gate.release.side import SideOptions
from gate.release.stored import StoredBaselineError, read_baseline
from reports.deviations import DeviationFileError, read_deviations
from reports.release import Release
from reports.release_name import BadNameError, folder_name
from reports.store import comparison_name
from reports.trials.policy import Policy, PolicyError, read_policy
from schemas import contract_names, load_contract

if TYPE_CHECKING:
    from collections.abc import Mapping


class WrongPlan(ValueError):
    """The options cannot be meant; the message names the one and the remedy."""


@dataclass(frozen=True, kw_only=True)
class GatePlan:
    """One run of the gate."""

    service: str
    baseline: SideOptions | Release
    candidate: SideOptions
    policy: Policy
    seed: int
    starts: int
    load: bool

    @property
    def name(self) -> str:
        """Of the comparison's files."""
        baseline = self.baseline
        older = (
            baseline
            if isinstance(baseline, Release)
            else Release(service=self.service, version=baseline.version)
        )
        return comparison_name(older, Release(service=self.service, version=self.candidate.version))

    def told(self) -> dict[str, Any]:
        """The plan in plain values: a run that resumes must have the same."""
        return {
            "harness": version_of("inference-gate"),
            "baseline": _told(self.baseline),
            "candidate": _told(self.candidate),
            "policy": msgspec.to_builtins(self.policy, str_keys=True),
            "deviations file": _content(self.policy.deviations),
            "SLO file": _content(self.policy.load.slo),
            "seed": self.seed,
            "number of starts": self.starts,
            "load": self.load,
        }


def plan_of(given: Mapping[str, Any]) -> GatePlan:
    """Make sense of the command line. Raises WrongPlan."""
    key_env = given["api_key_env"]
    if key_env and not os.environ.get(key_env):
        raise WrongPlan(f"--api-key-env: the variable {key_env} is not set or empty: export it")
    policy = _policy(given["policy_file"])
    candidate = _side("candidate", given, policy)
    baseline = _baseline(given, policy)
    service = _name("--service-name", "service", given["service_name"])
    if candidate.version == baseline.version and _same_service(baseline, service):
        raise WrongPlan(
            f"--baseline-version and --candidate-version are both {candidate.version}: "
            "name the releases apart"
        )
    plan = GatePlan(
        service=service,
        baseline=baseline,
        candidate=candidate,
        policy=policy,
        seed=secrets.randbelow(2**31) if given["seed"] is None else given["seed"],
        starts=given["starts"],
        load=given["load"],
    )
    if given["resume"] and given["seed"] is None:
        before = seed_of(given["reports_dir"], service, plan.name)
        return plan if before is None else replace(plan, seed=before)
    return plan


def _policy(file: Path | None) -> Policy:
    if file is None:
        return Policy()
    try:
        policy = read_policy(file.read_text(encoding="utf-8"), str(file))
    except OSError as error:
        raise WrongPlan(f"--policy: cannot read {file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise WrongPlan(f"--policy: {file} is not UTF-8 text") from None
    except PolicyError as error:
        raise WrongPlan(f"--policy: {error}") from None
    for name in policy.load.options:
        if name in RESERVED:
            raise WrongPlan(f"--policy: {file}: load.options.{name}: the gate sets --{name} itself")
    deviations = _beside(file, "deviations", policy.deviations)
    slo = _beside(file, "load.slo", policy.load.slo)
    if deviations is not None:
        _check_deviations(deviations)
    load = msgspec.structs.replace(policy.load, slo=slo)
    return msgspec.structs.replace(policy, deviations=deviations, load=load)


def _beside(policy: Path, field: str, name: str | None) -> str | None:
    """The path of a file that a policy names: from the policy's own folder."""
    if name is None:
        return None
    path = policy.parent / name
    if not path.is_file():
        raise WrongPlan(f"--policy: {policy}: {field}: there is no file {path}")
    return str(path)


def _check_deviations(file: str) -> None:
    known = {row.id for name in contract_names() for row in load_contract(name).requirements}
    try:
        read_deviations(Path(file).read_text(encoding="utf-8"), file, known)
    except (DeviationFileError, UnicodeDecodeError) as error:
        raise WrongPlan(str(error)) from None


def _baseline(given: Mapping[str, Any], policy: Policy) -> SideOptions | Release:
    folder = given["baseline"]
    if folder is None:
        return _side("baseline", given, policy)
    if given["baseline_url"] or given["baseline_cmd"]:
        raise WrongPlan("--baseline is a stored report: leave out --baseline-url, --baseline-cmd")
    try:
        return read_baseline(folder, given["baseline_version"])
    except StoredBaselineError as error:
        raise WrongPlan(f"--baseline: {error}") from None


def _side(name: str, given: Mapping[str, Any], policy: Policy) -> SideOptions:
    url, command = given[f"{name}_url"], given[f"{name}_cmd"]
    if (url is None) == (command is None):
        more = ", or a stored --baseline" if name == "baseline" else ""
        raise WrongPlan(f"give either --{name}-url or --{name}-cmd{more}")
    if command is not None and PORT_PLACEHOLDER not in command:
        raise WrongPlan(f"--{name}-cmd: put {{port}} where the command takes its port")
    if not given[f"{name}_version"]:
        raise WrongPlan(f"--{name}-version is missing: the API cannot tell which release it is")
    grpc_target = given[f"{name}_grpc_target"]
    if policy.load.scenario.endswith("_grpc") and not (
        grpc_target or "{grpc_port}" in (command or "") or not given["load"]
    ):
        raise WrongPlan(f"--{name}-grpc-target is missing: {policy.load.scenario} speaks gRPC")
    return SideOptions(
        version=_name(f"--{name}-version", "version", given[f"{name}_version"]),
        url=_url(f"--{name}-url", url),
        command=command,
        key_env=given["api_key_env"],
        public_url=_url("--public-url", given["public_url"]),
        grpc_target=grpc_target,
        health_path=given["health_path"],
        pages=not policy.contracts or "ocr-service" in policy.contracts,
        log=given[f"{name}_log"],
    )


def _url(option: str, value: str | None) -> str | None:
    if value is None:
        return None
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        private = bool(parts.username or parts.password or parts.query)
    except ValueError:
        usable = private = False
    if not usable:
        raise WrongPlan(
            f"{option}: {value[:80]!r} is not a URL: give one such as https://host:8081"
        )
    if private:
        raise WrongPlan(
            f"{option}: the URL carries credentials or a query: give the key with --api-key-env"
        )
    return value.rstrip("/")


def _name(option: str, kind: str, value: str) -> str:
    try:
        return folder_name(kind, value)
    except BadNameError as error:
        raise WrongPlan(f"{option}: {error}") from None


def _same_service(baseline: SideOptions | Release, service: str) -> bool:
    return not isinstance(baseline, Release) or baseline.service == service


def _told(side: SideOptions | Release) -> dict[str, Any]:
    if isinstance(side, Release):
        judged = side.conformance
        return {
            "stored": f"{side.service}/{side.version}",
            "judged": judged.started_at if judged else "",
        }
    return {
        "version": side.version,
        "url": side.url,
        "command": side.command,
        "grpc_target": side.grpc_target,
    }


def _content(file: str | None) -> str | None:
    return None if file is None else hashlib.sha256(Path(file).read_bytes()).hexdigest()
