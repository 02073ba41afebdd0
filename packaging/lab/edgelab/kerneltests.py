"""The Java tests that need a real kernel, run where there is one: in the lab."""

import os
import signal
import time
from pathlib import Path

from edgelab import junit
from edgelab.clock import DeadlinePassed, wait_until
from edgelab.process import Process
from edgelab.report import Outcome, Report

NAME = "kernel-tests-in-java"


def run(class_path: Path, results: Path, report: Report) -> None:
    """Runs JUnit's console launcher; each test makes a network namespace of its own.

    The first line of `class_path` is the class path, the second the folder with the test classes.
    """
    classes_and_jars, classes = class_path.read_text().splitlines()[:2]
    folder = results / "kernel-tests"
    folder.mkdir()
    # Those of the daemons: without them an emulated machine is busy compiling.
    command = ["java", *os.environ.get("EDGE_IPSECD_JAVA_OPTS", "").split(), "-XX:+UseSerialGC"]
    command += ["-cp", classes_and_jars, "org.junit.platform.console.ConsoleLauncher"]
    command += ["execute", "--scan-class-path", classes, "--include-tag", "kernel"]
    command += ["--reports-dir", str(folder), "--details", "tree", "--disable-banner"]
    command += ["--disable-ansi-colors"]
    began = time.monotonic()
    process = Process(command, folder / "output.txt")
    try:
        wait_until(process.ended, "the kernel tests to end", 90, interval=0.2)
    except DeadlinePassed:
        pass
    finally:
        status = process.stop(signal.SIGKILL)
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
            NAME,
            time.monotonic() - began,
            facts,
            "\n".join(failures) or None,
        ),
        folder,
    )
