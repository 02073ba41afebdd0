"""Runs scenarios, shares sites between them, and keeps what a failure needs to be understood."""

import shutil
import time
import traceback
from pathlib import Path
from typing import Optional, Sequence

from edgelab import kernel
from edgelab.clock import DeadlinePassed
from edgelab.lab import Lab
from edgelab.process import CommandFailed
from edgelab.report import Outcome, Report
from edgelab.scenario import Scenario
from edgelab.sites import Setting, Sites


class Runner:
    """Runs scenarios one after the other and keeps sites for as long as they are wanted and sound."""

    def __init__(self, repository: Path, results: Path, report: Report) -> None:
        self._repository = repository
        self._results = results
        self._report = report
        self._sites: Optional[Sites] = None
        self._made = 0

    def run(self, scenarios: Sequence[Scenario]) -> None:
        try:
            for each in scenarios:
                self._run(each)
        finally:
            self._discard()

    def _run(self, each: Scenario) -> None:
        began = time.monotonic()
        folder = self._results / each.name.replace("[", "-").replace("]", "")
        folder.mkdir()
        failure: Optional[str] = None
        facts = ""
        try:
            lab = Lab(self._sites_for(each.setting), folder)
            facts = each.run(lab)
            lab.watch.release()
            lab.sites.clean()
            lab.watch.finish()
        except Exception as e:
            failure = _explain(e)
            (folder / "failure.txt").write_text(traceback.format_exc())
            self._keep_evidence(folder)
            self._discard()
        if self._sites is not None and self._sites.worn:
            self._discard()
        self._report.add(Outcome(each.name, time.monotonic() - began, facts, failure), folder)

    def _sites_for(self, setting: Setting) -> Sites:
        if self._sites is not None and self._sites.setting != setting:
            self._discard()
        if self._sites is None:
            self._made += 1
            name = str(self._made)
            began = time.monotonic()
            self._sites = Sites(name, setting, self._repository, self._results / f"sites-{name}")
            self._report.say(f"-- {setting} (started in {time.monotonic() - began:.1f} s)")
        return self._sites

    def _keep_evidence(self, folder: Path) -> None:
        if self._sites is None:
            return
        for gateway in (self._sites.a, self._sites.b):
            file = folder / f"site-{gateway.site.letter}.kernel.txt"
            file.write_text(kernel.summary(gateway.site.gateway))
        for log in self._sites.results.iterdir():
            if log.suffix in (".log", ".out", ".yaml", ".json"):
                shutil.copy(log, folder)

    def _discard(self) -> None:
        if self._sites is not None:
            self._sites.delete()
            self._sites = None


def _explain(e: Exception) -> str:
    """An expectation explains itself; anything else is a fault of the lab and shows where."""
    if isinstance(e, (AssertionError, DeadlinePassed, CommandFailed)):
        return str(e) or traceback.format_exc()
    return traceback.format_exc().strip()
