"""The table of peers: what each of them and we have been seen doing together."""

from typing import Mapping

from edgelab.sites import LIBRESWAN, OPENIKED, STRONGSWAN

PEERS = {STRONGSWAN: "strongSwan", LIBRESWAN: "libreswan", OPENIKED: "OpenIKED"}

NOT_RUN = "not run"

_HEAD = """# Interoperability

What edge-ipsecd and each peer do together, as the lab saw it last. Written by `packaging/lab/run --write-interop`;
the peers are Debian's packages. `scenarios/interop.py` says how each row is tried, `edgelab/interop.py` what a peer
is not asked for. IKE and Child SA are renewed by either side in turn for a minute, and pass if not one of a hundred
pings a second is lost.

"""

WE_INITIATE = "Tunnel, we initiate"
PEER_INITIATES = "Tunnel, the peer initiates"
AES_GCM = "AES-GCM in ESP"
CHILD_BY_US = "Child SA rekeyed by us"
CHILD_BY_PEER = "Child SA rekeyed by the peer"
IKE_BY_US = "IKE SA rekeyed by us"
IKE_BY_PEER = "IKE SA rekeyed by the peer"
KE_BY_PEER = "The peer asks for another group (INVALID_KE_PAYLOAD)"
KE_BY_US = "We ask for another group (INVALID_KE_PAYLOAD)"
COOKIE_BY_PEER = "The peer asks for a cookie (COOKIE)"
COOKIE_BY_US = "We ask for a cookie (COOKIE), while others flood us"
NARROWED_BY_PEER = "The peer narrows our subnets"
NARROWED_BY_US = "We narrow the peer's subnets"
WRONG_PSK = "Wrong PSK: told, and recovered from"
NO_PROPOSAL = "No common proposal: told"
DPD = "The peer crashes and returns (DPD)"
NAT = "NAT before us, either initiates"
NAT_OF_PEER = "NAT before the peer, either initiates"
ROUTE_BASED = "Route-based, either initiates"
ESN = "Extended sequence numbers in ESP"
RSA = "RSA certificate with a chain in fragments, we initiate"
ECDSA = "ECDSA certificate with a chain in fragments, the peer initiates"

SUBJECTS = (
    *(WE_INITIATE, PEER_INITIATES, AES_GCM, ESN),
    *(CHILD_BY_US, CHILD_BY_PEER, IKE_BY_US, IKE_BY_PEER),
    *(KE_BY_PEER, KE_BY_US, COOKIE_BY_PEER, COOKIE_BY_US, NARROWED_BY_PEER, NARROWED_BY_US),
    *(WRONG_PSK, NO_PROPOSAL, DPD),
    *(RSA, ECDSA, ROUTE_BASED, NAT, NAT_OF_PEER),
)

CANNOT: Mapping[tuple[str, str], str] = {
    (OPENIKED, AES_GCM): "no: on Linux it sets SAs by PF_KEY, which has no AEAD",
    (OPENIKED, ESN): "no: on Linux it sets SAs by PF_KEY, which has none",
    (OPENIKED, COOKIE_BY_PEER): "no: it sends back cookies and never asks for one",
}
"""What a peer is not asked for, and why."""

_SENDS_EARLY = "it sends by the new SA with its answer, before anybody can have the keys"

LOSES: Mapping[tuple[str, str], str] = {
    (LIBRESWAN, CHILD_BY_US): _SENDS_EARLY,
    (OPENIKED, CHILD_BY_US): _SENDS_EARLY,
    (OPENIKED, CHILD_BY_PEER): "it deletes the old SA at once, and then installs the new one",
}
"""Where a peer's doing costs the packets of a moment, and what it does.

The keys of what comes in by the new SA depend on the answer, so nothing can be installed before it is
there; and the kernel keeps no packet for an SPI that is reserved (xfrm_input() drops it and counts it).
strongSwan as responder, like edge-ipsecd, goes on sending by the old SA until that is deleted, which
OpenIKED as initiator does at once and at both ends, without waiting for the answer.
"""

OTHERWISE: Mapping[tuple[str, str], str] = {
    (OPENIKED, ROUTE_BASED): "its half is a policy: on Linux it has no tunnel interface",
}
"""What a peer does in a way of its own."""

COVERED: Mapping[str, tuple[str, ...]] = {
    WE_INITIATE: ("policy-based-two-rules[initiator]",),
    PEER_INITIATES: ("policy-based-two-rules[responder]",),
    AES_GCM: ("algorithms[aes-gcm-256+ecp384]",),
    WRONG_PSK: ("wrong-psk[initiator]", "wrong-psk[responder]"),
    NO_PROPOSAL: ("no-common-ike-proposal[initiator]", "no-common-ike-proposal[responder]"),
    DPD: ("peer-dies-and-returns[policy-based]",),
    ROUTE_BASED: ("route-based-vti[initiator]", "route-based-vti[responder]"),
    NAT: ("we-are-behind-nat[initiator]", "we-are-behind-nat[responder]"),
    NAT_OF_PEER: ("peer-is-behind-nat[initiator]", "peer-is-behind-nat[responder]"),
}
"""The scenarios that show it with strongSwan, the peer of most of them."""


def is_source(scenario: str) -> bool:
    """Whether the table says something about a scenario."""
    return scenario.startswith(("interop-", "rekeyed-for-a-minute[")) or any(
        scenario in names for names in COVERED.values()
    )


def passed(peer: str, subject: str) -> str:
    """The verdict of a scenario that got to its end."""
    key = peer, subject
    if key in LOSES:
        return f"pass, with a loss: {LOSES[key]}"
    return f"pass; {OTHERWISE[key]}" if key in OTHERWISE else "pass"


def table(verdicts: Mapping[tuple[str, str], str], ended: Mapping[str, bool]) -> str:
    """The table in Markdown, from what scenarios said of peer and subject and how they ended."""

    def cell(peer: str, subject: str) -> str:
        if (peer, subject) in verdicts:
            return verdicts[peer, subject]
        if (peer, subject) in CANNOT:
            return CANNOT[peer, subject]
        ways = [ended.get(name) for name in COVERED.get(subject, ()) if peer == STRONGSWAN]
        if False in ways:
            return "FAILED"
        return "pass" if ways and None not in ways else NOT_RUN

    lines = [" | ".join(["", "", *PEERS.values()]), "| --- " * (len(PEERS) + 1)]
    for subject in SUBJECTS:
        lines.append(" | ".join(["", subject, *(cell(peer, subject) for peer in PEERS)]))
    return _HEAD + "".join(line.strip() + " |\n" for line in lines)
