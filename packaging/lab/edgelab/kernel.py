"""What the kernel of a gateway holds: SAs, policies, tunnel interfaces, nftables."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any, Optional

from edgelab.netns import Namespace


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
                algorithm,
                int(_find(r"lifetime current:\s+\d+\(bytes\), (\d+)\(packets\)", block) or "0"),
            )
        )
    return found


def policies(namespace: Namespace) -> list[Policy]:
    """The policies of the machine; those that a socket carries for itself are left out."""
    found = []
    for block in _blocks(namespace.run("ip", "xfrm", "policy", "list", "nosock")):
        ends = re.match(r"src (\S+) dst (\S+)", block)
        direction = _find(r"\bdir (\w+)", block)
        if ends is None or direction is None:
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
