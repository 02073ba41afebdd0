"""A peer that dies without a word."""

from edgelab.lab import Lab
from edgelab.report import expect, expect_equal
from edgelab.scenario import scenario
from edgelab.session import DpdProfile
from edgelab.traffic import ping
from scenarios.initiation import KINDS, session_of


@scenario(variants=KINDS)
def peer_dies_and_returns(lab: Lab, kind: str) -> str:
    """DPD notices, the status says why it is down, traffic is held back, and all comes back."""
    session = session_of(lab, kind, "mortal-peer").but(dpd=DpdProfile(interval=3, retries=2))
    peer = lab.establish(session)
    stream = lab.keep_pinging()
    stream.wait_for_answers(3)
    lab.b.kill()
    lab.edge.wait_status(session, "DOWN", 60)
    reason = lab.edge.wait_fail_reason(session, r"respon|reach|timed out|dead", 5)
    answered = stream.answers()
    stream.wait_for_sent_more(10)
    expect_equal(stream.answers(), answered, "the number of answers without a peer")
    lab.watch.check_now()
    lab.b.start()
    lab.wait_up(session, peer, 60)
    stream.wait_for_answers(3)
    pings = stream.stop()
    expect(pings.answered > answered, "answers after the peer's return", pings)
    return f"fail_reason {reason!r}, {pings.longest_gap:.0f} s without an answer"


def _informational_from_us(lab: Lab) -> int:
    mac = lab.site_a.gateway_mac
    packets = lab.watch.wire.packets()
    return sum(1 for p in packets if p.is_ike and p.ike_exchange == 37 and p.from_mac == mac)


def _seconds_of_quiet(lab: Lab, seconds: int) -> None:
    """Lets time pass at site A without a packet for the tunnel: pings inside the site are a clock."""
    ping(lab.host_a, lab.site_a.host_address(1), "10.1.1.1", count=5 * seconds)


@scenario(variants=KINDS)
def dpd_on_demand(lab: Lab, kind: str) -> str:
    """An idle session lets a dead peer be; packets that stay unanswered find it out."""
    dpd = DpdProfile(interval=1, retries=2, mode="ON_DEMAND")
    session = session_of(lab, kind, "probed-on-demand").but(dpd=dpd)
    # A peer that probes us by itself would be a sign of life.
    peer = lab.establish(session, lab.for_peer(session).but(dpd=DpdProfile(interval=300)))
    lab.expect_pings()
    lab.b.kill()
    before = _informational_from_us(lab)
    _seconds_of_quiet(lab, 6)
    expect_equal(_informational_from_us(lab), before, "the number of probes without traffic")
    expect(lab.edge.is_up(session), "an idle session to stay up", lab.edge.why_down(session))
    stream = lab.keep_pinging()
    lab.edge.wait_status(session, "DOWN", 60)
    reason = lab.edge.wait_fail_reason(session, r"respon|reach|timed out|dead", 5)
    lab.watch.check_now()
    lab.b.start()
    lab.wait_up(session, peer, 60)
    stream.wait_for_answers(3)
    stream.stop()
    return f"fail_reason {reason!r}"


@scenario()
def esp_is_a_sign_of_life(lab: Lab) -> str:
    """While the peer's packets come in, nobody asks it for two intervals whether it lives."""
    session = lab.policy_session("busy-peer").but(dpd=DpdProfile(interval=10, retries=2))
    lab.establish(session, lab.for_peer(session).but(dpd=DpdProfile(interval=300)))
    stream = lab.keep_pinging()
    stream.wait_for_answers(3)
    before = _informational_from_us(lab)
    stream.wait_for_answers(60, 60)
    stream.stop()
    expect_equal(_informational_from_us(lab), before, "the number of probes while ESP comes in")
    lab.watch.wire.wait_for(
        lambda p: p.is_ike and p.ike_exchange == 37 and p.from_mac == lab.site_a.gateway_mac,
        "a probe once it is quiet",
        20,
    )
    return "none in 12 s of traffic"
