"""What happened, counted: memory depends on how many ways there are to end, not on requests."""

from __future__ import annotations

import msgspec

from load.histograms import Histogram, Packed
from reports.load_result import OutcomeKind  # noqa: TC001  msgspec resolves it

EXAMPLES = 3
EXAMPLE_LENGTH = 300
OUTCOMES_AT_MOST = 64
OTHER = "other"

TIME_TO_FIRST_TOKEN = "time_to_first_token"  # noqa: S105  a name of a measure
INTER_TOKEN_LATENCY = "inter_token_latency"  # noqa: S105  as above
TOKENS_PER_SECOND = "tokens_per_second"
CHARACTER_ERROR_RATE = "character_error_rate"

SCHEDULED, GOOD, SHED, FAILED, VIOLATED, DROPPED, ANSWERED, LATENCY_SUM, LATENCY_MAX = range(9)
_COLUMN: dict[OutcomeKind, int] = {
    "success": GOOD,
    "shed": SHED,
    "failure": FAILED,
    "violation": VIOLATED,
}


class Observation(msgspec.Struct, frozen=True):
    """One request that was sent and has ended. Durations in microseconds."""

    operation: str
    outcome: str
    kind: OutcomeKind
    second: int
    latency: int
    latency_from_send: int
    lag: int
    detail: str = ""
    content_judged: bool = True
    sent_bytes: int = 0
    received_bytes: int = 0
    pages: int = 0
    tokens: int = 0
    measures: tuple[tuple[str, int], ...] = ()


class PackedOutcome(msgspec.Struct, frozen=True):
    """One way to end, as it travels."""

    kind: OutcomeKind
    count: int
    latency: Packed
    latency_from_send: Packed
    examples: tuple[str, ...]


class PackedOperation(msgspec.Struct, frozen=True):
    """One operation, as it travels."""

    totals: dict[str, int]
    outcomes: dict[str, PackedOutcome]
    measures: dict[str, Packed]


class Snapshot(msgspec.Struct, frozen=True):
    """Everything one worker has counted so far in this round."""

    round: int
    operations: dict[str, PackedOperation]
    lag: Packed
    seconds: dict[int, list[int]]


class OutcomeRecord:
    """The latencies of everything that ended one way."""

    __slots__ = ("examples", "kind", "latency", "latency_from_send")

    def __init__(self, kind: OutcomeKind) -> None:
        self.kind = kind
        self.latency = Histogram()
        self.latency_from_send = Histogram()
        self.examples: list[str] = []

    def add_examples(self, texts: tuple[str, ...]) -> None:
        """Keep the first few, each cut short."""
        for text in texts:
            if text and len(self.examples) < EXAMPLES and text not in self.examples:
                self.examples.append(text[:EXAMPLE_LENGTH])


class OperationRecord:
    """One operation: whole-number totals, its outcomes, and its own measures."""

    def __init__(self) -> None:
        self.totals = dict.fromkeys(
            (
                "scheduled",
                "dropped",
                "content_unjudged",
                "sent_bytes",
                "received_bytes",
                "pages",
                "tokens",
            ),
            0,
        )
        self.outcomes: dict[str, OutcomeRecord] = {}
        self.measures: dict[str, Histogram] = {}

    def outcome(self, name: str, kind: OutcomeKind) -> OutcomeRecord:
        """The record of this outcome; past a limit of names, the one for all others."""
        record = self.outcomes.get(name)
        if record is None and len(self.outcomes) >= OUTCOMES_AT_MOST:
            name = f"{OTHER}_{kind}"
            record = self.outcomes.get(name)
        if record is None:
            record = self.outcomes[name] = OutcomeRecord(kind)
        return record

    def count(self, *kinds: OutcomeKind) -> int:
        """How many requests ended in one of these kinds."""
        return sum(row.latency.count for row in self.outcomes.values() if row.kind in kinds)

    @property
    def sent(self) -> int:
        """How many were sent and have ended."""
        return sum(row.latency.count for row in self.outcomes.values())

    def successes(self) -> Histogram | None:
        """Latencies from the schedule of the right answers, if there were any."""
        rows = [row for row in self.outcomes.values() if row.kind == "success"]
        return rows[0].latency if rows else None


class Recorder:
    """Counts what happens in one process; the master adds the workers' snapshots to its own."""

    def __init__(self, round_number: int = 0) -> None:
        self.round = round_number
        self.operations: dict[str, OperationRecord] = {}
        self.lag = Histogram()
        self.seconds: dict[int, list[int]] = {}

    def scheduled(self, operation: str, second: int) -> None:
        """An arrival came due."""
        self._operation(operation).totals["scheduled"] += 1
        self._second(second)[SCHEDULED] += 1

    def dropped(self, operation: str, second: int) -> None:
        """An arrival came due and could not be sent: too many were in flight."""
        self._operation(operation).totals["dropped"] += 1
        self._second(second)[DROPPED] += 1

    def ended(self, seen: Observation) -> None:
        """A request that was sent has ended."""
        record = self._operation(seen.operation)
        outcome = record.outcome(seen.outcome, seen.kind)
        outcome.latency.record(seen.latency)
        outcome.latency_from_send.record(seen.latency_from_send)
        outcome.add_examples((seen.detail,))
        self.lag.record(seen.lag)
        totals = record.totals
        totals["sent_bytes"] += seen.sent_bytes
        totals["received_bytes"] += seen.received_bytes
        totals["pages"] += seen.pages
        totals["tokens"] += seen.tokens
        totals["content_unjudged"] += seen.kind == "success" and not seen.content_judged
        for name, value in seen.measures:
            histogram = record.measures.get(name)
            if histogram is None:
                histogram = record.measures[name] = Histogram()
            histogram.record(value)
        row = self._second(seen.second)
        row[_COLUMN[seen.kind]] += 1
        if seen.kind == "success":
            row[ANSWERED] += 1
            row[LATENCY_SUM] += seen.latency
            row[LATENCY_MAX] = max(row[LATENCY_MAX], seen.latency)

    def snapshot(self) -> Snapshot:
        """Everything counted so far; equal counts give equal snapshots."""
        return Snapshot(
            round=self.round,
            operations={name: _packed(row) for name, row in sorted(self.operations.items())},
            lag=self.lag.pack(),
            seconds={second: list(row) for second, row in sorted(self.seconds.items())},
        )

    def add(self, snapshot: Snapshot) -> None:
        """Merge what another process counted, exactly."""
        self.lag.add(snapshot.lag)
        for name, packed in snapshot.operations.items():
            _merge(self._operation(name), packed)
        for second, theirs in snapshot.seconds.items():
            ours = self._second(second)
            latest = max(ours[LATENCY_MAX], theirs[LATENCY_MAX])
            ours[:] = [a + b for a, b in zip(ours, theirs, strict=True)]
            ours[LATENCY_MAX] = latest

    def _operation(self, name: str) -> OperationRecord:
        record = self.operations.get(name)
        if record is None:
            record = self.operations[name] = OperationRecord()
        return record

    def _second(self, second: int) -> list[int]:
        row = self.seconds.get(second)
        if row is None:
            row = self.seconds[second] = [0] * (LATENCY_MAX + 1)
        return row


def merged(snapshots: list[Snapshot]) -> Recorder:
    """One recorder with everything that the snapshots counted."""
    whole = Recorder(snapshots[0].round if snapshots else 0)
    for snapshot in snapshots:
        whole.add(snapshot)
    return whole


def _packed(record: OperationRecord) -> PackedOperation:
    return PackedOperation(
        totals=dict(record.totals),
        outcomes={
            name: PackedOutcome(
                kind=row.kind,
                count=row.latency.count,
                latency=row.latency.pack(),
                latency_from_send=row.latency_from_send.pack(),
                examples=tuple(row.examples),
            )
            for name, row in sorted(record.outcomes.items())
        },
        measures={name: row.pack() for name, row in sorted(record.measures.items())},
    )


def _merge(record: OperationRecord, packed: PackedOperation) -> None:
    for name, value in packed.totals.items():
        record.totals[name] += value
    for name, theirs in packed.outcomes.items():
        ours = record.outcome(name, theirs.kind)
        ours.latency.add(theirs.latency)
        ours.latency_from_send.add(theirs.latency_from_send)
        ours.add_examples(theirs.examples)
    for name, histogram in packed.measures.items():
        record.measures.setdefault(name, Histogram()).add(histogram)
