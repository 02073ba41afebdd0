"""The Java tests that need a real kernel, run where there is one: in the lab."""

import subprocess
import time
from pathlib import Path

from edgelab import junit
from edgelab.clock import SLOWNESS
from edgelab.report import Outcome, Report


def run(class_path: Path, results: Path, report: Report) -> None:
    """Runs JUnit's console launcher; each test makes a network namespace of its own.

    The first line of `class_path` is the class path, the second the folder with the test classes.
    """
    classes_and_jars, classes = class_path.read_text().splitlines()[:2]
    folder = results / "kernel-tests"
    folder.mkdir()
    command = ["java", "-cp", classes_and_jars, "org.junit.platform.console.ConsoleLauncher"]
    command += ["execute", "--scan-class-path", classes, "--include-tag", "kernel"]
    command += ["--reports-dir", str(folder), "--details", "tree", "--disable-banner"]
    command += ["--disable-ansi-colors"]
    began = time.monotonic()
    with open(folder / "output.txt", "w") as output:
        try:
            status = subprocess.run(
                command, stdout=output, stderr=subprocess.STDOUT, timeout=60 * SLOWNESS
            ).returncode
        except subprocess.TimeoutExpired:
            status = -1
    tests = junit.read(folder.glob("TEST-*.xml"))
    failures = list(tests.failures)
    if status != 0 and not failures:
        failures.append(f"the launcher ended with {status}")
    if tests.passed == 0:
        failures.append("not a single test ran")
    facts = f"{tests.passed} passed"
    for reason, count in tests.skipped.items():
        facts += f", {count} skipped: {reason}"
    report.add(
        Outcome(
            "kernel-tests-in-java",
            time.monotonic() - began,
            facts,
            "\n".join(failures) or None,
        ),
        folder,
    )
