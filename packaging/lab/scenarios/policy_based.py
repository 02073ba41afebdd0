"""Policy-based sessions: rules name subnets, each pair of subnets gets its own Child SA."""

from edgelab.lab import Lab
from edgelab.report import expect, expect_equal
from edgelab.scenario import scenario
from edgelab.session import Mode, Rule
from edgelab.traffic import ping, tcp_transfer

ROLES = {"initiator": Mode.INITIATOR, "responder": Mode.RESPOND_ONLY}


@scenario(variants=tuple(ROLES), portable=True)
def policy_based_two_rules(lab: Lab, role: str) -> str:
    """Two rules of two subnets each become eight Child SAs, and every pair of hosts can talk."""
    a, b = lab.site_a, lab.site_b
    rules = [
        Rule((a.subnet(1), a.subnet(2)), (b.subnet(1), b.subnet(2))),
        Rule((a.subnet(3), a.subnet(4)), (b.subnet(3), b.subnet(4))),
    ]
    session = lab.policy_session("two-rules", ROLES[role], rules)
    lab.establish(session)

    states = lab.states()
    expect_equal(len(states), 16, "the number of SAs, two for each of eight pairs,")
    expect_equal(len({state.reqid for state in states}), 8, "the number of reqids")
    tunnel = [policy for policy in lab.policies() if policy.outer]
    expect_equal(len(tunnel), 24, "the number of policies, out, in and fwd for each pair,")
    for policy in tunnel:
        outward = policy.direction == "out"
        ends = (session.local, session.peer) if outward else (session.peer, session.local)
        expect_equal(policy.outer, ends, f"the outer addresses of {policy}")

    for rule in (range(1, 3), range(3, 5)):
        for i in rule:
            for j in rule:
                pings = ping(lab.host_a, a.host_address(i), b.host_address(j), count=2)
                expect(pings.lost == 0, f"an answer from {b.host_address(j)} each time", pings)
    used = [state for state in lab.states() if state.packets >= 2]
    expect_equal(len(used), 16, "the number of SAs that carried the pings")
    tcp_transfer(lab.host_b, b.host_address(1), lab.host_a, a.host_address(2))
    return "8 Child SAs, each carried traffic"


@scenario(portable=True)
def only_the_rules_are_protected(lab: Lab) -> None:
    """A pair of subnets that no rule names is not taken into the tunnel of another pair."""
    session = lab.policy_session("one-pair")
    lab.establish(session)
    lab.expect_pings(1, 1)
    before = sum(state.packets for state in lab.states())
    strangers = ping(lab.host_a, lab.site_a.host_address(2), lab.site_b.host_address(2), count=2)
    expect_equal(strangers.answered, 0, "the number of answers from a subnet without a rule")
    after = sum(state.packets for state in lab.states())
    expect_equal(after, before, "the number of packets in the SAs after pings outside the rules")
