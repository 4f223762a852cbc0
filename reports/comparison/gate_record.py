"""What the release gate decided about the step from one release to the next, kept beside both."""

from __future__ import annotations

import msgspec

from reports.conformance_result import ResultFileError, ResultModel
from reports.trials.result import Trial  # noqa: TC001 - msgspec resolves it
from reports.verdict import VerdictName  # noqa: TC001 - msgspec resolves it

FORMAT_VERSION = 1


class GateRecord(ResultModel, frozen=True, kw_only=True):
    """The decision, its reasons, and the interleaved load trial, if there was one."""

    format_version: int = FORMAT_VERSION
    verdict: VerdictName
    exit_code: int
    reasons: tuple[str, ...] = ()
    trial: Trial | None = None


def encode_record(record: GateRecord) -> bytes:
    """The record as indented JSON, the same bytes for the same record."""
    return msgspec.json.format(msgspec.json.encode(record, order="deterministic"), indent=2) + b"\n"


def decode_record(data: bytes, name: str) -> GateRecord:
    """Read a record back. Raises ResultFileError naming the file and what is wrong with it."""
    try:
        record = msgspec.json.decode(data, type=GateRecord)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ResultFileError(f"{name}: not a gate's record: {error}") from error
    if record.format_version != FORMAT_VERSION:
        raise ResultFileError(
            f"{name}: format version {record.format_version}, this harness reads {FORMAT_VERSION}: "
            "run the gate again"
        )
    return record
