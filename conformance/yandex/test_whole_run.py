"""What holds of every answer, judged on every answer of the run: these checks are the last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.judging import decides
from conformance.yandex.methods import Call
from conformance.yandex.outcome import count, named
from conformance.yandex.transports import Claims, over_both

if TYPE_CHECKING:
    from conformance.judging import Judge
    from conformance.yandex.outcome import Message, Outcome
    from conformance.yandex.samples import Samples


def _completions(samples: Samples) -> list[Outcome]:
    """Every completion so far, at least the samples."""
    for one in (samples.plain, samples.streamed, samples.cut):
        one.good()
    return list(samples.service.completions)


@over_both(
    "COMPLETION-3", "COMPLETION-4", "COMPLETION-6", "COMPLETION-7", "STATUS-3", depth="quick"
)
def test_completions(samples: Samples, claim: Claims) -> None:
    versions: dict[str, Outcome] = {}
    for got in _completions(samples):
        for message in got.messages:
            claim(
                "COMPLETION-3",
                bool(message.alternatives),
                expected="an alternative",
                got=message.body,
                by=got,
            )
            roles = message.roles
            claim(
                "COMPLETION-4", set(roles) <= {"assistant"}, expected="assistant", got=roles, by=got
            )
            version = message.model_version
            filled = isinstance(version, str) and bool(version)
            claim("COMPLETION-6", filled, expected="a modelVersion", got=version, by=got)
            versions.setdefault(str(version), got)
        if not _streams(got.call):
            final = got.last.is_final
            claim("STATUS-3", final, expected="a final status", got=got.last.status, by=got)
    claim(
        "COMPLETION-7",
        len(versions) == 1,
        expected="one modelVersion in the whole run",
        got=f"{sorted(versions)}",
        by=list(versions.values())[-1],
    )


@over_both("USAGE-1", "USAGE-2", "USAGE-4", "USAGE-5", depth="quick")
def test_token_counts(samples: Samples, claim: Claims) -> None:
    for got in _completions(samples):
        limit = count((got.call.body.get("completionOptions") or {}).get("maxTokens"))
        for message in got.messages:
            _judge_counts(claim, got, message, limit)


def _judge_counts(claim: Claims, got: Outcome, message: Message, limit: int | None) -> None:
    counts = (message.input_tokens, message.completion_tokens, message.total_tokens)
    given, made, total = counts
    adds_up = given is not None and made is not None and given + made == total
    shown = f"inputTextTokens {given}, completionTokens {made}, totalTokens {total}"
    claim("USAGE-1", adds_up, expected="a total that is the sum", got=shown, by=got)
    claim("USAGE-2", (given or 0) > 0, expected="inputTextTokens above 0", got=shown, by=got)
    if message.text.strip():
        claim("USAGE-4", (made or 0) > 0, expected="completionTokens above 0", got=shown, by=got)
    if limit is not None:
        within = made is not None and made <= limit
        claim("USAGE-5", within, expected=f"at most {limit} completionTokens", got=shown, by=got)


@decides("YC-GRPC-10")
def test_no_unknown_code(every_samples: dict[str, Samples], judge: Judge) -> None:
    samples = every_samples["grpc"]
    service = samples.service
    samples.plain.good()
    refused = [
        service.send(Call(one.call.method, {}))
        for one in (samples.plain, samples.embedded, samples.classified)
    ]
    for got in [*refused, *service.refusals]:
        said = got.code != 2
        judge(
            "YC-GRPC-10",
            said,
            expected="a code that says why",
            got=named(got.code),
            by=got.reproduce,
        )


def _streams(call: Call) -> bool:
    return bool((call.body.get("completionOptions") or {}).get("stream"))
