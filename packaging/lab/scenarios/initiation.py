"""Who starts: the three values of connection_initiation_mode."""

from edgelab.lab import Lab
from edgelab.packet import Packet
from edgelab.report import expect, expect_equal
from edgelab.scenario import scenario
from edgelab.session import Mode, Session
from edgelab.strongswan import StrongSwan

KINDS = ("policy-based", "route-based")


def session_of(lab: Lab, kind: str, name: str, mode: Mode = Mode.INITIATOR) -> Session:
    if kind == "route-based":
        return lab.route_session(name, mode)
    return lab.policy_session(name, mode)


def _ike_from_us(lab: Lab) -> list[Packet]:
    mac = lab.site_a.gateway_mac
    return [
        packet for packet in lab.watch.wire.packets() if packet.is_ike and packet.from_mac == mac
    ]


@scenario(variants=KINDS, portable=True)
def on_demand(lab: Lab, kind: str) -> str:
    """Nothing is negotiated until somebody sends; the first packet then raises the tunnel."""
    session = session_of(lab, kind, "on-demand", Mode.ON_DEMAND)
    peer = lab.open(session, lab.for_peer(session, Mode.RESPOND_ONLY))
    expect_equal(len(_ike_from_us(lab)), 0, "the number of IKE messages before any traffic")
    expect(not lab.a.is_up(session), "the session not to be up before any traffic")
    stream = lab.keep_pinging()
    stream.wait_for_answers(3)
    lab.wait_up(session, peer)
    pings = stream.stop()
    expect(pings.answered >= 3, "answers once the tunnel is up", pings)
    return f"{pings.lost} of the first packets lost while the tunnel came up"


@scenario(portable=True)
def on_demand_also_answers(lab: Lab) -> None:
    """The peer may raise an ON_DEMAND session's tunnel too."""
    session = lab.policy_session("on-demand", Mode.ON_DEMAND)
    lab.establish(session, lab.for_peer(session, Mode.INITIATOR))
    lab.expect_pings()


@scenario()
def childless_peer(lab: Lab) -> None:
    """A peer that makes its IKE SA first and every Child SA on its own is let in (RFC 6023)."""
    session = lab.policy_session("childless", Mode.RESPOND_ONLY)
    lab.establish(session, lab.for_peer(session, Mode.INITIATOR).but(childless=True))
    assert isinstance(lab.b, StrongSwan)
    without_child = r"generating IKE_AUTH request 1 \[(?!.* SA ).* AUTH "
    expect(lab.b.logged(without_child), "an IKE_AUTH request without SA payload", lab.b.log)
    lab.expect_pings()


@scenario(variants=KINDS)
def respond_only(lab: Lab, kind: str) -> str:
    """A RESPOND_ONLY session never starts, whatever traffic waits; it answers when the peer does."""
    session = session_of(lab, kind, "respond-only", Mode.RESPOND_ONLY)
    peer = lab.for_peer(session, Mode.RESPOND_ONLY)
    lab.b.put(peer)
    lab.a.put(session)
    if session.route_based:
        lab.route_at(lab.a, session)
        lab.route_at(lab.b, peer)
    lab.protect(session)
    stream = lab.keep_pinging()
    stream.wait_for_sent(10)
    expect_equal(len(_ike_from_us(lab)), 0, "the number of IKE messages we sent unasked")
    expect_equal(stream.answers(), 0, "the number of pings that got through without a tunnel")
    assert isinstance(lab.b, StrongSwan)
    lab.b.initiate(peer)
    lab.wait_up(session, peer)
    stream.wait_for_answers(3)
    pings = stream.stop()
    return f"{pings.lost} pings held back until the peer called"


@scenario()
def answers_come_from_the_address_asked(lab: Lab) -> None:
    """A peer that calls our second address gets its answers, and its ESP, from that address."""
    session = lab.policy_session("second-address", Mode.RESPOND_ONLY).but(
        local=lab.site_a.second_address
    )
    lab.establish(session)
    lab.expect_pings()
    mac = lab.site_a.gateway_mac
    ours = [packet for packet in lab.watch.wire.packets() if packet.from_mac == mac]
    sources = {str(packet.source) for packet in ours if packet.is_ike or packet.is_esp}
    expect_equal(sources, {session.local}, "the source addresses of our IKE and ESP packets")


@scenario(variants=KINDS, portable=True)
def peer_absent_then_present(lab: Lab, kind: str) -> str:
    """With the peer's cable out, nothing leaves in clear; once it is in, the tunnel comes up."""
    session = session_of(lab, kind, "absent-peer")
    lab.network.unplug(lab.site_b)
    try:
        peer = lab.open(session)
        stream = lab.keep_pinging()
        stream.wait_for_sent(10)
        expect_equal(stream.answers(), 0, "the number of pings answered without a peer")
        expect(not lab.a.is_up(session), "the session not to be up without a peer")
        lab.watch.check_now()
    finally:
        lab.network.plug_in(lab.site_b)
    lab.wait_up(session, peer, 60)
    stream.wait_for_answers(3)
    pings = stream.stop()
    return f"{pings.lost} pings held back in the meantime"


@scenario(portable=True)
def peer_not_running_then_running(lab: Lab) -> str:
    """A peer whose IKE daemon is not there yet refuses by ICMP; that must not end our attempts."""
    session = lab.policy_session("late-peer")
    lab.b.stop()
    lab.b.put(lab.for_peer(session))
    lab.a.put(session)
    lab.protect(session)
    stream = lab.keep_pinging()
    lab.watch.wire.wait_for(lambda packet: packet.is_ike, "an attempt to reach the peer", 20)
    stream.wait_for_sent(5)
    lab.b.start()
    lab.wait_up(session, lab.for_peer(session), 60)
    stream.wait_for_answers(3)
    pings = stream.stop()
    return f"{pings.lost} pings held back in the meantime"
