"""edge-ipsecd at both sites, in every pair of modes of which at least one may start."""

from edgelab.clock import wait_until
from edgelab.lab import Lab
from edgelab.report import expect
from edgelab.scenario import scenario
from edgelab.session import DpdProfile, Mode, Session
from edgelab.sites import TWO_OF_OURS
from scenarios.initiation import KINDS, session_of

_MODES = {
    "initiator": Mode.INITIATOR,
    "respond-only": Mode.RESPOND_ONLY,
    "on-demand": Mode.ON_DEMAND,
}
PAIRS = [
    f"{ours}+{theirs}"
    for ours in _MODES
    for theirs in _MODES
    if not ours == theirs == "respond-only"
]


def _raise(lab: Lab, session: Session, peer: Session) -> str:
    """Up by itself if one side starts; else by traffic, from a side that may start on demand."""
    if Mode.INITIATOR in (session.mode, peer.mode):
        lab.wait_up(session, peer, 40)
        return "by itself"
    letter = "a" if session.mode is Mode.ON_DEMAND else "b"
    stream = lab.keep_pinging(site=letter)
    stream.wait_for_answers(3)
    lab.wait_up(session, peer)
    return f"on demand of site {letter}, {stream.stop().lost} packets lost"


@scenario(TWO_OF_OURS, variants=PAIRS)
def two_of_ours(lab: Lab, modes: str) -> str:
    """The pair comes up, carries traffic both ways and settles on one pair of SAs."""
    ours, theirs = (_MODES[name] for name in modes.split("+"))
    session = lab.policy_session("ours", ours)
    peer = lab.for_peer(session, theirs)
    lab.open(session, peer)
    lab.wait_policies(lab.b, peer)
    how = _raise(lab, session, peer)
    lab.expect_pings()
    # Both may have started at once; the surplus has to go.
    wait_until(
        lambda: len(lab.states()) == 2,
        "one SA in each direction",
        30,
        lambda: f"{len(lab.states())} SAs",
    )
    lab.expect_pings()
    return how


@scenario(TWO_OF_OURS)
def two_of_ours_by_route(lab: Lab) -> str:
    """The same over a VTI at each end."""
    session = session_of(lab, KINDS[1], "ours-by-route")
    peer = lab.establish(session)
    lab.expect_pings()
    expect(lab.b.is_up(peer), "the other side to agree", lab.b.why_down(peer))
    return f"{lab.a.interface(session)} to {lab.b.interface(peer)}"


@scenario(TWO_OF_OURS)
def other_side_killed(lab: Lab) -> str:
    """kill -9 of the other daemon and its restart: the tunnel comes back without a leak.

    The other's kernel goes on with its SAs, so only IKE can tell that its daemon has forgotten them.
    """
    session = lab.policy_session("survivor").but(dpd=DpdProfile(interval=5, retries=3))
    peer = lab.establish(session)
    stream = lab.keep_pinging()
    stream.wait_for_answers(3)
    lab.b.kill()
    lab.b.start()
    lab.wait_up(session, peer, 60)
    stream.wait_for_answers(5)
    pings = stream.stop()
    return f"{pings.lost} of {pings.sent} pings lost"
