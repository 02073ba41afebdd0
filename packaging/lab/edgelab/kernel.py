"""What the kernel of a gateway holds: SAs, policies, tunnel interfaces, nftables."""

import os
import re
import socket
import struct
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any, Optional

from edgelab.netns import Namespace

_NETLINK_XFRM = 6  # linux/netlink.h
_XFRM_MSG_EXPIRE = 0x18  # linux/xfrm.h
_XFRM_MSG_GETSA = 0x12
_XFRMA_ALGORITHMS = (2, 18)  # XFRMA_ALG_CRYPT, XFRMA_ALG_AEAD
_REQUEST_WITH_ACK = 1 | 4  # NLM_F_REQUEST, NLM_F_ACK
_REQUEST_DUMP = 1 | 0x300  # NLM_F_REQUEST, NLM_F_DUMP
_NLMSG_ERROR, _NLMSG_DONE = 2, 3


@dataclass(frozen=True)
class State:
    """One ESP SA."""

    source: str
    destination: str
    spi: int
    reqid: int
    mark: Optional[str]
    if_id: Optional[str]
    encapsulated: bool
    extended: bool
    """Whether it has extended sequence numbers."""
    algorithm: str
    packets: int


@dataclass(frozen=True)
class Policy:
    source: IPv4Network
    destination: IPv4Network
    direction: str
    action: str
    priority: int
    mark: Optional[str]
    if_id: Optional[str]
    outer: Optional[tuple[str, str]]
    """Source and destination of the ESP packets; None without a template."""

    @property
    def blocks(self) -> bool:
        return self.action == "block"


def _find(pattern: str, text: str) -> Optional[str]:
    found = re.search(pattern, text)
    return found[1] if found else None


def _blocks(text: str) -> list[str]:
    """`ip xfrm` prints an object as a line at the margin and indented lines below it."""
    return [block for block in re.split(r"\n(?=\S)", text.strip()) if block]


def states(namespace: Namespace) -> list[State]:
    """The SAs with a key; the placeholder that waits for one after an ACQUIRE is none."""
    found = []
    for block in _blocks(namespace.run("ip", "-s", "xfrm", "state", "list", "nokeys")):
        ends = re.match(r"src (\S+) dst (\S+)", block)
        algorithm = _find(r"\b(?:aead|enc) (\S+)", block)
        if ends is None or algorithm is None:
            continue
        found.append(
            State(
                ends[1],
                ends[2],
                int(_find(r"spi (0x\w+)", block) or "0", 16),
                int(_find(r"reqid (\d+)", block) or "0"),
                _find(r"\n\s+mark (\S+)", block),
                _find(r"if_id (\S+)", block),
                "encap type espinudp" in block,
                re.search(r"\bflag .*\besn\b", block) is not None,
                algorithm,
                int(_find(r"lifetime current:\s+\d+\(bytes\), (\d+)\(packets\)", block) or "0"),
            )
        )
    return found


def reach_soft_limit(namespace: Namespace, state: State) -> None:
    """Has the kernel tell everybody that an SA has reached its soft limit.

    XFRM_MSG_EXPIRE with struct xfrm_user_expire (linux/xfrm.h) in the direction of the kernel:
    destination at 56, SPI at 72, protocol at 76, family at 212, `hard` at 224.
    """
    body = bytearray(232)
    body[56:60] = IPv4Address(state.destination).packed
    struct.pack_into("!IB", body, 72, state.spi, socket.IPPROTO_ESP)
    struct.pack_into("=H", body, 212, socket.AF_INET)
    with namespace.entered():
        netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_XFRM)
    with netlink:
        header = struct.pack("=IHHII", 16 + len(body), _XFRM_MSG_EXPIRE, _REQUEST_WITH_ACK, 1, 0)
        netlink.send(header + body)
        (error,) = struct.unpack_from("=i", netlink.recv(4096), 16)
    if error:
        raise OSError(-error, f"soft limit of SA {state.spi:08x}: {os.strerror(-error)}")


def spis(namespace: Namespace) -> set[int]:
    """Those of the SAs with a key; no other program has to run for it, so it can be asked often."""
    found: set[int] = set()
    with namespace.entered():
        netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_XFRM)
    with netlink:
        netlink.send(struct.pack("=IHHII", 16, _XFRM_MSG_GETSA, _REQUEST_DUMP, 1, 0))
        while True:
            answer = netlink.recv(65536)
            while answer:
                length, kind = struct.unpack_from("=IH", answer)
                if kind == _NLMSG_DONE:
                    return found
                if kind == _NLMSG_ERROR:
                    (error,) = struct.unpack_from("=i", answer, 16)
                    raise OSError(-error, f"SAs of {namespace.name}: {os.strerror(-error)}")
                message, answer = answer[16:length], answer[(length + 3) & ~3 :]
                if _has_key(message):
                    found.add(struct.unpack_from("!I", message, 72)[0])


def _has_key(message: bytes) -> bool:
    """Whether there is an algorithm among the attributes behind a struct xfrm_usersa_info."""
    at = 224
    while at + 4 <= len(message):
        length, kind = struct.unpack_from("=HH", message, at)
        if kind in _XFRMA_ALGORITHMS:
            return True
        at += (length + 3) & ~3
    return False


BEFORE_KEYS = "XfrmAcquireError"
"""Packets for an SA that has an SPI already and no keys yet."""

CHANGING = "XfrmInStateInvalid"
"""Packets for an SA that is taken away or given its keys at that very moment."""

NO_SA = "XfrmInNoStates"
"""Packets for an SA that is not there, as it was deleted, for example."""


def dropped(namespace: Namespace, why: str) -> int:
    """How many packets the kernel has dropped for a reason."""
    with namespace.entered():
        counters = Path("/proc/thread-self/net/xfrm_stat").read_text()
    return int(_find(rf"{why}\s+(\d+)", counters) or "0")


def policies(namespace: Namespace) -> list[Policy]:
    """The IPv4 policies of the machine; those that a socket carries for itself are left out.

    libreswan has some of its own for IPv6, which let neighbour discovery pass.
    """
    found = []
    for block in _blocks(namespace.run("ip", "xfrm", "policy", "list", "nosock")):
        ends = re.match(r"src (\S+) dst (\S+)", block)
        direction = _find(r"\bdir (\w+)", block)
        if ends is None or direction is None or ":" in ends[1]:
            continue
        outer = re.search(r"tmpl src (\S+) dst (\S+)", block)
        found.append(
            Policy(
                IPv4Network(ends[1]),
                IPv4Network(ends[2]),
                direction,
                _find(r"\baction (\w+)", block) or "allow",
                int(_find(r"\bpriority (\d+)", block) or "0"),
                _find(r"\n\s+mark (\S+)", block),
                _find(r"if_id (\S+)", block),
                (outer[1], outer[2]) if outer else None,
            )
        )
    return found


TUNNEL_KINDS = ("vti", "xfrm")


def tunnels(namespace: Namespace) -> list[dict[str, Any]]:
    """The VTI and XFRM interfaces, as `ip -json -details address` shows them."""
    return [
        link
        for link in namespace.show("address", "show")
        if link.get("linkinfo", {}).get("info_kind") in TUNNEL_KINDS and link["ifname"] != "ip_vti0"
    ]


def nft_tables(namespace: Namespace) -> list[str]:
    """The tables that are not the lab's own."""
    listed = namespace.run("nft", "list", "tables").split("\n")
    return [line for line in listed if line and not line.endswith(" lab_guard")]


def summary(namespace: Namespace) -> str:
    """All of it, without keys, for the results of a failed scenario."""
    parts = []
    for command in (
        "ip -s xfrm state list nokeys",
        "ip -s xfrm policy list",
        "ip -d -s link",
        "ip addr",
        "ip route show table all",
        "nft list ruleset",
        "cat /proc/net/xfrm_stat",
    ):
        parts.append(f"$ {command}\n{namespace.run(*command.split(), check=False)}")
    return "\n".join(parts)
