"""What the machine under the tunnel has and loses: local addresses, and paths of some width."""

from edgelab.clock import wait_until
from edgelab.lab import Lab
from edgelab.report import expect, expect_equal
from edgelab.scenario import scenario
from scenarios.initiation import KINDS, session_of


def _remove(lab: Lab, address: str) -> None:
    lab.site_a.gateway.ip(f"addr del {address}/24 dev outer")


def _add(lab: Lab, address: str) -> None:
    lab.site_a.gateway.ip(f"addr replace {address}/24 dev outer")


@scenario(variants=KINDS)
def local_address_appears_later(lab: Lab, kind: str) -> str:
    """Without its local address a session says so, holds traffic back, and starts when it comes."""
    address = lab.site_a.second_address
    session = session_of(lab, kind, "addressless").but(local=address)
    _remove(lab, address)
    try:
        peer = lab.open(session)
        stream = lab.keep_pinging()
        reason = lab.edge.wait_fail_reason(session, f"local address {address} is not on", 10)
        stream.wait_for_sent(10)
        expect_equal(stream.answers(), 0, "the number of pings answered without the address")
        lab.watch.check_now()
    finally:
        _add(lab, address)
    lab.wait_up(session, peer)
    stream.wait_for_answers(3)
    stream.stop()
    return f"fail_reason {reason!r}"


@scenario(variants=KINDS)
def local_address_goes_and_comes_back(lab: Lab, kind: str) -> str:
    """The tunnel goes down with its local address, the policies stay; with it, all comes back."""
    address = lab.site_a.second_address
    session = session_of(lab, kind, "lost-address").but(local=address)
    peer = lab.establish(session)
    policies = len(lab.policies())
    stream = lab.keep_pinging()
    stream.wait_for_answers(3)
    _remove(lab, address)
    try:
        lab.edge.wait_status(session, "DOWN", 10)
        lab.edge.wait_fail_reason(session, f"local address {address} is not on", 5)
        expect_equal(len(lab.states()), 0, "the number of SAs without the address")
        expect_equal(len(lab.policies()), policies, "the number of policies without the address")
        stream.wait_for_sent_more(10)
        lab.watch.check_now()
    finally:
        _add(lab, address)
    answered = stream.answers()
    lab.wait_up(session, peer, 60)
    stream.wait_for_answers(3)
    pings = stream.stop()
    expect(pings.answered > answered, "answers once the address is back", pings)
    return f"{pings.longest_gap:.0f} s without an answer"


@scenario()
def path_mtu_changes(lab: Lab) -> str:
    """A narrower route to the peer makes the tunnel interface narrower too, and back."""
    session = lab.route_session("narrow-path")
    lab.establish(session)
    interface = lab.edge.interface(session)

    def mtu() -> int:
        return int(lab.site_a.gateway.show("link", "show", interface)[0]["mtu"])

    before = mtu()
    lab.site_a.gateway.ip(f"route replace {lab.site_b.address}/32 dev outer mtu 1400")
    try:
        wait_until(lambda: mtu() == before - 100, "the tunnel's MTU to follow", 10, lambda: str(mtu()))
        lab.expect_pings()
    finally:
        lab.site_a.gateway.ip(f"route del {lab.site_b.address}/32 dev outer")
    wait_until(lambda: mtu() == before, "the tunnel's MTU to come back", 10, lambda: str(mtu()))
    return f"{before}, {before - 100}, {before}"
