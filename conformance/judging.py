"""How a check decides requirements: it claims, for each of its ids, what it found.

A check names its requirements with `@decides(...)` and must make at least one claim for each;
an id without a claim is a fault of the harness, never a pass.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import pytest

from conformance.exchange import Answer, NoAnswer, Unexpected, shorten
from reports.conformance_result import Finding, UntestedBecause

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.redaction import Redactor
    from reports.conformance_result import Level

Depth = Literal["quick", "standard", "thorough"]
DEPTHS: tuple[Depth, ...] = ("quick", "standard", "thorough")
MOST_FINDINGS = 5
"""Findings kept per requirement and check: a server that is wrong everywhere is wrong once."""


class NotTestable(Exception):
    """What a check needs is not there: without `because`, the target does not offer it."""

    def __init__(self, reason: str, because: UntestedBecause | None = None) -> None:
        super().__init__(reason)
        self.because = because


def decides(
    *requirements: str, depth: Depth = "standard", last: bool = False
) -> pytest.MarkDecorator:
    """Mark a check with the requirements it decides and the least depth at which it runs.

    A check that is `last` runs after all others: it looks at what they have seen.
    """
    return pytest.mark.decides(requirements=requirements, depth=depth, last=last)


@dataclass
class Claim:
    """What one check found about one requirement."""

    requirement: str
    held: int = 0
    findings: list[Finding] = field(default_factory=list)
    failures: int = 0
    unsupported: str = ""
    untested: str = ""
    untested_because: UntestedBecause | None = None
    harness_error: str = ""

    @property
    def decided(self) -> bool:
        """Whether anything was said about the requirement at all."""
        return bool(self.held or self.failures or self.unsupported or self.untested)


class Judge:
    """Collects the claims of one check. Call it once for every fact looked at."""

    def __init__(
        self,
        check: str,
        requirements: Iterable[str],
        redact: Redactor,
        of_other_editions: frozenset[str] = frozenset(),
    ) -> None:
        self.check = check
        self._of_other_editions = of_other_editions
        self.claims = {one: Claim(one) for one in requirements}
        self._redact = redact

    def __call__(
        self,
        requirement: str,
        holds: bool,  # noqa: FBT001 - reads as "judge(id, fact, …)"
        *,
        expected: str,
        got: object,
        by: Answer | NoAnswer | str | None = None,
    ) -> bool:
        """Claim that the requirement holds, or does not, in what was just seen.

        `by` is the exchange that shows it, or a command line that does.
        """
        if requirement in self._of_other_editions:
            return holds
        claim = self.claims[requirement]
        if holds:
            claim.held += 1
            return True
        self._fail(claim, expected, got if isinstance(got, str) else repr(got), by)
        return False

    def unexpected(self, requirement: str, error: Unexpected) -> None:
        """Claim a violation from an answer that could not be used at all."""
        self._fail(self.claims[requirement], error.expected, error.got, error.by)

    def unsupported(self, reason: str, *requirements: str) -> None:
        """Say that the target does not offer what these (default: all) requirements are about."""
        for claim in self._named(requirements):
            claim.unsupported = self._redact(reason)

    def untested(
        self, reason: str, *requirements: str, because: UntestedBecause = "prerequisite"
    ) -> None:
        """Say why these (default: all) requirements could not be tested."""
        for claim in self._named(requirements):
            claim.untested, claim.untested_because = self._redact(reason), because

    def undecided(self) -> list[Claim]:
        """The requirements about which nothing has been said yet."""
        return [claim for claim in self.claims.values() if not claim.decided]

    def _named(self, requirements: tuple[str, ...]) -> list[Claim]:
        if not requirements:
            return self.undecided()
        return [self.claims[one] for one in requirements if one not in self._of_other_editions]

    def _fail(
        self, claim: Claim, expected: str, got: str, by: Answer | NoAnswer | str | None
    ) -> None:
        claim.failures += 1
        if len(claim.findings) < MOST_FINDINGS:
            reproduce = by if isinstance(by, str) else by.curl if by is not None else ""
            claim.findings.append(
                Finding(
                    check=self.check,
                    expected=self._redact(shorten(expected)),
                    got=self._redact(shorten(got)),
                    reproduce=self._redact(reproduce),
                )
            )


def violation_message(claim: Claim, *, level: Level, text: str, source: str) -> str:
    """What a failing check prints: the clause, what was expected, what came, how to see it."""
    lines = [f"{claim.requirement} ({level}) violated: {text}", f"  source:   {source}"]
    for finding in claim.findings:
        lines += [f"  expected: {finding.expected}", f"  got:      {finding.got}"]
        if finding.reproduce:
            lines.append(f"  repeat:   {finding.reproduce}")
    if claim.failures > len(claim.findings):
        lines.append(f"  … and {claim.failures - len(claim.findings)} more like these")
    return "\n".join(lines)
