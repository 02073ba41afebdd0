"""JUnit's XML reports: how many tests ran, failed or were skipped, and why.

    python3 -m edgelab.junit [--newer-than FILE] FOLDER...

prints a line for each failure and each reason to skip, then `PASSED FAILED SKIPPED`.
"""

import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Iterable


@dataclass
class Tests:
    passed: int = 0
    failures: list[str] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    """How many tests were skipped for each reason."""

    def add(self, case: ElementTree.Element) -> None:
        failure = case.find("failure")
        if failure is None:
            failure = case.find("error")
        skip = case.find("skipped")
        if failure is not None:
            name = f"{case.get('classname')}.{case.get('name')}"
            lines = (failure.get("message") or failure.text or "").strip().splitlines()
            self.failures.append(f"{name}: {lines[0] if lines else failure.get('type')}")
        elif skip is not None:
            lines = (skip.get("message") or skip.text or "").strip().splitlines()
            self.skipped[lines[0] if lines else "no reason given"] += 1
        else:
            self.passed += 1

    @property
    def skip_count(self) -> int:
        return sum(self.skipped.values())


def read(files: Iterable[Path]) -> Tests:
    tests = Tests()
    for file in files:
        for case in ElementTree.parse(file).getroot().iter("testcase"):
            tests.add(case)
    return tests


def main(arguments: list[str]) -> int:
    since = 0.0
    if arguments[:1] == ["--newer-than"]:
        since = Path(arguments[1]).stat().st_mtime
        arguments = arguments[2:]
    files = [file for folder in arguments for file in Path(folder).rglob("TEST-*.xml")]
    tests = read(file for file in files if file.stat().st_mtime >= since)
    for failure in tests.failures:
        print(f"FAILED {failure}")
    for reason, count in tests.skipped.most_common():
        print(f"skipped {count}: {reason}")
    print(tests.passed, len(tests.failures), tests.skip_count)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
