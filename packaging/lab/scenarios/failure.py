"""Tunnels that cannot come up: the reason is told, and traffic stays held back."""

from edgelab.lab import Lab
from edgelab.network import STRANGER
from edgelab.packet import Packet
from edgelab.report import expect, expect_equal
from edgelab.scenario import scenario
from edgelab.session import IkeProfile, Session, TunnelProfile
from scenarios.policy_based import ROLES


def _stays_down(lab: Lab, session: Session, peer: Session, reason: str) -> str:
    """Opens the session, has somebody send all the while, and waits for the reason."""
    lab.open(session, peer)
    stream = lab.keep_pinging()
    seen = lab.edge.wait_fail_reason(session, reason)
    stream.wait_for_sent(5)
    pings = stream.stop()
    expect_equal(pings.answered, 0, "the number of pings that got through")
    expect(not lab.edge.is_up(session), "the session to be down", lab.edge.why_down(session))
    expect_equal(len(lab.states()), 0, "the number of SAs")
    return f"fail_reason {seen!r}"


@scenario(variants=tuple(ROLES))
def wrong_psk(lab: Lab, role: str) -> str:
    """Different secrets: both roles say that authentication failed, and no SA is ever installed."""
    session = lab.policy_session("wrong-psk", ROLES[role])
    peer = lab.for_peer(session).but(psk="quite another secret")
    facts = _stays_down(lab, session, peer, "authenticat")
    expect(session.psk not in lab.edge.log.read_text(), "the secret not to be in the log")
    # Once the secret is right the tunnel comes up without anybody restarting anything.
    right = lab.for_peer(session)
    lab.b.put(right)
    lab.wait_up(session, right, 60)
    lab.expect_pings()
    return facts


@scenario(variants=tuple(ROLES))
def unexpected_identity(lab: Lab, role: str) -> str:
    """A peer with the right secret and another name is not let in."""
    session = lab.policy_session("wrong-name", ROLES[role])
    peer = lab.for_peer(session).but(local_id="somebody-else.example")
    return _stays_down(lab, session, peer, "authenticat|identity|id ")


@scenario(variants=tuple(ROLES))
def no_common_ike_proposal(lab: Lab, role: str) -> str:
    """Nothing in common for the IKE SA: both roles say so."""
    session = lab.policy_session("no-common-ike", ROLES[role]).but(
        ike=IkeProfile(("AES_GCM_256",), (), ("GROUP20",))
    )
    peer = lab.for_peer(session).but(ike=IkeProfile(("AES_128",), ("SHA2_256",), ("GROUP14",)))
    return _stays_down(lab, session, peer, "proposal")


@scenario(variants=tuple(ROLES))
def no_common_esp_proposal(lab: Lab, role: str) -> str:
    """The IKE SA stands, the Child SA finds nothing in common: the session is not up."""
    session = lab.policy_session("no-common-esp", ROLES[role]).but(
        tunnel=TunnelProfile(("AES_GCM_256",))
    )
    peer = lab.for_peer(session).but(tunnel=TunnelProfile(("AES_128",), ("SHA2_256",)))
    return _stays_down(lab, session, peer, "proposal")


@scenario()
def selectors_without_overlap(lab: Lab) -> str:
    """Subnets that do not match the peer's: no tunnel, and the peer's refusal is told."""
    session = lab.policy_session("no-overlap")
    stranger = lab.for_peer(session.but(rules=lab.rules(2)))
    return _stays_down(lab, session, stranger, "TS_UNACCEPTABLE|selector|subnet")


@scenario()
def gives_no_hint_to_strangers(lab: Lab) -> None:
    """A stranger who offers an IKE SA to a gateway that does not know him gets no tunnel out of it."""
    known = lab.policy_session("known")
    lab.establish(known)
    before = lab.spis()

    def from_stranger(packet: Packet) -> bool:
        return packet.is_ike and str(packet.destination) == STRANGER

    with lab.hostile_socket() as stranger:
        request = next(p for p in lab.watch.wire.packets() if p.is_ike and p.ike_exchange == 34)
        fresh = bytes(range(1, 9)) + request.ike_message[8:]
        stranger.sendto(fresh, (lab.site_a.address, 500))
        lab.expect_pings()
    answers = [packet for packet in lab.watch.wire.packets() if from_stranger(packet)]
    for answer in answers:
        expect(
            len(answer.ike_message) <= len(fresh),
            "no answer to a stranger that is larger than his request",
            answer,
        )
    expect_equal(lab.spis(), before, "the known peer's SAs")
    expect(lab.a.is_up(known), "the known session to be up", lab.a.why_down(known))
