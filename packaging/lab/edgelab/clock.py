"""Deadlines. Everything in the lab waits for a condition, and gives up after a while."""

import os
import threading
import time
from typing import Callable, Optional, TypeVar

T = TypeVar("T")

EMULATED = os.environ.get("EDGE_IPSEC_LAB_EMULATED") == "yes"

# An emulated processor runs a JVM some ten times slower than a real one, and system calls more so.
SLOWNESS = 6 if EMULATED else 1


class DeadlinePassed(Exception):
    """Something that was waited for did not happen in time."""


class Interrupted(Exception):
    """The run is being ended from outside."""


_interrupted = threading.Event()


def interrupt() -> None:
    """Ends every wait, in whatever thread."""
    _interrupted.set()


def interrupted() -> bool:
    return _interrupted.is_set()


def wait_until(
    condition: Callable[[], Optional[T]],
    what: str,
    seconds: float,
    explain: Optional[Callable[[], str]] = None,
    interval: float = 0.05,
) -> T:
    """The first true answer of `condition`.

    `seconds` is meant for a real machine and is stretched on an emulated one. `explain` is asked,
    when the time is up, what was seen instead.
    """
    deadline = time.monotonic() + seconds * SLOWNESS
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            seen = f"; seen instead: {explain()}" if explain else ""
            raise DeadlinePassed(f"waited {seconds * SLOWNESS:.0f} s for {what}{seen}")
        if _interrupted.wait(interval):
            raise Interrupted()
