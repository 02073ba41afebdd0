"""Processes of the lab: every one is remembered, and ended by its own process id."""

import os
import signal
import subprocess
from pathlib import Path
from typing import Mapping, Optional, Sequence

from edgelab.clock import SLOWNESS


class CommandFailed(Exception):
    """A tool that should have worked did not; the text holds what it said."""


def run(command: Sequence[str], stdin: Optional[str] = None, check: bool = True) -> str:
    """Runs a short command and gives its output; its failure is an exception unless `check` is off."""
    done = subprocess.run(command, input=stdin, capture_output=True, text=True)
    if check and done.returncode != 0:
        raise CommandFailed(
            f"`{' '.join(command)}` ended with {done.returncode}: {done.stderr.strip() or done.stdout}"
        )
    return done.stdout


class Process:
    """A long-running program with its output in a file."""

    running: "list[Process]" = []

    def __init__(
        self,
        command: Sequence[str],
        output: Path,
        environment: Optional[Mapping[str, str]] = None,
    ) -> None:
        self.command = list(command)
        self.output = output
        with open(output, "ab") as log:
            # A process group of its own: Ctrl-C is for the harness, which then ends its children.
            self._child = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
                process_group=0,
            )
        Process.running.append(self)

    @property
    def pid(self) -> int:
        return self._child.pid

    def ended(self) -> bool:
        return self._child.poll() is not None

    @property
    def status(self) -> Optional[int]:
        """The exit status, negative for a signal, None while it runs."""
        return self._child.poll()

    def stop(self, how: signal.Signals = signal.SIGTERM, seconds: float = 10) -> int:
        """Sends a signal and waits for the end; a process that stays is killed, which is an error."""
        try:
            if not self.ended():
                self._child.send_signal(how)
            return self._child.wait(seconds * SLOWNESS)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
            raise CommandFailed(
                f"{self.command[0]} (pid {self.pid}) did not end on {how.name}, so it was killed"
            ) from None
        finally:
            if self in Process.running:
                Process.running.remove(self)

    @staticmethod
    def kill_all() -> None:
        """The last resort, at the end of a run and on Ctrl-C."""
        for process in list(Process.running):
            process._child.kill()
            process._child.wait()
        Process.running.clear()
