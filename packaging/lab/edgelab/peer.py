"""What the gateways run by somebody else's software have in common."""

import re
import signal
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Optional

from edgelab.clock import wait_until
from edgelab.network import Site
from edgelab.process import CommandFailed, Process
from edgelab.session import Session


class PeerGateway(ABC):
    """A daemon in a site's gateway, which nobody here wrote."""

    name: str
    """What people call it."""

    def __init__(self, site: Site, log: Path) -> None:
        self.site = site
        self.log = log
        self._sessions: dict[str, Session] = {}
        self._process: Optional[Process] = None

    # The process.

    @abstractmethod
    def start(self) -> None:
        ...

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def stop(self) -> None:
        """A proper end: DELETE to the peers, kernel cleaned."""
        if self._process is not None:
            self._process.stop(signal.SIGTERM, 30)
            self._process = None

    def kill(self) -> None:
        """The power cut: nobody is told, and the kernel keeps nothing, as after a reboot."""
        if self._process is not None:
            self._process.stop(signal.SIGKILL)
            self._process = None
        self.site.gateway.ip("xfrm state flush", "xfrm policy flush")

    def _expect_running(self) -> None:
        if self._process is None or self._process.ended():
            raise CommandFailed(f"{self.name} ended at its start: {self._last_output()}")

    def _last_output(self) -> str:
        return self.log.read_text()[-1000:] if self.log.exists() else ""

    def logged(self, pattern: str) -> bool:
        return re.search(pattern, self.log.read_text()) is not None

    # Sessions.

    @abstractmethod
    def put(self, session: Session) -> None:
        """Creates or replaces a session; a disabled one is not loaded."""

    @abstractmethod
    def delete(self, session: Session) -> None:
        """Takes a session away, telling the peer."""

    def delete_all(self) -> None:
        for session in list(self._sessions.values()):
            self.delete(session)

    @abstractmethod
    def interface(self, session: Session) -> str:
        """What the routes of a route-based session lead to."""

    # The tunnels.

    @abstractmethod
    def is_up(self, session: Session) -> bool:
        """Every pair has its Child SA."""

    @abstractmethod
    def why_down(self, session: Session) -> str:
        ...

    def wait_up(self, session: Session, seconds: float = 20) -> None:
        wait_until(
            lambda: self.is_up(session),
            f"{session.name} to be up at site {self.site.letter}",
            seconds,
            lambda: self.why_down(session),
            interval=0.2,
        )

    @abstractmethod
    def rekey_children(self, session: Session) -> None:
        ...

    @abstractmethod
    def ike_spis(self, session: Session) -> set[str]:
        """The initiator's SPIs of the established IKE SAs, or something else they differ by."""
