"""Keys that hold against whoever has recorded the traffic and gets a quantum computer later."""

from dataclasses import replace

from edgelab.clock import wait_until
from edgelab.edged import EdgeIpsecd
from edgelab.lab import Lab
from edgelab.report import expect_equal
from edgelab.scenario import scenario
from edgelab.session import IkeProfile, Ppk
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
    session = lab.policy_session("hybrid-rekeyed").but(ike=replace(profile, lifetime=30), ppk=Ppk())
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
