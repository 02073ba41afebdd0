"""The lab's own checks must be able to fail: a leak is provoked, and has to be reported."""

from edgelab.lab import Lab
from edgelab.report import expect
from edgelab.scenario import scenario
from edgelab.sites import TWO_STRONGSWANS
from edgelab.traffic import ping
from edgelab.wire import Leak


@scenario(TWO_STRONGSWANS)
def a_leak_is_noticed(lab: Lab) -> str:
    """Site A's policy is taken away behind its back, somebody pings, and the watch must see it."""
    session = lab.policy_session("leaky")
    lab.establish(session)
    lab.expect_pings()
    lab.watch.check_now()
    a, b = lab.site_a, lab.site_b
    a.gateway.ip(f"xfrm policy delete src {a.subnet(1)} dst {b.subnet(1)} dir out")
    pings = ping(lab.host_a, a.host_address(1), b.host_address(1))
    expect(pings.answered == 0, "site B to refuse what arrives in clear", pings)
    try:
        lab.watch.finish()
    except Leak as leak:
        lab.watch.forget()
        return f"reported: {str(leak).split(', first:')[0]}"
    raise AssertionError("pings left in clear and the watch on the wire did not notice")
