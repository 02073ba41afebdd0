"""Captures on an interface, by tcpdump, kept with the results."""

import re
from pathlib import Path
from typing import Callable

from edgelab.apparmor import unconfined
from edgelab.clock import wait_until
from edgelab.netns import Namespace
from edgelab.packet import Packet, read_capture

# Octets kept of each packet. The kernel's buffer is cut into slots of this size, so a larger one
# would make room for fewer packets; the lab's links carry 1514.
_SNAPSHOT = 2000


class Capture:
    """Everything that passes an interface, from the end of the constructor on."""

    def __init__(self, namespace: Namespace, interface: str, file: Path, *filters: str) -> None:
        self.file = file
        self._log = file.with_suffix(".tcpdump")
        # Packets are on disk at once, so that a scenario can look while the capture goes on.
        # tcpdump would otherwise change to a user who may not write here.
        self._tcpdump = namespace.start(
            unconfined(
                *("tcpdump", "-Z", "root", "-n", "-U", "--immediate-mode", "-B", "16384"),
                *("-s", str(_SNAPSHOT), "-i", interface, "-w", str(file), *filters),
            ),
            self._log,
        )
        wait_until(
            lambda: "listening on" in self._log.read_text() or self._tcpdump.ended(),
            f"tcpdump to listen on {interface}",
            10,
            self._log.read_text,
            interval=0.01,
        )
        if self._tcpdump.ended():
            raise RuntimeError(f"tcpdump on {interface} failed: {self._log.read_text()}")

    def packets(self) -> list[Packet]:
        return list(read_capture(self.file))

    def wait_for(self, wanted: Callable[[Packet], bool], what: str, seconds: float) -> Packet:
        """The first packet that is wanted, seen already or yet to come."""
        return wait_until(
            lambda: next((packet for packet in self.packets() if wanted(packet)), None),
            f"{what} in {self.file.name}",
            seconds,
            lambda: f"{len(self.packets())} other packets",
            interval=0.1,
        )

    def stop(self) -> list[Packet]:
        """Ends the capture; a capture with holes proves nothing, so lost packets are an error."""
        if not self._tcpdump.ended():
            self._tcpdump.stop()
        dropped = re.search(r"(\d+) packets dropped by kernel", self._log.read_text())
        if dropped is None or dropped[1] != "0":
            raise RuntimeError(f"the capture {self.file} is incomplete: {self._log.read_text()}")
        return self.packets()
