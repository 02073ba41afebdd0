"""New keys for tunnels in use: make before break."""

from typing import Callable

from edgelab import kernel
from edgelab.clock import wait_until
from edgelab.lab import Lab
from edgelab.report import expect_equal
from edgelab.scenario import scenario
from edgelab.session import IkeProfile, Session, TunnelProfile
from edgelab.strongswan import StrongSwan

ROUNDS = 5
_IKE = IkeProfile(groups=("GROUP31",))
_TUNNEL = TunnelProfile(groups=("GROUP31",))


def _child_by_us(lab: Lab, _: Session) -> None:
    inbound = next(each for each in lab.states() if each.destination == lab.site_a.address)
    kernel.reach_soft_limit(lab.site_a.gateway, inbound)


def _child_by_peer(lab: Lab, peer: Session) -> None:
    assert isinstance(lab.b, StrongSwan)
    lab.b.rekey_children(peer)


def _child_by_both(lab: Lab, peer: Session) -> None:
    _child_by_us(lab, peer)
    _child_by_peer(lab, peer)


_CHILD: dict[str, Callable[[Lab, Session], None]] = {
    "by-us": _child_by_us,
    "by-peer": _child_by_peer,
    "by-both": _child_by_both,
}


@scenario(variants=tuple(_CHILD))
def child_sa_is_rekeyed(lab: Lab, who: str) -> str:
    """A Child SA is rekeyed again and again under a hundred pings a second: none is lost."""
    session = lab.policy_session("rekeyed").but(ike=_IKE, tunnel=_TUNNEL)
    peer = lab.establish(session)
    stream = lab.keep_pinging(interval=0.01)
    stream.wait_for_answers(20)
    for _ in range(ROUNDS):
        before = lab.spis()
        _CHILD[who](lab, peer)
        wait_until(
            lambda: len(lab.spis()) == 2 and not lab.spis() & before,
            "two SAs that are both new",
            20,
            lambda: f"before {sorted(before)}, now {sorted(lab.spis())}",
        )
        stream.wait_for_answers(20)
    pings = stream.stop()
    expect_equal(stream.missing(), [], "the pings that were lost")
    return f"{ROUNDS} times, {pings.answered} pings answered"


def _ike_spis(lab: Lab, peer: Session) -> set[str]:
    assert isinstance(lab.b, StrongSwan)
    return {sa["initiator-spi"] for sa in lab.b.ike_sas(peer)}


@scenario(variants=("by-us", "by-peer"))
def ike_sa_is_rekeyed(lab: Lab, who: str) -> str:
    """An IKE SA is rekeyed under a hundred pings a second: its Child SA moves, none is lost."""
    ike, rounds = _IKE, ROUNDS
    if who == "by-us":
        ike, rounds = IkeProfile(groups=_IKE.groups, lifetime=40), 2
    session = lab.policy_session("rekeyed").but(ike=ike, tunnel=_TUNNEL)
    peer = lab.for_peer(session).but(ike=_IKE)
    lab.establish(session, peer)
    spis = lab.spis()
    stream = lab.keep_pinging(interval=0.01)
    stream.wait_for_answers(20)
    for _ in range(rounds):
        before = _ike_spis(lab, peer)
        if who == "by-peer":
            assert isinstance(lab.b, StrongSwan)
            lab.b.rekey_ike(peer)
        wait_until(
            lambda: len(_ike_spis(lab, peer)) == 1 and not _ike_spis(lab, peer) & before,
            "one IKE SA, which is new",
            60,
            lambda: f"before {before}, now {_ike_spis(lab, peer)}",
        )
        stream.wait_for_answers(20)
    pings = stream.stop()
    expect_equal(stream.missing(), [], "the pings that were lost")
    expect_equal(lab.spis(), spis, "the Child SA's SPIs")
    return f"{rounds} times, {pings.answered} pings answered"
