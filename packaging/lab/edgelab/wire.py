"""The watch on the wire: nothing of a protected pair may be seen there in clear."""

import time
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Network
from pathlib import Path
from typing import Optional, Sequence

from edgelab.capture import Capture
from edgelab.network import Nat, Network, Site
from edgelab.packet import ICMP, ICMPV6, Address, Packet
from edgelab.session import Session

_ARP = 0x0806
_LINK_LOCAL = IPv6Network("fe80::/10")


class Leak(AssertionError):
    """A packet was seen that must not be there."""


@dataclass
class _Protection:
    """A pair of subnets and the time in which its packets must not appear in clear."""

    session_id: str
    local: IPv4Network
    remote: IPv4Network
    since: float
    until: Optional[float] = None

    def covers(self, packet: Packet) -> bool:
        ends = packet.source, packet.destination
        if not all(isinstance(end, IPv4Address) for end in ends):
            return False
        there, back = (self.local, self.remote), (self.remote, self.local)
        if not any(ends[0] in pair[0] and ends[1] in pair[1] for pair in (there, back)):
            return False
        return self.since <= packet.seconds and (self.until is None or packet.seconds <= self.until)


class Watch:
    """Captures where a gateway's packets are in the open, and judges them at the end.

    Behind a NAT there are two such places: before it and after it.
    """

    def __init__(self, network: Network, results: Path, gateways: Sequence[Site]) -> None:
        self._network = network
        self._protections: list[_Protection] = []
        self._forger: Optional[bytes] = None
        self._forged: Optional[IPv4Network] = None
        site = gateways[0]
        self.wire = Capture(network.wire, f"to-{site.letter}", results / "wire.pcap")
        self._captures = [self.wire]
        if network.nat is not Nat.NONE:
            inside = Capture(network.nat_router, "inside", results / "inside-nat.pcap")
            self._captures.append(inside)

    def protect(self, session: Session, local: Site, remote: Site) -> None:
        """From now on the session's pairs count. Call it once the session's policies stand."""
        pairs = session.pairs
        if session.route_based:
            pairs = [(local.inner, remote.inner)]
            if session.tunnel_address:
                tunnel = IPv4Network(session.tunnel_address, strict=False)
                pairs.append((tunnel, tunnel))
        now = time.time()
        self._protections += [_Protection(session.id, *pair, since=now) for pair in pairs]

    def release(self, session: Optional[Session] = None) -> None:
        """From now on the session's pairs, or all, do not count. Call it before it is disabled."""
        now = time.time()
        for protection in self._protections:
            if protection.until is None and (
                session is None or session.id == protection.session_id
            ):
                protection.until = now

    def disregard(self, forger: bytes, forged: Optional[IPv4Network] = None) -> None:
        """What comes from this MAC address is a stranger's doing, whatever addresses it bears.

        He may forge sources within a network that is not there: what is answered to them is IKE.
        """
        self._forger = forger
        self._forged = forged

    def forget(self) -> None:
        """Nothing was ever protected: for the scenario that leaks on purpose."""
        self._protections.clear()

    def check_now(self) -> None:
        """Judges what was captured so far."""
        self._judge([packet for capture in self._captures for packet in capture.packets()])

    def finish(self) -> list[Packet]:
        """Ends the captures, judges them, and gives the wire's packets."""
        captured = [capture.stop() for capture in self._captures]
        self._judge([packet for packets in captured for packet in packets])
        return captured[0]

    def _judge(self, packets: list[Packet]) -> None:
        packets = [packet for packet in packets if packet.from_mac != self._forger]
        leaked = [
            packet for packet in packets if any(pair.covers(packet) for pair in self._protections)
        ]
        if leaked:
            raise Leak(
                f"{len(leaked)} packets of a protected pair were on the wire in clear, first: "
                f"{leaked[0]} at {leaked[0].seconds:.3f} ({self.wire.file.parent})"
            )
        strange = [packet for packet in packets if not self._expected(packet)]
        if strange:
            raise Leak(
                f"{len(strange)} packets on the wire are neither ESP nor IKE nor housekeeping, "
                f"first: {strange[0]} ({self.wire.file.parent})"
            )

    def _expected(self, packet: Packet) -> bool:
        if packet.source is None:
            return packet.ethertype == _ARP
        if packet.protocol in (0, ICMPV6):  # neighbour discovery and multicast listener reports
            return packet.source in _LINK_LOCAL or packet.source.is_unspecified
        if self._network.is_outer(packet.source) and self._network.is_outer(packet.destination):
            return packet.is_ike or packet.is_esp or packet.is_keepalive or packet.protocol == ICMP
        if self._forged and packet.destination in self._forged:
            return packet.is_ike
        # Traffic between the sites outside every protection: a disabled session's, for example.
        return self._inner(packet.source) or self._inner(packet.destination)

    def _inner(self, address: Optional[Address]) -> bool:
        sites = (self._network.site_a, self._network.site_b)
        return any(address in site.inner for site in sites if isinstance(address, IPv4Address))
