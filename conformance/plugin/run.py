"""One run of the suite: from the options to a target, from the claims to a written result."""

from __future__ import annotations

import datetime as dt
import os
import platform
import secrets
import time
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING

import msgspec

from conformance.base_address import without_v1
from conformance.bundled import BundledServer, start_bundled
from conformance.iam import IamKeys, IamTokens, exchange
from conformance.images import ImageServer
from conformance.recognition import Reception, Recognition, receive, recognise
from conformance.results import CheckRecord, Untested, contract_result
from conformance.target import Budget, CutShort, Target
from reports.conformance_result import (
    ConformanceResult,
    ContractResult,
    Cost,
    Incomplete,
    Limits,
    Machine,
)
from reports.deviations import (
    DeviationFileError,
    Deviations,
    apply_deviations,
    read_deviations,
)
from schemas import contract_names, load_contract

if TYPE_CHECKING:
    from conformance.plugin.options import Options


@dataclass
class Run:
    """Everything that belongs to one run."""

    options: Options
    deviations: Deviations
    images: ImageServer
    target: Target
    bundled: BundledServer | None
    grpc_target: str | None
    started_at: str
    clock: float
    recognitions: tuple[Recognition, ...] = ()
    records: list[CheckRecord] = field(default_factory=list)
    unclaimed: dict[str, Untested] = field(default_factory=dict)
    incomplete: Incomplete | None = None
    incomplete_reason: str = ""
    notes: list[str] = field(default_factory=list)
    iam: IamKeys | None = None
    tokens: IamTokens | None = None

    @classmethod
    def begin(cls, options: Options) -> Run:
        """Read the deviations, start what has to be started, open the target.

        Raises DeviationFileError, BundledServerFailed and IamFailed.
        """
        deviations = _read_deviations(options)
        images = ImageServer.start(options.public_url)
        bundled, base_url, key, grpc = None, options.base_url, options.api_key, options.grpc_target
        iam, notes = options.iam, []
        if base_url is None:
            key = secrets.token_urlsafe(18)
            bundled = start_bundled(options.bundled_release, key, images.origin)
            base_url, grpc, iam = bundled.base_url, bundled.grpc_target, bundled.iam
        if without_v1(base_url) != base_url:
            base_url = without_v1(base_url)
            notes.append("the address was given with /v1 at its end; the suite adds that itself")
        tokens = None if iam is None or key is not None else IamTokens(partial(exchange, iam))
        target = Target(
            base_url=base_url,
            key=tokens or (lambda: key),
            renew_key=tokens.renew if tokens else None,
            secrets=() if iam is None else (iam.key_id, iam.secret),
            budget=Budget(options.max_requests, options.time_budget_s),
            timeout_s=options.request_timeout_s,
            concurrency=options.concurrency,
        )
        return cls(
            options=options,
            deviations=deviations,
            images=images,
            target=target,
            bundled=bundled,
            grpc_target=grpc,
            started_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            clock=time.monotonic(),
            notes=notes,
            iam=iam,
            tokens=tokens,
        )

    def probe(self) -> Reception:
        """See what is there and which contracts it speaks."""
        reception = receive(self.target)
        if reception.state == "up":
            self.recognitions = recognise(self.target, self.options)
            if not self.recognitions:
                wanted = ", ".join(self.options.contracts or contract_names())
                return Reception(
                    "unknown", f"{self.target.public_url} answers, but speaks none of: {wanted}"
                )
        return reception

    def edition(self, contract: str) -> str | None:
        """The edition judged of this contract, or None when it is not judged."""
        return next((one.edition for one in self.recognitions if one.contract == contract), None)

    def cut_short(self, why: CutShort | str) -> None:
        """Note that the run ended before its end, and why."""
        if self.incomplete is None:
            self.incomplete = why.why if isinstance(why, CutShort) else "interrupted"  # type: ignore[assignment]  # CutShort.why holds exactly these words
            self.incomplete_reason = self.target.redact(str(why))

    def result(self) -> ConformanceResult:
        """The result of what has been done so far."""
        ledger = self.target.ledger
        contracts: list[ContractResult] = []
        problems: list[str] = []
        today = dt.datetime.now(dt.UTC).date()
        for recognition in self.recognitions:
            judged = contract_result(recognition, self.records, self.unclaimed, ledger)
            rows, faults = apply_deviations(judged.requirements, self.deviations, today)
            contracts.append(msgspec.structs.replace(judged, requirements=rows))
            problems += faults
        return ConformanceResult(
            harness_version=version("inference-gate"),
            service=self.options.service_name or self._service_name(),
            version=self.options.service_version,
            target=self.target.public_url,
            started_at=self.started_at,
            depth=self.options.depth,
            seed=self.options.seed,
            limits=Limits(
                max_requests=self.options.max_requests, time_budget_s=self.options.time_budget_s
            ),
            cost=Cost(
                requests=ledger.started,
                sent_bytes=ledger.sent_bytes,
                received_bytes=ledger.received_bytes,
                duration_s=round(time.monotonic() - self.clock, 3),
                tokens=ledger.tokens or None,
                rate_limited=ledger.waited_for_rate,
            ),
            machine=Machine(
                platform=platform.platform(terse=True),
                python=platform.python_version(),
                cpus=os.cpu_count() or 1,
            ),
            contracts=tuple(contracts),
            incomplete=self.incomplete,
            incomplete_reason=self.incomplete_reason,
            accepted_untested=self.options.accept_untested,
            deviation_problems=tuple(problems),
            notes=tuple(
                self.target.redact(note)
                for note in (*self.notes, *(self.tokens.notes if self.tokens else ()))
            ),
        )

    def end(self) -> None:
        """Stop what was started."""
        self.target.close()
        self.images.stop()
        if self.bundled is not None:
            self.bundled.stop()

    def _service_name(self) -> str:
        contracts = [one.contract for one in self.recognitions]
        return "paddleocr-vl-service" if contracts == ["ocr-service"] else "-".join(contracts)


def _read_deviations(options: Options) -> Deviations:
    if options.deviations is None:
        return Deviations()
    known = {row.id for name in contract_names() for row in load_contract(name).requirements}
    try:
        text = options.deviations.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise DeviationFileError(f"{options.deviations}: not UTF-8 text: save it as such") from None
    return read_deviations(text, str(options.deviations), known)
