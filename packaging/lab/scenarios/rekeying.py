"""New keys for a tunnel in use, every few seconds for a minute: make before break."""

import time
from dataclasses import dataclass, replace
from typing import Callable

from edgelab import interop, kernel
from edgelab.clock import wait_until
from edgelab.lab import Lab
from edgelab.openiked import OpenIked
from edgelab.report import expect
from edgelab.scenario import scenario
from edgelab.session import IkeProfile, Session, TunnelProfile
from edgelab.sites import LIBRESWAN, OPENIKED, STRONGSWAN, Setting
from edgelab.strongswan import StrongSwan

MINUTE = 60
ROUNDS = 5
"""At least so many, however slow the machine."""

_IKE = IkeProfile(("AES_256",), ("SHA2_256",), ("GROUP31",))
_SHORT_LIVED = replace(_IKE, lifetime=5)
_TUNNEL = TunnelProfile(groups=("GROUP31",))
# OpenIKED on Linux has no AEAD in ESP; its SHA2-256 is of 96 bits, as PF_KEY has it.
_TUNNEL_OF_OPENIKED = TunnelProfile(("AES_256",), ("SHA2_512",), ("GROUP31",))
_SUBJECTS = (interop.CHILD_BY_US, interop.CHILD_BY_PEER, interop.IKE_BY_US, interop.IKE_BY_PEER)


@dataclass
class _Tunnel:
    """One tunnel and the ways to renew it; each waits until what is old is gone."""

    lab: Lab
    session: Session
    peer: Session

    def us(self) -> None:
        """The IKE SA and then, under its keys, the Child SA."""
        self._renew(self._order, ike=True, child=True)

    def ike_by_peer(self) -> None:
        if isinstance(self.lab.peer, OpenIked):
            self._renew(_wait, ike=True, child=False)  # It has no command; its lifetime is short.
        else:
            self._renew(self.lab.peer.rekey_ike, ike=True, child=False)

    def child_by_peer(self) -> None:
        self._renew(self.lab.peer.rekey_children, ike=False, child=True)

    def both(self) -> None:
        """The requests cross, or one finds the other under way."""

        def order(peer: Session) -> None:
            self._order(peer)
            self.lab.strongswan.rekey_ike(peer)
            self.lab.strongswan.rekey_children(peer)

        self._renew(order, ike=True, child=True)

    def _order(self, _: Session) -> None:
        self.lab.edge.call("POST", f"{self.lab.edge.path(self.session)}?action=rekey")

    def _renew(self, order: Callable[[Session], None], ike: bool, child: bool) -> None:
        ike_sas, spis = self.lab.peer.ike_spis(self.peer), self.lab.spis()

        def settled() -> bool:
            now = self.lab.spis()
            if len(now) != 2 or (now & spis if child else now != spis):
                return False
            found = self.lab.peer.ike_spis(self.peer)
            return len(found) == 1 and not (ike and found & ike_sas)

        order(self.peer)
        wait_until(
            settled,
            "one IKE SA and one Child SA" + ", both new" * (ike and child),
            20,
            lambda: f"IKE SAs before {ike_sas}, now {self.lab.peer.ike_spis(self.peer)};"
            f" SPIs before {sorted(spis)}, now {sorted(self.lab.spis())}",
            interval=0.2,
        )


def _peers_doing(lab: Lab) -> int:
    """The packets lost so far by what is known of a peer: it sends too early, or deletes so."""
    ways = (
        (interop.CHILD_BY_US, lab.site_a, kernel.BEFORE_KEYS),
        (interop.CHILD_BY_US, lab.site_a, kernel.CHANGING),
        (interop.CHILD_BY_PEER, lab.site_b, kernel.BEFORE_KEYS),
        (interop.CHILD_BY_PEER, lab.site_b, kernel.NO_SA),
    )
    return sum(
        kernel.dropped(site.gateway, why)
        for subject, site, why in ways
        if (lab.sites.setting.site_b, subject) in interop.LOSES
    )


def _wait(_: Session) -> None:
    """A lifetime does it."""


def rekeyed_for_a_minute(lab: Lab, peer_kind: str) -> str:
    """IKE and Child SA are renewed by either side in turn, under a hundred pings a second."""
    lab.verdicts.update({(peer_kind, subject): "FAILED" for subject in _SUBJECTS})
    openiked = isinstance(lab.b, OpenIked)
    session = lab.policy_session("for-a-minute").but(
        ike=_IKE, tunnel=_TUNNEL_OF_OPENIKED if openiked else _TUNNEL
    )
    peer = lab.for_peer(session).but(ike=_SHORT_LIVED if openiked else _IKE)
    lab.establish(session, peer)
    tunnel = _Tunnel(lab, session, peer)
    ways = [tunnel.us, tunnel.child_by_peer, tunnel.ike_by_peer]
    if isinstance(lab.b, StrongSwan):
        ways.append(tunnel.both)
    before = _peers_doing(lab)
    stream = lab.keep_pinging(interval=0.01)
    stream.wait_for_answers(20)
    began, rounds = time.monotonic(), 0
    while time.monotonic() - began < MINUTE or rounds < ROUNDS:
        for way in ways:
            way()
        rounds += 1
    seconds = time.monotonic() - began
    stream.wait_for_answers(20)
    pings = stream.stop()
    lost = stream.missing()
    bearable = _peers_doing(lab) - before
    expect(len(lost) <= bearable, f"no pings to be lost but {bearable} by the peer's doing", lost)
    lab.verdicts.update({(peer_kind, each): interop.passed(peer_kind, each) for each in _SUBJECTS})
    return (
        f"{rounds} rounds of {len(ways)} renewals in {seconds:.0f} s,"
        f" {len(lost)} of {pings.sent} pings lost" + " by the peer's doing" * bool(lost)
    )


for _peer in (STRONGSWAN, LIBRESWAN, OPENIKED):
    scenario(Setting(site_b=_peer), variants=(_peer,))(rekeyed_for_a_minute)
