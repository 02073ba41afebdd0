"""What a scenario tells the reader, and what the run comes to."""

import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Mapping, Optional

from edgelab import interop

_LINES = 12  # of a failure's text on the terminal; all of it is in the evidence


class ScenarioFailed(AssertionError):
    """An expectation of a scenario did not hold."""


def expect(truth: object, what: str, seen: object = None) -> None:
    """Fails the scenario unless `truth`; `what` says what should be, `seen` what is."""
    if not truth:
        raise ScenarioFailed(f"expected {what}" + (f"; seen: {seen}" if seen is not None else ""))


def expect_equal(seen: object, wanted: object, what: str) -> None:
    expect(seen == wanted, f"{what} to be {wanted}", seen)


@dataclass(frozen=True)
class Outcome:
    name: str
    seconds: float
    facts: str
    failure: Optional[str] = None
    verdicts: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """What it says of a peer and a subject in the table of peers."""


class Report:
    """One line for each scenario, on the terminal and in report.txt."""

    def __init__(self, results: Path) -> None:
        self.outcomes: list[Outcome] = []
        self._file = open(results / "report.txt", "w")
        self._lock = threading.Lock()
        self._summary = results / "summary"
        self._table = results / "interop.md"
        self._started = time.monotonic()

    def say(self, line: str) -> None:
        print(line, flush=True)
        print(line, file=self._file, flush=True)

    def add(self, outcome: Outcome, evidence: Path) -> None:
        verdict = "FAILED" if outcome.failure else "ok    "
        facts = f"  {outcome.facts}" if outcome.facts else ""
        lines = [f"{verdict} {outcome.name:<52} {outcome.seconds:6.1f} s{facts}"]
        if outcome.failure:
            said = outcome.failure.splitlines()
            lines += [f"         {line}" for line in said[:_LINES]]
            if len(said) > _LINES:
                lines.append("         ... and more in failure.txt")
            lines.append(f"         logs and captures: {evidence}")
        with self._lock:
            self.outcomes.append(outcome)
            self.say("\n".join(lines))

    def finish(self) -> int:
        failed = [outcome for outcome in self.outcomes if outcome.failure]
        self.say(f"\nThe scenarios took {time.monotonic() - self._started:.0f} s.")
        for outcome in failed:
            self.say(f"failed: {outcome.name}")
        passed = len(self.outcomes) - len(failed)
        self.say(f"{passed} passed, {len(failed)} failed")
        verdicts = {
            key: each for outcome in self.outcomes for key, each in outcome.verdicts.items()
        }
        ended = {outcome.name: outcome.failure is None for outcome in self.outcomes}
        self._table.write_text(interop.table(verdicts, ended))
        self._summary.write_text(f"{passed} {len(failed)} 0\n")
        sys.stdout.flush()
        return 1 if failed or not self.outcomes else 0
