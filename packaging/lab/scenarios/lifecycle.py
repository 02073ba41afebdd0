"""Sessions over time: changed, disabled, deleted; the daemon stopped, killed, started again."""

import signal

from edgelab import kernel
from edgelab.clock import wait_until
from edgelab.edged import ApiRefused
from edgelab.lab import Lab
from edgelab.report import expect, expect_equal
from edgelab.scenario import scenario
from edgelab.session import Session
from edgelab.sites import leftovers, wait_clean
from scenarios.initiation import KINDS, session_of


@scenario(variants=KINDS, portable=True)
def session_disabled(lab: Lab, kind: str) -> None:
    """Disabling takes the tunnel down at both ends and leaves no policy; enabling brings it back."""
    session = session_of(lab, kind, "disabled")
    peer = lab.establish(session)
    lab.expect_pings()
    lab.watch.release()
    off = session.but(enabled=False)
    lab.a.put(off)
    wait_until(
        lambda: not lab.states() and not lab.policies(),
        "states and policies of the disabled session to go",
        10,
        lambda: ", ".join(leftovers(lab.site_a.gateway)),
    )
    wait_until(
        lambda: not lab.b.is_up(peer),
        "the peer to be told by a DELETE",
        10,
        lambda: lab.b.why_down(peer),
    )
    lab.a.put(session)
    if session.route_based:
        lab.route_at(lab.a, session)
    lab.protect(session)
    lab.wait_up(session, peer)
    lab.expect_pings()


@scenario(variants=KINDS, portable=True)
def session_deleted(lab: Lab, kind: str) -> None:
    """Deleting removes every kernel object at once and tells the peer."""
    session = session_of(lab, kind, "deleted")
    peer = lab.establish(session)
    lab.expect_pings()
    lab.watch.release()
    lab.a.delete(session)
    wait_clean(lab.site_a.gateway)
    wait_until(
        lambda: not lab.b.is_up(peer),
        "the peer to be told by a DELETE",
        10,
        lambda: lab.b.why_down(peer),
    )


@scenario()
def deleted_session_is_gone_from_the_api(lab: Lab) -> None:
    """GET after DELETE answers 404, and the id can be used again."""
    session = lab.policy_session("come-and-gone")
    lab.a.put(session)
    lab.a.delete(session)
    status, _ = lab.edge.request("GET", lab.edge.path(session))
    expect_equal(status, 404, "the status of GET after DELETE")
    lab.establish(session)
    lab.expect_pings()


@scenario()
def changes_leave_others_alone(lab: Lab) -> str:
    """Changing, disabling and deleting one session costs another not a single packet."""
    steady = lab.policy_session("steady")
    other = lab.policy_session("other", rules=lab.rules(2)).but(
        local=lab.site_a.second_address, local_id="gateway-a2.example"
    )
    lab.establish(steady)
    lab.establish(other)
    kept = {
        state.spi for state in lab.states() if steady.local in (state.source, state.destination)
    }
    stream = lab.keep_pinging(1)
    stream.wait_for_answers(2)

    lab.a.put(other.but(rules=lab.rules(3)))
    lab.a.put(other.but(psk="a new secret for the other"))
    lab.watch.release(other)
    lab.a.put(other.but(enabled=False))
    lab.a.put(other)
    lab.a.delete(other)
    wait_until(
        lambda: not any(other.local in (each.source, each.destination) for each in lab.states()),
        "the other session's SAs to go",
        10,
    )
    stream.wait_for_answers(3)
    pings = stream.stop()
    expect_equal(pings.lost, 0, "the number of pings lost in the steady session")
    expect_equal(lab.spis(), kept, "the steady session's SPIs")
    return f"{pings}"


@scenario()
def a_new_rule_keeps_the_old_ones_tunnel(lab: Lab) -> str:
    """A rule added to a session brings its own Child SA up and leaves the first one's in place."""
    session = lab.policy_session("growing")
    lab.b.put(lab.for_peer(session.but(rules=lab.rules(1, 2))))
    lab.a.put(session)
    lab.protect(session)
    wait_until(lambda: lab.a.is_up(session), "the first rule's tunnel", 20)
    kept = lab.spis()
    stream = lab.keep_pinging(1)
    stream.wait_for_answers(2)
    grown = session.but(rules=lab.rules(1, 2))
    lab.a.put(grown)
    lab.protect(grown)
    lab.a.wait_up(grown)
    lab.expect_pings(2, 2)
    stream.wait_for_answers(2)
    pings = stream.stop()
    expect(kept <= lab.spis(), f"the first rule's SPIs {kept} to remain", lab.spis())
    expect_equal(pings.lost, 0, "the number of the first rule's pings lost")
    return "2 Child SAs, the first unchanged"


def _expect_blocked(lab: Lab, sessions: list[Session]) -> None:
    """What a stopped daemon leaves: no SA, no rule, a block for each pair, the route's interface."""
    expect_equal(lab.states(), [], "the SAs after the stop")
    expect_equal(kernel.nft_tables(lab.site_a.gateway), [], "the nftables after the stop")
    policies = lab.policies()
    passing = [policy for policy in policies if not policy.blocks]
    expect(not passing, "only policies that block", passing)
    blocked = {
        (policy.source, policy.destination) for policy in policies if policy.direction == "out"
    }
    for session in sessions:
        for pair in session.pairs:
            expect(pair in blocked, f"a block from {pair[0]} to {pair[1]}", blocked)
    links = kernel.tunnels(lab.site_a.gateway)
    routed = [session for session in sessions if session.route_based]
    expect_equal(len(links), len(routed), "the number of tunnel interfaces")


@scenario(variants=KINDS)
def stopped_with_block(lab: Lab, kind: str) -> str:
    """While the daemon is stopped nothing leaves in clear; the next start takes over without a gap."""
    session = session_of(lab, kind, "blocked")
    peer = lab.establish(session)
    stream = lab.keep_pinging()
    stream.wait_for_answers(3)
    lab.a.stop()
    wait_until(lambda: not lab.b.is_up(peer), "the peer to be told by a DELETE", 10)
    _expect_blocked(lab, [session])
    stream.wait_for_sent_more(10)
    answered = stream.answers()
    lab.watch.check_now()
    stream.wait_for_sent_more(5)
    expect_equal(stream.answers(), answered, "the number of answers while the daemon was stopped")
    lab.a.start()
    lab.wait_up(session, peer, 60)
    stream.wait_for_answers(3)
    pings = stream.stop()
    return f"{pings.longest_gap:.1f} s without an answer, nothing in clear"


@scenario()
def stopped_with_clear(lab: Lab) -> None:
    """on_stop: clear leaves a kernel without anything of ours."""
    ruled = lab.policy_session("cleared")
    routed = lab.route_session("cleared-route").but(
        local=lab.site_a.second_address, local_id="gateway-a2.example"
    )
    lab.reconfigure(on_stop="clear")
    lab.establish(ruled)
    lab.establish(routed)
    lab.watch.release()
    lab.a.stop()
    wait_clean(lab.site_a.gateway)
    lab.a.start()
    for session in (ruled, routed):
        lab.a.wait_up(session, 60)


@scenario()
def flushed(lab: Lab) -> None:
    """`edge-ipsecd --flush` removes every object of ours, and no other, after a stop or a crash."""
    ruled = lab.policy_session("flushed")
    routed = lab.route_session("flushed-route").but(
        local=lab.site_a.second_address, local_id="gateway-a2.example"
    )
    lab.establish(ruled)
    lab.establish(routed)
    gateway = lab.site_a.gateway
    gateway.ip("xfrm policy add src 203.0.113.0/24 dst 203.0.113.0/24 dir out action block")
    foreign = leftovers(gateway)[-1:]
    lab.a.kill()
    lab.watch.release()
    lab.edge.flush()
    left = [each for each in leftovers(gateway) if "203.0.113" not in each]
    expect_equal(left, [], "what --flush leaves of ours after a crash")
    expect(
        any("203.0.113" in each for each in leftovers(gateway)),
        f"somebody else's policy to survive --flush ({foreign})",
        leftovers(gateway),
    )
    gateway.ip("xfrm policy delete src 203.0.113.0/24 dst 203.0.113.0/24 dir out")
    lab.a.start()
    for session in (ruled, routed):
        lab.a.wait_up(session, 60)


@scenario(variants=KINDS)
def killed_and_restarted(lab: Lab, kind: str) -> str:
    """After kill -9 nothing leaves in clear, the tunnel comes back by itself, no SA is orphaned."""
    session = session_of(lab, kind, "killed")
    peer = lab.establish(session)
    stream = lab.keep_pinging()
    stream.wait_for_answers(3)
    lab.a.kill()
    stream.wait_for_sent_more(5)
    lab.watch.check_now()
    lab.a.start()
    lab.wait_up(session, peer, 60)
    stream.wait_for_answers(3)
    wait_until(
        lambda: len(lab.states()) == 2,
        "exactly the tunnel's two SAs, none left of the killed daemon's",
        30,
        lambda: str([hex(state.spi) for state in lab.states()]),
    )
    pings = stream.stop()
    return f"{pings.lost} of {pings.sent} pings lost, longest gap {pings.longest_gap:.1f} s"


@scenario()
def second_start_is_refused(lab: Lab) -> str:
    """A second daemon on the same state says why it cannot start and does the first no harm."""
    session = lab.policy_session("single")
    lab.establish(session)
    kept = lab.spis()
    second = lab.edge.start_second()
    wait_until(second.ended, "the second daemon to give up", 20)
    expect(second.status not in (0, -signal.SIGKILL), "an exit status that tells", second.status)
    lab.expect_pings()
    expect_equal(lab.spis(), kept, "the first daemon's SPIs")
    words = second.output.read_text().strip().splitlines()
    return words[-1][:100] if words else ""


@scenario()
def stale_revision_is_refused(lab: Lab) -> None:
    """A PUT with an old _revision is answered 412 and changes nothing, neither intent nor tunnel."""
    session = lab.policy_session("revised")
    lab.establish(session)
    kept = lab.spis()
    body = lab.edge.body(session.but(enabled=False))
    body["_revision"] = 4711
    try:
        lab.edge.call("PUT", lab.edge.path(session), body)
    except ApiRefused as refused:
        expect_equal(refused.status, 412, "the status of a PUT with a wrong _revision")
    else:
        raise AssertionError("a PUT with a wrong _revision was accepted")
    lab.expect_pings()
    expect_equal(lab.spis(), kept, "the SPIs")
