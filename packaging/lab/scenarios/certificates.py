"""Authentication by certificate, with certificates that OpenSSL makes on the spot."""

from edgelab.lab import Lab
from edgelab.pki import KEYS, Authority, Certificates
from edgelab.report import expect, expect_equal
from edgelab.scenario import scenario
from edgelab.session import Session
from scenarios.policy_based import ROLES


def _session(lab: Lab, role: str, authority: Authority, kind: str = "ecdsa-p256") -> Session:
    session = lab.policy_session("by-certificate", ROLES[role])
    return session.but(
        certificates=Certificates(
            own=authority.issue(session.local_id, kind),
            peer=authority.issue(session.peer_id, kind),
            authority=authority.certificate,
        )
    )


def _stays_down(lab: Lab, session: Session, peer: Session, reason: str) -> str:
    lab.open(session, peer)
    stream = lab.keep_pinging()
    seen = lab.edge.wait_fail_reason(session, reason)
    stream.wait_for_sent(5)
    expect_equal(stream.stop().answered, 0, "the number of pings that got through")
    expect_equal(len(lab.states()), 0, "the number of SAs")
    return f"fail_reason {seen!r}"


@scenario(variants=tuple(KEYS))
def certificate_keys(lab: Lab, kind: str) -> str:
    """Each kind of key authenticates both sides, whoever starts, and traffic passes."""
    session = _session(lab, "initiator", Authority(), kind)
    peer = lab.establish(session)
    lab.expect_pings()
    certificates = session.certificates
    assert certificates is not None
    for secret in (certificates.own.passphrase, certificates.own.key.splitlines()[1]):
        expect(secret not in lab.edge.log.read_text(), "no secret to be in the log")
    # And the other way round.
    lab.a.delete(session)
    lab.b.delete(peer)
    turned = session.but(mode=ROLES["responder"])
    lab.establish(turned)
    lab.expect_pings()
    return kind


@scenario(variants=tuple(ROLES))
def certificate_subject_as_identity(lab: Lab, role: str) -> None:
    """A distinguished name is an identity too, in the order in which strongSwan writes it."""
    session = _session(lab, role, Authority())
    lab.establish(
        session.but(
            local_id=f"O=edge-ipsec, CN={session.local_id}",
            peer_id=f"O=edge-ipsec, CN={session.peer_id}",
        )
    )
    lab.expect_pings()


@scenario(variants=tuple(ROLES))
def certificate_of_a_stranger(lab: Lab, role: str) -> str:
    """A certificate of an authority that we do not trust lets nobody in, whatever it says."""
    session = _session(lab, role, Authority())
    others = Authority("Authority of others")
    certificates = session.certificates
    assert certificates is not None
    peer = lab.for_peer(session).but(
        certificates=Certificates(
            own=others.issue(session.peer_id, "ecdsa-p256"),
            peer=certificates.own,
            authority=certificates.authority,
        )
    )
    return _stays_down(lab, session, peer, "no valid path leads to an authority")


@scenario(variants=tuple(ROLES))
def certificate_expired(lab: Lab, role: str) -> str:
    """A certificate that has run out is refused, and the reason names its dates."""
    authority = Authority()
    session = _session(lab, role, authority)
    certificates = session.certificates
    assert certificates is not None
    expired = authority.issue(session.peer_id, "ecdsa-p256", ("200101000000Z", "200201000000Z"))
    peer = lab.for_peer(session).but(
        certificates=Certificates(
            own=expired, peer=certificates.own, authority=certificates.authority
        )
    )
    return _stays_down(lab, session, peer, "valid from 2020-01-01.* until 2020-02-01")


@scenario(variants=tuple(ROLES))
def certificate_revoked(lab: Lab, role: str) -> str:
    """A CRL with the peer's certificate on it takes the tunnel down, and keeps it down."""
    authority = Authority()
    session = _session(lab, role, authority)
    certificates = session.certificates
    assert certificates is not None
    peer = lab.establish(session.but(certificates=_with_crl(certificates, authority.crl())))
    lab.expect_pings()
    authority.revoke(certificates.peer)
    revoked = session.but(certificates=_with_crl(certificates, authority.crl()))
    lab.a.put(revoked)
    if role == "responder":
        lab.strongswan.initiate(peer)
    seen = lab.edge.wait_fail_reason(revoked, "which its issuer has revoked")
    expect(not lab.edge.is_up(revoked), "the session to be down", lab.edge.why_down(revoked))
    return f"fail_reason {seen!r}"


def _with_crl(certificates: Certificates, crl: str) -> Certificates:
    return Certificates(certificates.own, certificates.peer, certificates.authority, crl)


@scenario()
def certificate_for_another_name(lab: Lab) -> str:
    """A good certificate of somebody else is refused, and the reason names both identities."""
    session = _session(lab, "responder", Authority())
    unexpected = session.but(peer_id="somebody-else.example")
    reason = f"identifies itself as {session.peer_id}, expected somebody-else.example"
    return _stays_down(lab, unexpected, lab.for_peer(session), reason)
