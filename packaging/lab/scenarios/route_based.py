"""Route-based sessions: a tunnel interface, and whatever is routed into it is protected."""

from ipaddress import ip_interface

from edgelab import kernel
from edgelab.lab import Lab
from edgelab.report import expect, expect_equal
from edgelab.scenario import scenario
from edgelab.session import Session
from edgelab.sites import XFRM_INTERFACES
from edgelab.traffic import ping, tcp_transfer
from scenarios.policy_based import ROLES


def _check(lab: Lab, session: Session, kind: str) -> str:
    interface = lab.a.interface(session)
    link = next(
        found for found in kernel.tunnels(lab.site_a.gateway) if found["ifname"] == interface
    )
    expect_equal(link["linkinfo"]["info_kind"], kind, f"the kind of {interface}")
    expect("UP" in link["flags"], f"{interface} to be up", link["flags"])

    expect_equal(len(lab.states()), 2, "the number of SAs")
    for policy in lab.policies():
        bound = policy.mark if kind == "vti" else policy.if_id
        expect(bound, f"a mark or if_id that binds the policy to {interface}", policy)

    assert session.tunnel_address and session.peer_tunnel_address
    ours = str(ip_interface(session.tunnel_address).ip)
    theirs = str(ip_interface(session.peer_tunnel_address).ip)
    inside = ping(lab.site_a.gateway, ours, theirs)
    expect(inside.lost == 0, f"the peer's tunnel address {theirs} to answer", inside)
    # Two subnets that no rule names: what is routed is protected.
    lab.expect_pings(1, 1)
    lab.expect_pings(2, 3)
    # Full-sized segments, so that a wrong MTU of the interface shows.
    tcp_transfer(lab.host_a, lab.site_a.host_address(1), lab.host_b, lab.site_b.host_address(4))
    tcp_transfer(lab.host_b, lab.site_b.host_address(1), lab.host_a, lab.site_a.host_address(4))
    return f"{kind} interface {interface}, MTU {link['mtu']}"


@scenario(variants=tuple(ROLES))
def route_based_vti(lab: Lab, role: str) -> str:
    """Everything routed into the session's VTI is protected, and nothing else."""
    session = lab.route_session("by-route", ROLES[role])
    lab.establish(session)
    return _check(lab, session, "vti")


@scenario(XFRM_INTERFACES, variants=tuple(ROLES), portable=True)
def route_based_xfrm_interface(lab: Lab, role: str) -> str:
    """The same over an XFRM interface, for systems that are set to use those."""
    session = lab.route_session("by-route", ROLES[role])
    lab.establish(session)
    return _check(lab, session, "xfrm")


@scenario(XFRM_INTERFACES)
def policy_based_beside_route_based(lab: Lab) -> str:
    """A session of each kind to the same peer, on two local addresses, do not disturb each other."""
    routed = lab.route_session("by-route").but(
        local=lab.site_a.second_address, local_id="gateway-a2.example"
    )
    ruled = lab.policy_session("by-policy")
    routed_peer, ruled_peer = lab.open(routed), lab.open(ruled)
    lab.wait_up(routed, routed_peer)
    lab.wait_up(ruled, ruled_peer)
    expect_equal(len(lab.states()), 4, "the number of SAs")
    lab.expect_pings(1, 1)  # the rule's
    lab.expect_pings(2, 2)  # the route's
    return "both carry traffic"
