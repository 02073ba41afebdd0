"""IKE messages in the clear, as far as somebody needs them who only forges and repeats."""

import struct
from typing import Iterator

IKE_SA_INIT, IKE_AUTH, CREATE_CHILD_SA, INFORMATIONAL = 34, 35, 36, 37
KE, NOTIFY, DELETE, SK, SKF = 34, 41, 42, 46, 53
RESPONSE, INITIATOR = 0x20, 0x08
_HEADER = 28


def header(spis: bytes, first: int, exchange: int, flags: int, message_id: int) -> bytes:
    return spis + struct.pack("!BBBBII", first, 0x20, exchange, flags, message_id, _HEADER)


def message(start: bytes, *payloads: tuple[int, bytes]) -> bytes:
    """A header and its payloads, each a type and a body; the header's first payload is set too."""
    chain = b""
    types = [kind for kind, _ in payloads] + [0]
    for (_, body), following in zip(payloads, types[1:]):
        chain += struct.pack("!BBH", following, 0, 4 + len(body)) + body
    length = struct.pack("!I", _HEADER + len(chain))
    return start[:16] + bytes((types[0],)) + start[17:24] + length + chain


def payloads(datagram: bytes) -> Iterator[tuple[int, bytes]]:
    kind, at = datagram[16], _HEADER
    while kind and at + 4 <= len(datagram):
        following, _, length = struct.unpack_from("!BBH", datagram, at)
        yield kind, datagram[at + 4 : at + length]
        kind, at = following, at + max(length, 4)


def notify(kind: int, data: bytes = b"", spi: bytes = b"", protocol: int = 0) -> tuple[int, bytes]:
    return NOTIFY, struct.pack("!BBH", protocol, len(spi), kind) + spi + data


def with_spis(datagram: bytes, initiator: bytes, responder: bytes = bytes(8)) -> bytes:
    return initiator + responder + datagram[16:]


def with_share(datagram: bytes, group: int, value: bytes) -> bytes:
    """The same message with another key exchange value."""
    changed = [
        (kind, struct.pack("!HH", group, 0) + value if kind == KE else body)
        for kind, body in payloads(datagram)
    ]
    return message(datagram[:_HEADER], *changed)


def modp2048() -> int:
    """The prime of group 14: 2^2048 - 2^1984 - 1 + 2^64 * ([2^1918 pi] + 124476) (RFC 3526)."""
    return 2**2048 - 2**1984 - 1 + 2**64 * (_pi(1918) + 124476)


def _pi(bits: int) -> int:
    unit = 1 << (bits + 64)

    def arctan_of_inverse(x: int) -> int:
        power, total, n = unit // x, 0, 1
        while power:
            total += power // n if n % 4 == 1 else -(power // n)
            power //= x * x
            n += 2
        return total

    return (4 * (4 * arctan_of_inverse(5) - arctan_of_inverse(239))) >> 64
