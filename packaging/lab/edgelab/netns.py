"""Network namespaces, and doing things inside one."""

import ctypes
import json
import os
import signal
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Iterator, Mapping, Optional, Sequence

from edgelab.process import Process, run

PREFIX = "edgelab-"

_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def _enter(descriptor: int) -> None:
    if _libc.setns(descriptor, _CLONE_NEWNET) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"setns: {os.strerror(number)}")


class Namespace:
    """A network namespace of the lab, seen by `ip netns` under a name that starts with `edgelab-`."""

    def __init__(self, name: str) -> None:
        self.name = PREFIX + name
        run(["ip", "netns", "add", self.name])
        self.ip("link set lo up")

    @contextmanager
    def entered(self) -> Iterator[None]:
        """The calling thread is in this namespace: its new sockets, children and /proc/sys/net."""
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        there = os.open(f"/run/netns/{self.name}", os.O_RDONLY)
        try:
            _enter(there)
            try:
                yield
            finally:
                _enter(home)
        finally:
            os.close(there)
            os.close(home)

    def ip(self, *commands: str) -> None:
        """Runs `ip` commands in one process, which counts on an emulated machine."""
        run(["ip", "-n", self.name, "-batch", "-"], stdin="\n".join(commands) + "\n")

    def show(self, *arguments: str) -> Any:
        """What `ip -json` answers."""
        return json.loads(run(["ip", "-json", "-d", "-n", self.name, *arguments]) or "[]")

    def run(self, *command: str, stdin: Optional[str] = None, check: bool = True) -> str:
        with self.entered():
            return run(command, stdin, check)

    def nft(self, rules: str) -> None:
        self.run("nft", "-f", "-", stdin=rules)

    def start(
        self, command: Sequence[str], output: Path, environment: Optional[Mapping[str, str]] = None
    ) -> Process:
        with self.entered():
            return Process(command, output, environment)

    def sysctl(self, *settings: str) -> None:
        """Each as in sysctl.conf: `net.ipv4.ip_forward=1`."""
        with self.entered():
            for setting in settings:
                name, value = setting.split("=")
                Path("/proc/sys", *name.split(".")).write_text(value)

    def delete(self) -> None:
        delete(self.name)


def delete(name: str) -> None:
    """Removes a namespace and ends what still runs in it."""
    for pid in run(["ip", "netns", "pids", name], check=False).split():
        try:
            os.kill(int(pid), signal.SIGKILL)
        except ProcessLookupError:
            pass
    # The name goes at once; the kernel removes the links when the last process has left.
    run(["ip", "netns", "delete", name], check=False)


def delete_leftovers() -> list[str]:
    """Namespaces that an earlier run was prevented from removing."""
    names = [line.split()[0] for line in run(["ip", "netns", "list"]).splitlines() if line]
    left = [name for name in names if name.startswith(PREFIX)]
    for name in left:
        delete(name)
    return left
