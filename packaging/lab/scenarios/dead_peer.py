"""A peer that dies without a word."""

from edgelab.lab import Lab
from edgelab.report import expect, expect_equal
from edgelab.scenario import scenario
from edgelab.session import DpdProfile
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
