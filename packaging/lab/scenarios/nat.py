"""A NAT between the sites: IKE moves to UDP 4500 and ESP travels in UDP."""

from edgelab.lab import Lab
from edgelab.network import Nat
from edgelab.report import expect, expect_equal
from edgelab.scenario import scenario
from edgelab.sites import NAT_BEFORE_PEER, NAT_BEFORE_US
from edgelab.session import Mode, Session
from edgelab.traffic import tcp_transfer
from scenarios.policy_based import ROLES


def check_encapsulated(lab: Lab, session: Session) -> str:
    lab.expect_pings()
    tcp_transfer(lab.host_a, lab.site_a.host_address(1), lab.host_b, lab.site_b.host_address(1))
    for state in lab.states():
        expect(state.encapsulated, "ESP in UDP in every SA", state)
    packets = lab.watch.wire.packets()
    bare = [packet for packet in packets if packet.is_esp and not packet.is_esp_in_udp]
    expect_equal(len(bare), 0, "the number of ESP packets without UDP on the wire")
    ports = {packet.ports for packet in packets if packet.is_esp_in_udp}
    expect(ports, "ESP in UDP on the wire")
    return f"{session.name}: ports {' '.join(f'{source}>{target}' for source, target in sorted(ports))}"


@scenario(NAT_BEFORE_US, variants=tuple(ROLES), portable=True)
def we_are_behind_nat(lab: Lab, role: str) -> str:
    """With a NAT before our gateway the tunnel comes up and stays reachable from outside.

    As responder the NAT passes UDP 500 and 4500 to us.
    """
    session = lab.policy_session("behind-nat", ROLES[role])
    peer = lab.for_peer(session)
    if role == "responder":
        # Whoever starts has to know where to.
        peer = peer.but(peer_is_anywhere=False)
    lab.establish(session, peer)
    facts = check_encapsulated(lab, session)
    # Without these the NAT forgets the way in, and the site behind it is cut off until it sends.
    lab.watch.wire.wait_for(lambda packet: packet.is_keepalive, "a NAT keepalive", 40)
    return facts + ", keepalive seen"


@scenario(NAT_BEFORE_PEER, variants=tuple(ROLES), portable=True)
def peer_is_behind_nat(lab: Lab, role: str) -> str:
    """A peer behind a NAT comes from ports of the NAT's choice; the answers go there."""
    session = lab.policy_session("peer-behind-nat", ROLES[role])
    lab.establish(session)
    return check_encapsulated(lab, session)


@scenario(NAT_BEFORE_US)
def route_based_behind_nat(lab: Lab) -> str:
    """A VTI works with ESP in UDP too."""
    assert lab.network.nat is Nat.SITE_A
    session = lab.route_session("route-behind-nat")
    lab.establish(session)
    return check_encapsulated(lab, session)


def _espinudp_ports(lab: Lab) -> set[int]:
    """Where the peer's ESP in UDP has come from so far."""
    ours = lab.site_a.gateway_mac
    packets = lab.watch.wire.packets()
    return {p.ports[0] for p in packets if p.is_esp_in_udp and p.from_mac != ours}


@scenario(NAT_BEFORE_PEER, variants=("policy-based", "route-based"))
def nat_mapping_changes(lab: Lab, kind: str) -> str:
    """The NAT before the peer restarts and gives it another port: the same SAs go on there."""
    if kind == "route-based":
        session = lab.route_session("restless-nat", Mode.RESPOND_ONLY)
    else:
        session = lab.policy_session("restless-nat", Mode.RESPOND_ONLY)
    # What was called from outside before keeps port 4500, which the NAT passes in.
    lab.network.forget_mappings()
    lab.establish(session)
    stream = lab.keep_pinging(site="b")
    stream.wait_for_answers(3)
    spis, ports = lab.spis(), _espinudp_ports(lab)
    lab.network.forget_mappings()
    lab.watch.wire.wait_for(
        lambda p: p.is_esp_in_udp
        and p.from_mac != lab.site_a.gateway_mac
        and p.ports[0] not in ports,
        "ESP from another port of the NAT",
        20,
    )
    stream.wait_for_answers(10)
    pings = stream.stop()
    expect_equal(lab.spis(), spis, "the SAs after the NAT's restart")
    expect(lab.edge.is_up(session), "the session to be up", lab.edge.why_down(session))
    return f"{pings.lost} pings lost, longest gap {pings.longest_gap:.1f} s"
