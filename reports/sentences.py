"""The sentences of verdicts: each stands here once, is written in English, and can be found again.

Results keep plain English text. A report in another language finds the sentence that a text was
made of, and says it with the same values; so a sentence and its translation cannot drift apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

NESTED = frozenset({"reason", "text"})
"""Values that are sentences themselves, or the text of a requirement."""
WORDS = frozenset({"effect", "id", "metric", "objective", "operation", "verdict", "version"})
"""Values without a space or a colon in them."""
_VALUE = re.compile(r"%\\\((\w+)\\\)s|%%")


@dataclass(frozen=True)
class Sentence:
    """A sentence with `%(name)s` where its values go."""

    template: str

    def __call__(self, **values: object) -> str:
        """The sentence with its values."""
        return self.template % values

    def values_of(self, text: str) -> dict[str, str] | None:
        """The values with which it gives `text`, or None if it never does."""
        found = self._pattern.fullmatch(text)
        return None if found is None else found.groupdict()

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        def group(match: re.Match[str]) -> str:
            if match[0] == "%%":
                return "%"
            name = match[1]
            form = ".+" if name in NESTED else "[^\\s:]+" if name in WORDS else "[^;]+?"
            return f"(?P<{name}>{form})"

        return re.compile(_VALUE.sub(group, re.escape(self.template)), re.DOTALL)


# ---- one release against its contract ---------------------------------------------------------
VIOLATED = Sentence("%(id)s violated: %(text)s")
UNTESTED = Sentence("%(id)s untested: %(reason)s")
HARNESS_FAILED = Sentence("%(id)s: the harness failed: %(reason)s")
TARGET_LOST = Sentence("the target stopped answering: %(reason)s")
CUT_SHORT = Sentence("the run was cut short: %(reason)s")
NOTHING_TESTED = Sentence("no requirement was tested")
EXPIRED = Sentence("%(id)s: its deviation expired on %(day)s: %(reason)s")
STALE = Sentence("%(id)s: its deviation is stale: the requirement %(outcome)s")
ABOUT_NOTHING = Sentence(
    "%(id)s: its deviation is stale: the edition judged has no such requirement"
)
DECLARED = Sentence("declared: %(reason)s")

# ---- two releases -----------------------------------------------------------------------------
NEWLY_VIOLATED = Sentence("%(id)s newly violated: %(text)s")
NO_LONGER_OFFERED = Sentence("%(id)s no longer offered: %(reason)s")
NO_LONGER_TESTED = Sentence("%(id)s no longer tested: %(reason)s")
NOT_BOTH_JUDGED = Sentence("the contract was not judged for both: %(a)s against %(b)s")
CONTRACTS_DIFFER = Sentence("the contracts differ: %(a)s against %(b)s")

# ---- the gate, which puts in front what a reason is about -------------------------------------
CONTRACT = Sentence("contract")
AGAINST_THE_BASELINE = Sentence("against the baseline")
UNDER_LOAD = Sentence("under load")
START = Sentence("start")
LET_PASS = Sentence("%(reason)s (let pass by the policy)")
START_NOT_MEASURED = Sentence("the start was not measured, and the policy limits it")
START_TOO_LONG = Sentence("the start took %(took)s s, allowed are %(limit)s s")
NO_RESULT = Sentence("the candidate left no conformance result")
SUITE_FAILED = Sentence("%(version)s: the suite could not judge it: %(reason)s")
NO_ANSWER = Sentence("%(version)s does not answer: %(reason)s")
CRASHED = Sentence("its process ended with code %(code)s")
CHANGED = Sentence("%(version)s changed in mid-run: %(reason)s")
OTHER_THAN_BEFORE = Sentence("%(what)s is not what it was")
ROLL_OUT_FIRST = Sentence("roll out first, then gate")
KEY_REFUSED = Sentence("it no longer accepts the key (%(status)s where it answered before)")
KEY_REFUSED_UNDER_LOAD = Sentence(
    "%(version)s refuses the key in mid-run (%(outcomes)s only): it has expired, or was revoked"
)
NOT_STARTED = Sentence("%(version)s did not start: %(reason)s")
NOT_UP = Sentence("%(version)s did not come up: %(reason)s")
COMMAND_ENDED = Sentence("the command ended with code %(code)s")
NEVER_HEALTHY = Sentence("%(path)s never answered 200 at %(url)s")
GENERATOR_TOO_SLOW = Sentence(
    "%(version)s: the load generator could not keep up, %(times)s times: %(reason)s"
)

# ---- the trial: parts of one reason stand behind each other with "; " between -------------------
RATIO = Sentence(
    "%(verdict)s %(metric)s: %(effect)s times the baseline (%(low)s to %(high)s), allowed %(margin)s"
)
DIFFERENCE = Sentence(
    "%(verdict)s %(metric)s: %(effect)s (%(low)s to %(high)s), allowed %(margin)s"
)
MORE_PAIRS = Sentence("%(pairs)s pairs of blocks would decide it at this spread")
PRIMARY_NOT_MEASURED = Sentence(
    "INCONCLUSIVE %(metric)s, the primary metric, was not measured in two pairs: "
    "scenario %(scenario)s does not give it, or a block has too few answers for it"
)
WRONG_ANSWERS = Sentence("FAIL %(wrong)s of %(requests)s answers were wrong")
WRONG_NOT_RULED_OUT = Sentence(
    "INCONCLUSIVE %(requests)s requests cannot rule out %(share)s wrong answers"
)
MORE_ANSWERS = Sentence("%(needs)s more without one would")
LIMIT = Sentence("%(verdict)s %(operation)s: %(objective)s is %(measured)s, limit %(limit)s")
LIMIT_NOT_MEASURED = Sentence(
    "%(verdict)s %(operation)s: %(objective)s not measured, limit %(limit)s"
)
BEYOND_LIMIT = Sentence(
    "beyond it %(low)s to %(high)s of %(requests)s requests, allowed %(allowed)s"
)
MORE_REQUESTS = Sentence("%(needs)s more requests within it would settle it")

# ---- one load run -------------------------------------------------------------------------------
NO_REQUEST = Sentence("no request was sent: raise --rate or --duration")
TARGET_SILENT = Sentence("the target gave no answer to any of %(requests)s requests (%(outcome)s)")
NOTHING_DEPLOYED = Sentence(
    "every answer was %(outcome)s: nothing is deployed under this address, or the model's name "
    "is not known there"
)
LIMIT_MISSED = Sentence("%(operation)s: %(objective)s is %(measured)s, the limit is %(limit)s")
HUNG = Sentence("%(requests)s requests hung instead of being refused or answered")
WRONG_UNDER_OVERLOAD = Sentence("%(answers)s answers were wrong under overload")
NO_RETRY_AFTER = Sentence("%(refusals)s refusals came without Retry-After")
FAILED_OTHERWISE = Sentence("%(requests)s requests failed otherwise than by 429 or 503")
NOT_RECOVERED = Sentence("the target did not recover by the end of the run")

# ---- whether a load run can be believed, and what to do -----------------------------------------
INTERRUPTED = Sentence("the run was interrupted before its end")
LET_IT_RUN = Sentence("let it run to its end")
WORKER_LOST = Sentence(
    "worker %(worker)s was lost in mid-run, and the arrivals it had yet to send with it"
)
SEE_WHY_IT_ENDED = Sentence(
    "see why the process ended (memory, a signal, the network) and run again"
)
NO_CPU = Sentence("worker %(worker)s had no CPU to spare in %(share)s of the run")
MORE_WORKERS = Sentence("add workers (--processes N, or --worker on more machines) or lower --rate")
STOOD_STILL = Sentence(
    "worker %(worker)s's event loop stood still for %(seconds)s s in all, "
    "%(longest)s ms at the longest"
)
A_CORE_OF_ITS_OWN = Sentence("give the generator a core of its own, or %(reason)s")
CLOCK_STEPPED = Sentence("the wall clock of worker %(worker)s stepped by %(step)s ms")
LET_THE_CLOCK_SETTLE = Sentence(
    "run again when the time service has settled and the machine does not sleep"
)
STARTED_LATE = Sentence(
    "1 %% of the requests started %(lag)s ms or more after their time (limit %(limit)s ms)"
)
DROPPED = Sentence("%(arrivals)s arrivals were dropped because too many requests were in flight")
MORE_IN_FLIGHT = Sentence(
    "raise --max-in-flight, or lower --rate to what the target can keep up with"
)
NEVER_DUE = Sentence("%(missing)s of %(expected)s scheduled arrivals never came due")
TO_THE_END = Sentence("let every worker run to the end of the schedule")
TOO_FEW = Sentence("%(operation)s: %(requests)s requests cannot decide %(objective)s")
RUN_LONGER = Sentence("run longer: %(needs)s more requests at the least")

SENTENCES = tuple(value for value in globals().values() if isinstance(value, Sentence))
