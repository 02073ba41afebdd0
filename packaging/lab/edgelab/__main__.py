"""The lab's own command line; `packaging/lab/run` calls it, in a virtual machine where one is needed."""

import argparse
import fnmatch
import os
import shutil
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Optional

from edgelab import kerneltests
from edgelab.edged import is_image
from edgelab.interop import is_source
from edgelab.netns import delete_leftovers
from edgelab.process import Process
from edgelab.report import Report
from edgelab.runner import Runner
from edgelab.scenario import Scenario, all_scenarios, with_site_a
from edgelab.sites import EDGE, STRONGSWAN

REPOSITORY = Path(__file__).resolve().parents[3]


def main() -> int:
    parser = argparse.ArgumentParser(prog="packaging/lab/run", description=__doc__)
    parser.add_argument("--list", action="store_true", help="say which scenarios there are")
    parser.add_argument("--site-a", choices=[EDGE, STRONGSWAN], help=argparse.SUPPRESS)
    parser.add_argument(
        "--image",
        type=Path,
        default=REPOSITORY / "daemon" / "target" / "edge-ipsecd",
        help="the application image to test, by default the one that the build made",
    )
    parser.add_argument(
        "--lanes",
        type=int,
        default=min(2, os.cpu_count() or 1),
        help="how many scenarios run side by side, each between sites of its own",
    )
    parser.add_argument(
        "--interop", action="store_true", help="only what the table of peers is made of"
    )
    parser.add_argument("--kernel-tests", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--results", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument(
        "patterns", nargs="*", help="names of scenarios, * and ? allowed; without any, all"
    )
    arguments = parser.parse_args()

    scenarios = all_scenarios()
    if arguments.site_a:
        scenarios = with_site_a(scenarios, arguments.site_a)
    chosen = [each for each in scenarios if _matches(each, arguments.patterns)]
    if arguments.interop:
        chosen = [each for each in chosen if is_source(each.name)]
    if not chosen:
        print(f"no scenario is called {' or '.join(arguments.patterns)}; try --list")
        return 2
    if arguments.list:
        for each in chosen:
            print(f"{each.name}\n    {(each.function.__doc__ or '').strip().splitlines()[0]}")
        return 0

    if any(EDGE in (each.setting.site_a, each.setting.site_b) for each in chosen):
        if not is_image(arguments.image):
            print(f"no bin/edge-ipsecd in {arguments.image}; build: mvn -q -DskipTests package")
            return 2

    results: Path = arguments.results
    _empty(results)
    # Also where whoever started us had interrupts ignored, as shells do for background jobs.
    signal.signal(signal.SIGINT, _interrupt)
    signal.signal(signal.SIGTERM, _interrupt)
    if left := delete_leftovers():
        print(f"removed {len(left)} namespaces that an earlier run had left")
    report = Report(results)
    try:
        runner = Runner(arguments.image, results, report)
        if arguments.kernel_tests:
            file: Path = arguments.kernel_tests
            runner.run_first(kerneltests.NAME, lambda: kerneltests.run(file, results, report))
        runner.run(chosen, arguments.lanes)
    except KeyboardInterrupt:
        report.say("interrupted; cleaning up")
        report.finish()
        return 130
    finally:
        Process.kill_all()
        delete_leftovers()
        shutil.rmtree("/run/edge-ipsec-lab", ignore_errors=True)
    return report.finish()


def _matches(each: Scenario, patterns: list[str]) -> bool:
    if not patterns:
        return True
    base = each.name.split("[")[0]
    return any(
        pattern in (each.name, base) or fnmatch.fnmatchcase(base, pattern) for pattern in patterns
    )


def _empty(folder: Path) -> None:
    """What an earlier run left in the result folder; the machine's own folder in it stays."""
    folder.mkdir(parents=True, exist_ok=True)
    for entry in folder.iterdir():
        if entry.name == "vm":
            continue
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _interrupt(_: int, __: Optional[FrameType]) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(main())
