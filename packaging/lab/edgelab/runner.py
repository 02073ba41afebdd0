"""Runs scenarios, shares sites between them, and keeps what a failure needs to be understood."""

import shutil
import threading
import time
import traceback
from pathlib import Path
from typing import Callable, Optional, Sequence

from edgelab import clock, kernel
from edgelab.clock import DeadlinePassed, Interrupted
from edgelab.lab import Lab
from edgelab.process import CommandFailed
from edgelab.report import Outcome, Report
from edgelab.scenario import Scenario
from edgelab.sites import Setting, Sites


class Runner:
    """Hands scenarios to lanes, each a thread with sites of its own.

    A lane stays with the setting of its sites for as long as there are scenarios for it; those that
    change something for the whole machine run at the end, alone.
    """

    def __init__(self, image: Path, results: Path, report: Report) -> None:
        self._image = image
        self._results = results
        self._report = report
        self._lock = threading.Lock()
        self._waiting: list[Scenario] = []
        self._in_use: list[Setting] = []
        self._made = 0
        self._broken: dict[Setting, str] = {}
        self._first: dict[str, Callable[[], None]] = {}

    def run_first(self, name: str, something: Callable[[], None]) -> None:
        """Has a lane do it before its scenarios, while the others have begun with theirs."""
        self._first[name] = something

    def run(self, scenarios: Sequence[Scenario], lanes: int) -> None:
        """Returns when all have run; an interrupt ends them early and is passed on."""
        for alone in (False, True):
            self._waiting = [each for each in scenarios if each.alone is alone]
            self._run_lanes(1 if alone else min(lanes, len(self._waiting)))

    def _run_lanes(self, count: int) -> None:
        threads = [threading.Thread(target=_Lane(self).run) for _ in range(count)]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                thread.join()
        except KeyboardInterrupt:
            clock.interrupt()
            for thread in threads:
                thread.join()
            raise

    def next(self, current: Optional[Setting]) -> Optional[Scenario]:
        """One for the sites that the lane has, else for sites that no other lane has, else any."""
        with self._lock:
            if current is not None:
                self._in_use.remove(current)
            mine = [each for each in self._waiting if each.setting == current]
            fresh = [each for each in self._waiting if each.setting not in self._in_use]
            # Another peer in the same network is had faster than another daemon of ours.
            near = [each for each in fresh if current and current.is_near(each.setting)]
            chosen = next(iter(mine or near or fresh or self._waiting), None)
            if chosen is not None:
                self._waiting.remove(chosen)
                self._in_use.append(chosen.setting)
            return chosen

    def do_first(self) -> None:
        with self._lock:
            if not self._first:
                return
            name, first = self._first.popitem()
        began = time.monotonic()
        try:
            first()
        except Interrupted:
            raise
        except Exception as e:
            failure = _explain(e)
            self._report.add(Outcome(name, time.monotonic() - began, "", failure), self._results)

    def make_sites(self, setting: Setting) -> Sites:
        with self._lock:
            if setting in self._broken:
                raise CommandFailed(f"its sites could not be set up: {self._broken[setting]}")
            self._made += 1
            name = str(self._made)
        try:
            return Sites(name, setting, self._image, self._results / f"sites-{name}")
        except (CommandFailed, DeadlinePassed) as e:
            # It would fail as slowly for every other scenario.
            with self._lock:
                self._broken[setting] = str(e)
            raise

    def run_scenario(self, each: Scenario, lane: "_Lane") -> None:
        began = time.monotonic()
        folder = self._results / each.name.replace("[", "-").replace("]", "")
        folder.mkdir()
        failure: Optional[str] = None
        facts = ""
        lab: Optional[Lab] = None
        try:
            lab = Lab(lane.sites_for(each.setting), folder)
            facts = each.run(lab)
            lab.watch.release()
            lab.sites.clean()
            lab.watch.finish()
        except Interrupted:
            lane.discard()
            return
        except Exception as e:
            failure = _explain(e)
            (folder / "failure.txt").write_text(traceback.format_exc())
            lane.keep_evidence(folder)
            lane.discard()
        verdicts = lab.verdicts if lab is not None else {}
        seconds = time.monotonic() - began
        self._report.add(Outcome(each.name, seconds, facts, failure, verdicts), folder)


class _Lane:
    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._sites: Optional[Sites] = None

    def run(self) -> None:
        setting: Optional[Setting] = None
        try:
            self._runner.do_first()
            while each := self._runner.next(setting):
                setting = each.setting
                self._runner.run_scenario(each, self)
                if clock.interrupted():
                    return
        except Interrupted:
            return
        finally:
            self.discard()

    def sites_for(self, setting: Setting) -> Sites:
        if self._sites is not None and (self._sites.setting != setting or self._sites.worn):
            if self._sites.can_become(setting):
                self._sites.become(setting)
            else:
                self.discard()
        if self._sites is None:
            self._sites = self._runner.make_sites(setting)
        return self._sites

    def keep_evidence(self, folder: Path) -> None:
        if self._sites is None:
            return
        for gateway in (self._sites.a, self._sites.b):
            file = folder / f"site-{gateway.site.letter}.kernel.txt"
            file.write_text(kernel.summary(gateway.site.gateway))
        for log in self._sites.results.iterdir():
            if log.suffix in (".log", ".out", ".yaml", ".json", ".conf"):
                shutil.copy(log, folder)

    def discard(self) -> None:
        if self._sites is not None:
            self._sites.delete()
            self._sites = None


def _explain(e: Exception) -> str:
    """An expectation explains itself; anything else is a fault of the lab and shows where."""
    if isinstance(e, (AssertionError, DeadlinePassed, CommandFailed)):
        return str(e) or traceback.format_exc()
    return traceback.format_exc().strip()
