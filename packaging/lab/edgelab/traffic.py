"""Packets that users would send: pings and TCP connections between the sites' hosts."""

import re
import signal
import socket
import threading
from dataclasses import dataclass
from pathlib import Path

from edgelab.clock import SLOWNESS, wait_until
from edgelab.netns import Namespace


@dataclass(frozen=True)
class Pings:
    """What a series of pings came to."""

    sent: int
    answered: int
    longest_gap: float
    """The longest time in seconds between two answers."""

    @property
    def lost(self) -> int:
        return self.sent - self.answered

    def __str__(self) -> str:
        return f"{self.answered} of {self.sent} pings answered"


def ping(host: Namespace, source: str, destination: str, count: int = 3) -> Pings:
    """A few pings, one after the other; it takes no longer than the answers need."""
    text = host.run(
        *("ping", "-n", "-i", "0.2", "-c", str(count), "-W", str(1 + SLOWNESS // 5)),
        *("-I", source, destination),
        check=False,
    )
    return _summary(text)


def _summary(text: str) -> Pings:
    counted = re.search(r"(\d+) packets transmitted, (\d+) received", text)
    if counted is None:
        raise RuntimeError(f"ping said: {text}")
    times = [float(found) for found in re.findall(r"\[(\d+\.\d+)\].*time=", text)]
    gaps = [later - earlier for earlier, later in zip(times, times[1:])]
    return Pings(int(counted[1]), int(counted[2]), max(gaps, default=0.0))


class PingStream:
    """Pings that go on until `stop`: somebody who keeps trying."""

    def __init__(
        self, host: Namespace, source: str, destination: str, output: Path, interval: float = 0.2
    ) -> None:
        self.output = output
        self._process = host.start(
            ["ping", "-n", "-D", "-O", "-i", str(interval), "-I", source, destination], output
        )

    def answers(self) -> int:
        return self.output.read_text().count("time=")

    def wait_for_answers(self, more: int, seconds: float = 20) -> None:
        """Until that many further pings were answered."""
        wanted = self.answers() + more
        wait_until(
            lambda: self.answers() >= wanted,
            f"{more} more answers to the pings of {self.output.name}",
            seconds,
            lambda: f"{more - (wanted - self.answers())} answers",
            interval=0.1,
        )

    def _sent(self) -> int:
        # -O has ping tell of each one that is not answered, too.
        return max(map(int, re.findall(r"icmp_seq=(\d+)", self.output.read_text())), default=0)

    def wait_for_sent(self, count: int, seconds: float = 20) -> None:
        """Until that many pings have left, answered or not."""
        wait_until(
            lambda: self._sent() >= count,
            f"{count} pings of {self.output.name} to be sent",
            seconds,
            lambda: f"{self._sent()} sent",
            interval=0.1,
        )

    def wait_for_sent_more(self, more: int, seconds: float = 20) -> None:
        self.wait_for_sent(self._sent() + more, seconds)

    def missing(self) -> list[int]:
        """The pings without an answer by number; those after the last answer are on their way."""
        answered = set(map(int, re.findall(r"icmp_seq=(\d+) .*time=", self.output.read_text())))
        return sorted(set(range(1, max(answered, default=0))) - answered)

    def stop(self) -> Pings:
        self._process.stop(signal.SIGINT)
        return _summary(self.output.read_text())


@dataclass(frozen=True)
class Transfer:
    octets: int
    client_port: int


def tcp_transfer(
    client: Namespace,
    client_address: str,
    server: Namespace,
    server_address: str,
    octets: int = 200_000,
    port: int = 5001,
    seconds: float = 20,
) -> Transfer:
    """Opens a connection, sends octets, and has the server send their number back.

    Enough octets make full-sized segments, so a wrong MTU or a lost ICMP shows as a time-out.
    """
    time_limit = seconds * SLOWNESS
    with server.entered():
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    with client.entered():
        connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    failure: list[Exception] = []

    def serve() -> None:
        try:
            peer, _ = listener.accept()
            with peer:
                peer.settimeout(time_limit)
                received = 0
                while part := peer.recv(65536):
                    received += len(part)
                peer.sendall(str(received).encode())
        except OSError as e:
            failure.append(e)

    with listener, connection:
        listener.settimeout(time_limit)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((server_address, port))
        listener.listen()
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        connection.settimeout(time_limit)
        connection.bind((client_address, 0))
        client_port = connection.getsockname()[1]
        try:
            connection.connect((server_address, port))
            connection.sendall(bytes(octets))
            connection.shutdown(socket.SHUT_WR)
            answer = b""
            while part := connection.recv(64):
                answer += part
        except OSError as e:
            raise AssertionError(
                f"TCP {client_address} > {server_address}: {e}"
                + (f"; the server saw: {failure[0]}" if failure else "")
            ) from None
        thread.join(time_limit)
    if answer != str(octets).encode():
        raise AssertionError(
            f"TCP {client_address} > {server_address}: sent {octets} octets, the server got {answer!r}"
        )
    return Transfer(octets, client_port)


def try_tcp(client: Namespace, client_address: str, server_address: str, port: int = 5001) -> bool:
    """Whether a connection opens within a moment; nobody needs to listen for it to be refused."""
    with client.entered():
        connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    with connection:
        connection.settimeout(1)
        connection.bind((client_address, 0))
        try:
            connection.connect((server_address, port))
        except (ConnectionRefusedError, ConnectionResetError):
            return True
        except OSError:
            return False
        return True
