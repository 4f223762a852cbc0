"""What makes two releases unequal to compare: said in the report, never averaged over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from reports import sentences
from reports.release_name import in_order

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.conformance_result import ConformanceResult, ContractResult
    from reports.load_result import LoadResult
    from reports.release import Release
    from reports.sentences import Sentence

Subject = Literal[
    "conformance",
    "contracts",
    "service",
    "order",
    "edition",
    "case_set",
    "wording",
    "harness",
    "depth",
    "seed",
    "machine",
    "incomplete",
    "load",
    "load_plan",
    "load_machine",
    "load_verdict",
]
"""What differs. `conformance` and `load`: one side was not measured at all."""

REFUSALS: dict[Subject, Sentence] = {
    "conformance": sentences.NOT_BOTH_JUDGED,
    "contracts": sentences.CONTRACTS_DIFFER,
}
"""Inequalities that leave nothing to be said about conformance, and how a verdict says so."""


@dataclass(frozen=True)
class Caveat:
    """One inequality: what it is about, and how each side has it."""

    subject: Subject
    a: str
    b: str
    contract: str = ""

    @property
    def refuses(self) -> bool:
        """Whether nothing can be said about conformance because of it."""
        return self.subject in REFUSALS


def caveats_of(a: Release, b: Release) -> tuple[Caveat, ...]:
    """Return every inequality between two releases, the gravest first."""
    found: list[Caveat] = []
    if a.service != b.service:
        found.append(Caveat("service", a.service, b.service))
    if in_order((a.version, b.version)) != (a.version, b.version):
        found.append(Caveat("order", a.version, b.version))
    if a.conformance is None or b.conformance is None:
        found.append(Caveat("conformance", _measured(a.conformance), _measured(b.conformance)))
    else:
        found += _of_conformance(a.conformance, b.conformance)
    found += _of_load(a.load, b.load)
    return tuple(sorted(found, key=lambda caveat: not caveat.refuses))


def load_is_comparable(caveats: tuple[Caveat, ...]) -> bool:
    """Whether the load figures of both sides answer the same question."""
    return not any(one.subject in ("load", "load_plan", "load_machine") for one in caveats)


def shared_contracts(
    a: ConformanceResult, b: ConformanceResult
) -> tuple[tuple[ContractResult, ContractResult], ...]:
    """Return the contracts that both runs judged, in the order of the second."""
    first = {one.contract: one for one in a.contracts}
    return tuple((first[one.contract], one) for one in b.contracts if one.contract in first)


def _of_conformance(a: ConformanceResult, b: ConformanceResult) -> Iterator[Caveat]:
    names_a, names_b = ([one.contract for one in side.contracts] for side in (a, b))
    shared = shared_contracts(a, b)
    if not shared:
        yield Caveat("contracts", ", ".join(names_a) or "—", ", ".join(names_b) or "—")
    for name in sorted({*names_a} ^ {*names_b}) if shared else ():
        present_in_a = name in names_a
        yield Caveat(
            "case_set", "yes" if present_in_a else "no", "no" if present_in_a else "yes", name
        )
    for one, other in shared:
        yield from _of_contract(one, other)
    pairs: tuple[tuple[Subject, str, str], ...] = (
        ("harness", a.harness_version, b.harness_version),
        ("depth", a.depth, b.depth),
        ("seed", str(a.seed), str(b.seed)),
        ("machine", _machine(a), _machine(b)),
        ("incomplete", a.incomplete or "no", b.incomplete or "no"),
    )
    yield from (Caveat(subject, x, y) for subject, x, y in pairs if x != y)
    if a.incomplete and a.incomplete == b.incomplete:
        yield Caveat("incomplete", a.incomplete, a.incomplete)


def _of_contract(a: ContractResult, b: ContractResult) -> Iterator[Caveat]:
    if a.edition != b.edition:
        yield Caveat("edition", a.edition, b.edition, b.contract)
    rows_a, rows_b = ({row.id: row for row in side.requirements} for side in (a, b))
    only_a, only_b = rows_a.keys() - rows_b.keys(), rows_b.keys() - rows_a.keys()
    if only_a or only_b:
        yield Caveat("case_set", str(len(only_a)), str(len(only_b)), b.contract)
    reworded = sorted(
        name for name in rows_a.keys() & rows_b.keys() if rows_a[name].text != rows_b[name].text
    )
    for name in reworded:
        yield Caveat("wording", rows_a[name].text, rows_b[name].text, name)


def _of_load(a: LoadResult | None, b: LoadResult | None) -> Iterator[Caveat]:
    if a is None and b is None:
        return
    if a is None or b is None:
        yield Caveat("load", _measured(a), _measured(b))
        return
    plans = _plan(a), _plan(b)
    if plans[0] != plans[1]:
        yield Caveat("load_plan", *plans)
    machines = _load_machine(a), _load_machine(b)
    if machines[0] != machines[1]:
        yield Caveat("load_machine", *machines)
    if "INVALID" in (a.verdict, b.verdict):
        yield Caveat("load_verdict", a.verdict, b.verdict)


def _measured(part: object | None) -> str:
    return "yes" if part is not None else "no"


def _machine(run: ConformanceResult) -> str:
    machine = run.machine
    return f"{machine.platform}, Python {machine.python}, {machine.cpus} CPU"


def _load_machine(run: LoadResult) -> str:
    return f"{run.software.platform}, {run.software.cpus} CPU"


def _plan(run: LoadResult) -> str:
    plan = run.plan
    mix = ", ".join(f"{name} {share:g}" for name, share in sorted(plan.mix.items()))
    arrivals = f"{plan.arrivals or plan.loop} {plan.rate:g}/s" if plan.rate else str(plan.arrivals)
    length = f"{plan.duration_s:g} s" if plan.duration_s else "—"
    return f"{run.scenario}: {arrivals}, {length}, {mix}, seed {plan.seed}"
