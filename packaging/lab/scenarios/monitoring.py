"""What is told of running sessions, and what an operator orders."""

from typing import Any

from edgelab.clock import wait_until
from edgelab.lab import Lab
from edgelab.report import expect, expect_equal
from edgelab.scenario import scenario
from edgelab.session import IkeProfile, Mode, Session, TunnelProfile
from edgelab.traffic import ping

_IKE = IkeProfile(groups=("GROUP31",))
_TUNNEL = TunnelProfile(groups=("GROUP31",))
_PING_OCTETS = 84
"""Of an echo request or reply inside the tunnel: 56 octets of data, 8 of ICMP, 20 of IP."""


def _session(lab: Lab, name: str, mode: Mode = Mode.INITIATOR) -> Session:
    return lab.policy_session(name, mode).but(ike=_IKE, tunnel=_TUNNEL)


def _order(lab: Lab, session: Session, action: str) -> Any:
    return lab.edge.call("POST", f"{lab.edge.path(session)}?action={action}")


def _tunnel(lab: Lab, session: Session) -> dict[str, Any]:
    answer = lab.edge.call("GET", lab.edge.path(session) + "/statistics")
    tunnel: dict[str, Any] = answer["policy_statistics"][0]["tunnel_statistics"][0]
    return tunnel


def _pings(lab: Lab, count: int) -> None:
    pings = ping(lab.host_a, lab.site_a.host_address(1), lab.site_b.host_address(1), count)
    expect_equal(pings.lost, 0, "the pings that were lost")


@scenario()
def statistics_survive_rekeys(lab: Lab) -> str:
    """Every packet of the tunnel is counted once, over rekeys by either side, until a reset."""
    session = _session(lab, "counted")
    peer = lab.establish(session)
    for rounds in range(1, 4):
        _pings(lab, 5)
        before = lab.spis()
        if rounds == 1:
            lab.strongswan.rekey_children(peer)
        else:
            _order(lab, session, "rekey")
        wait_until(lambda: len(lab.spis()) == 2 and not lab.spis() & before, "two new SAs", 20)
        tunnel = _tunnel(lab, session)
        for direction in ("in", "out"):
            expect_equal(tunnel[f"packets_{direction}"], 5 * rounds, f"packets {direction}")
            expect_equal(
                tunnel[f"bytes_{direction}"], 5 * rounds * _PING_OCTETS, f"octets {direction}"
            )
    summary = lab.edge.call("GET", "/api/v1/vpn/ipsec/sessions/summary")
    expect_equal(summary["session_summary"]["established_sessions"], 1, "sessions that are up")
    lab.edge.call("POST", lab.edge.path(session) + "/statistics?action=reset")
    expect_equal(_tunnel(lab, session)["packets_in"], 0, "packets in after the reset")
    _pings(lab, 2)
    expect_equal(_tunnel(lab, session)["packets_in"], 2, "packets in since the reset")
    expect_equal(tunnel["replay_errors"] + tunnel["integrity_failures"], 0, "packets refused")
    return f"{tunnel['packets_in']} packets each way over 3 rekeys"


@scenario()
def reset_by_order(lab: Lab) -> None:
    """A reset tells the peer and sets up again; what is sent meanwhile does not leave in clear."""
    session = _session(lab, "ordered-reset")
    peer = lab.establish(session)
    stream = lab.keep_pinging(interval=0.05)
    stream.wait_for_answers(5)
    before, spis = lab.strongswan.ike_spis(peer), lab.spis()
    begun = _order(lab, session, "reset")
    expect("the peer is told" in begun["begun"], "the answer to say what is begun", begun)
    wait_until(
        lambda: bool(lab.strongswan.ike_spis(peer) - before) and not lab.spis() & spis,
        "another IKE SA and other SAs",
        30,
    )
    lab.wait_up(session, peer)
    stream.wait_for_answers(5)
    stream.stop()
    expect(lab.strongswan.logged(r"received DELETE for IKE_SA"), "a DELETE to the peer")


@scenario(variants=("ON_DEMAND", "RESPOND_ONLY"))
def initiate_by_order(lab: Lab, mode: str) -> None:
    """An order starts a session that does not start by itself, without any traffic."""
    session = _session(lab, f"ordered-{mode.lower().replace('_', '-')}", Mode[mode])
    peer = lab.open(session, lab.for_peer(session, Mode.RESPOND_ONLY))
    expect(not lab.a.is_up(session), "the session not to be up by itself")
    _order(lab, session, "initiate")
    lab.wait_up(session, peer)
    lab.expect_pings()
    state = lab.edge.call("GET", lab.edge.path(session) + "/state")
    expect_equal(state["state"], "success", "the state of the session")
