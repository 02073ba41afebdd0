"""Frames in anybody's name: what a stranger on the wire can send, the kernel's rules put aside."""

import socket
import struct

from edgelab.netns import Namespace
from edgelab.packet import ESP, ICMP, UDP

_MTU = 1500


def _checksum(data: bytes) -> int:
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return int(~total & 0xFFFF)


class Spoofer:
    """Sends IPv4 packets with any source address out of a namespace's `outer` interface."""

    def __init__(self, namespace: Namespace, to_mac: bytes) -> None:
        with namespace.entered():
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        self._socket.bind(("outer", 0))
        self._ethernet = to_mac + self._socket.getsockname()[4] + b"\x08\x00"
        self._identification = 0

    def __enter__(self) -> "Spoofer":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def udp(self, source: str, target: str, from_port: int, to_port: int, data: bytes) -> None:
        """A datagram without a checksum, which IPv4 allows; in fragments if it is too large."""
        header = struct.pack("!HHHH", from_port, to_port, 8 + len(data), 0)
        self._send(source, target, UDP, header + data)

    def ping(self, source: str, target: str, data: bytes) -> None:
        """An ICMP echo request."""
        message = struct.pack("!BBHHH", 8, 0, 0, 1, 1) + data
        message = message[:2] + struct.pack("!H", _checksum(message)) + message[4:]
        self._send(source, target, ICMP, message)

    def unreachable(self, source: str, target: str, code: int, quoted: bytes) -> None:
        """ICMP "destination unreachable" about a packet."""
        message = struct.pack("!BBHI", 3, code, 0, 0) + quoted[:548]
        message = message[:2] + struct.pack("!H", _checksum(message)) + message[4:]
        self._send(source, target, ICMP, message)

    def esp(self, source: str, target: str, packet: bytes) -> None:
        """An ESP packet, or what shall look like one."""
        self._send(source, target, ESP, packet)

    def _send(self, source: str, target: str, protocol: int, payload: bytes) -> None:
        self._identification += 1
        room = (_MTU - 20) // 8 * 8
        for at in range(0, len(payload), room):
            part = payload[at : at + room]
            more = 0x2000 if at + room < len(payload) else 0
            header = struct.pack(
                "!BBHHHBBH4s4s",
                *(0x45, 0, 20 + len(part), self._identification & 0xFFFF, more | at // 8),
                *(64, protocol, 0, socket.inet_aton(source), socket.inet_aton(target)),
            )
            header = header[:10] + struct.pack("!H", _checksum(header)) + header[12:]
            self._socket.send(self._ethernet + header + part)
