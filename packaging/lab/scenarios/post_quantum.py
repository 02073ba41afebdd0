"""Keys that hold against whoever has recorded the traffic and gets a quantum computer later."""

from dataclasses import replace

from edgelab import kernel
from edgelab.clock import wait_until
from edgelab.edged import EdgeIpsecd
from edgelab.lab import Lab
from edgelab.report import expect_equal
from edgelab.scenario import scenario
from edgelab.session import IkeProfile, Ppk, TunnelProfile
from edgelab.sites import TWO_OF_OURS
from scenarios.policy_based import ROLES


@scenario(TWO_OF_OURS, variants=("ML_KEM_768", "ML_KEM_1024"))
def ml_kem(lab: Lab, method: str) -> str:
    """ML-KEM beside Curve25519 (RFC 9370)."""
    profile = IkeProfile(groups=("GROUP31",), additional=(method,))
    session = lab.policy_session("hybrid").but(ike=profile)
    lab.establish(session)
    lab.expect_pings()
    suite = lab.edge.ike_sas_made(session)[-1]["suite"]
    expect_equal(suite.split("/")[-1], method, "the last key exchange")
    return suite


@scenario(TWO_OF_OURS)
def hybrid_ike_sa_is_rekeyed(lab: Lab) -> str:
    """ML-KEM and a PPK are in the keys of the first IKE SA, and of the one that replaces it."""
    profile = IkeProfile(groups=("GROUP31",), additional=("ML_KEM_1024",))
    session = lab.policy_session("hybrid-rekeyed").but(ike=replace(profile, lifetime=20), ppk=Ppk())
    peer = lab.establish(session, lab.for_peer(session).but(ike=profile))
    other = lab.b
    assert isinstance(other, EdgeIpsecd)
    wait_until(
        lambda: min(len(lab.edge.ike_sas_made(session)), len(other.ike_sas_made(peer))) > 1,
        "a second IKE SA",
        60,
    )
    lab.expect_pings()
    sas = lab.edge.ike_sas_made(session) + other.ike_sas_made(peer)
    expect_equal({sa["suite"].split("/")[-1] for sa in sas}, {"ML_KEM_1024"}, "key exchanges")
    expect_equal({sa["ppk"] for sa in sas}, {"yes"}, "whether there is a PPK in the keys")
    return f"{len(lab.edge.ike_sas_made(session))} IKE SAs"


@scenario(TWO_OF_OURS, variants=("by-us", "by-both"))
def hybrid_child_sa_is_rekeyed(lab: Lab, who: str) -> str:
    """ML-KEM is in the keys of Child SAs of their own (PFS), and not a ping is lost."""
    tunnel = TunnelProfile(groups=("GROUP31",), additional=("ML_KEM_768",))
    session = lab.policy_session(f"hybrid-child-{who}").but(tunnel=tunnel)
    peer = lab.establish(session)
    other = lab.b
    assert isinstance(other, EdgeIpsecd)
    stream = lab.keep_pinging(interval=0.01)
    for _ in range(3):
        stream.wait_for_answers(20)
        before = lab.spis()
        for site in (lab.site_a, lab.site_b)[: 2 if who == "by-both" else 1]:
            inbound = next(s for s in kernel.states(site.gateway) if s.destination == site.address)
            kernel.reach_soft_limit(site.gateway, inbound)
        wait_until(
            lambda: len(lab.spis()) == 2 and not lab.spis() & before,
            "two SAs that are both new",
            20,
            lambda: f"before {sorted(before)}, now {sorted(lab.spis())}",
        )
    stream.wait_for_answers(20)
    stream.stop()
    expect_equal(stream.missing(), [], "the pings that were lost")
    for suites in (lab.edge.child_suites(session), other.child_suites(peer)):
        expect_equal("ML_KEM" in suites[0], False, "ML-KEM in the Child SA of IKE_AUTH")
        methods = {suite.split("/ESN")[0].split("/")[-1] for suite in suites[1:]}
        expect_equal(methods, {"ML_KEM_768"}, "the last key exchange of the others")
    return f"{len(lab.edge.child_suites(session)) - 1} new Child SAs"


@scenario(variants=tuple(ROLES))
def ppk(lab: Lab, role: str) -> str:
    """A post-quantum pre-shared key (RFC 8784) that both require."""
    session = lab.policy_session("ppk", ROLES[role]).but(ppk=Ppk())
    lab.establish(session)
    lab.expect_pings()
    expect_equal(lab.edge.ike_sas_made(session)[-1]["ppk"], "yes", "whether it is in the keys")
    return "in the keys"


@scenario(variants=tuple(ROLES))
def ppk_of_one_side(lab: Lab, role: str) -> str:
    """Where the peer has none, an optional PPK is done without, and a required one is missed."""
    session = lab.policy_session("ppk", ROLES[role]).but(ppk=Ppk(required=False))
    peer = lab.establish(session, lab.for_peer(session).but(ppk=None))
    lab.expect_pings()
    expect_equal(lab.edge.ike_sas_made(session)[-1]["ppk"], "no", "whether it is in the keys")
    lab.edge.put(session.but(ppk=Ppk()))
    if role == "responder":
        lab.b.delete(peer)
        lab.b.put(peer)
    return lab.edge.wait_fail_reason(session, "PPK")
