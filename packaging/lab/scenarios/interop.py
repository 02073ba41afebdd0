"""What each peer and edge-ipsecd do together; the run makes a table of it (`edgelab/interop.py`)."""

import time
from dataclasses import replace
from typing import Callable, Mapping

from edgelab import interop
from edgelab.clock import DeadlinePassed
from edgelab.lab import Lab
from edgelab.libreswan import Libreswan
from edgelab.network import Nat, Site
from edgelab.openiked import OpenIked
from edgelab.pki import Authority, Certificates
from edgelab.process import CommandFailed
from edgelab.report import ScenarioFailed, expect, expect_equal
from edgelab.scenario import scenario
from edgelab.session import DpdProfile, IkeProfile, Mode, Rule, Session, TunnelProfile
from edgelab.sites import LIBRESWAN, OPENIKED, STRONGSWAN, Setting
from edgelab.spoof import Spoofer
from edgelab.strongswan import COOKIE_THRESHOLD
from scenarios.nat import check_encapsulated
from scenarios.policy_based import ROLES

_IKE = IkeProfile(("AES_256",), ("SHA2_256",), ("GROUP31",))
_AES_GCM = TunnelProfile(("AES_GCM_256",), (), ("GROUP31",))
# OpenIKED on Linux has no other; its SHA2-256 is of 96 bits, as PF_KEY has it.
_AES_CBC = TunnelProfile(("AES_256",), ("SHA2_512",), ("GROUP31",))

FLOOD = 100
"""Half-open IKE SAs, more than edge-ipsecd bears without asking for cookies."""

Step = Callable[[Lab], None]


def _walk(lab: Lab, steps: Mapping[str, Step]) -> str:
    """Takes the steps that this peer can take and that no other scenario takes with it."""
    peer = lab.sites.setting.site_b
    for subject, step in steps.items():
        covered = peer == STRONGSWAN and subject in interop.COVERED
        if covered or (peer, subject) in interop.CANNOT:
            continue
        lab.verdicts[peer, subject] = "FAILED"  # unless it gets to its end
        try:
            step(lab)
        except (AssertionError, DeadlinePassed, CommandFailed) as e:
            raise ScenarioFailed(f"{subject}: {e}") from e
        lab.verdicts[peer, subject] = interop.passed(peer, subject)
    return f"{len(lab.verdicts)} subjects"


def _tunnel(lab: Lab) -> TunnelProfile:
    return _AES_CBC if isinstance(lab.b, OpenIked) else _AES_GCM


def _session(lab: Lab, mode: Mode = Mode.INITIATOR) -> Session:
    return lab.policy_session("interop", mode).but(ike=_IKE, tunnel=_tunnel(lab))


def _comes_up(lab: Lab, session: Session, peer: Session) -> None:
    lab.establish(session, peer)
    lab.expect_pings()
    lab.close(session, peer)


# A tunnel in use.


class _InUse:
    """One tunnel, until its peer crashes and after that."""

    def __init__(self, lab: Lab) -> None:
        dpd = DpdProfile(interval=3, retries=2)
        self.session = _session(lab).but(dpd=dpd)
        self.peer = lab.for_peer(self.session).but(dpd=None)

    def starts(self, lab: Lab) -> None:
        lab.establish(self.session, self.peer)
        lab.expect_pings()

    def uses_gcm(self, lab: Lab) -> None:
        algorithms = {state.algorithm for state in lab.states()}
        expect_equal(algorithms, {"rfc4106(gcm(aes))"}, "the algorithms of the SAs")

    def peer_crashes(self, lab: Lab) -> None:
        lab.b.kill()
        lab.edge.wait_status(self.session, "DOWN", 60)
        lab.b.start()
        lab.wait_up(self.session, self.peer, 60)
        lab.expect_pings()
        lab.close(self.session, self.peer)


def interop_in_use(lab: Lab, _: str) -> str:
    """A tunnel with each peer: what protects it, and that it is back after the peer's crash."""
    tunnel = _InUse(lab)
    return _walk(
        lab,
        {
            interop.WE_INITIATE: tunnel.starts,
            interop.AES_GCM: tunnel.uses_gcm,
            interop.DPD: tunnel.peer_crashes,
        },
    )


# Negotiations.


def _peer_initiates(lab: Lab) -> None:
    session = _session(lab, Mode.RESPOND_ONLY)
    _comes_up(lab, session, lab.for_peer(session))


_TWO_GROUPS = IkeProfile(_IKE.encryption, _IKE.digest, ("GROUP31", "GROUP14"))
_SECOND_GROUP = IkeProfile(_IKE.encryption, _IKE.digest, ("GROUP14",))


def _ke_by_peer(lab: Lab) -> None:
    session = _session(lab).but(ike=_TWO_GROUPS)
    _comes_up(lab, session, lab.for_peer(session).but(ike=_SECOND_GROUP))
    _expect_two_attempts(lab, lab.site_a.gateway_mac)


def _ke_by_us(lab: Lab) -> None:
    session = _session(lab, Mode.RESPOND_ONLY).but(ike=_SECOND_GROUP)
    _comes_up(lab, session, lab.for_peer(session).but(ike=_TWO_GROUPS))
    _expect_two_attempts(lab, lab.site_b.gateway_mac)


def _expect_two_attempts(lab: Lab, initiator: bytes) -> None:
    """One SPI in two IKE_SA_INIT requests, the second with a public value of another length."""
    lengths: dict[bytes, set[int]] = {}
    for packet in lab.watch.wire.packets():
        if packet.is_ike and packet.ike_exchange == 34 and packet.from_mac == initiator:
            message = packet.ike_message
            lengths.setdefault(message[:8], set()).add(len(message))
    expect(any(len(each) == 2 for each in lengths.values()), "a second IKE_SA_INIT", lengths)


def _cookie_by_peer(lab: Lab) -> None:
    began = time.time()
    session = _session(lab)
    if isinstance(lab.b, Libreswan):
        lab.b.demand_cookies(True)
        _comes_up(lab, session, lab.for_peer(session))
        lab.b.demand_cookies(False)
    else:
        peer = lab.establish(session)
        _flood(lab, lab.site_a, lab.site_b, 2 * COOKIE_THRESHOLD, began)
        lab.close(session, peer)
        _comes_up(lab, session, peer)
        # So that it does not go on asking whoever comes next; told to end, it may get stuck.
        lab.b.kill()
        lab.b.start()
    _expect_cookie(lab, lab.site_b.gateway_mac, began)


def _cookie_by_us(lab: Lab) -> None:
    session = _session(lab, Mode.RESPOND_ONLY)
    began = time.time()
    peer = lab.establish(session)
    _flood(lab, lab.site_b, lab.site_a, FLOOD, began)
    lab.b.delete(peer)
    lab.b.put(peer)
    lab.wait_up(session, peer, 30)
    _expect_cookie(lab, lab.site_a.gateway_mac, began)
    lab.expect_pings()
    lab.close(session, peer)


def _flood(lab: Lab, initiator: Site, responder: Site, count: int, began: float) -> None:
    """Somebody repeats the initiator's IKE_SA_INIT under other SPIs, in its name."""
    first = next(
        packet.ike_message
        for packet in lab.watch.wire.packets()
        if packet.is_ike
        and packet.ike_exchange == 34
        and packet.from_mac == initiator.gateway_mac
        and packet.seconds > began
    )
    with Spoofer(lab.network.hostile, responder.gateway_mac) as spoofer:
        for number in range(1, count + 1):
            message = number.to_bytes(8, "big") + first[8:]
            spoofer.udp(initiator.address, responder.address, 500, 500, message)


def _expect_cookie(lab: Lab, responder: bytes, began: float) -> None:
    """An IKE_SA_INIT response of one payload, a Notify of type COOKIE (16390)."""
    cookies = [
        packet
        for packet in lab.watch.wire.packets()
        if packet.is_ike
        and packet.ike_exchange == 34
        and packet.from_mac == responder
        and packet.seconds > began
        and packet.ike_message[16] == 41
        and packet.ike_message[34:36] == b"\x40\x06"
    ]
    expect(len(cookies) > 0, "a COOKIE", responder.hex(":"))


def _narrowed_by_peer(lab: Lab) -> None:
    session = _session(lab)
    _comes_up(lab, session.but(rules=_wide(lab)), lab.for_peer(session))


def _narrowed_by_us(lab: Lab) -> None:
    session = _session(lab, Mode.RESPOND_ONLY)
    _comes_up(lab, session, lab.for_peer(session.but(rules=_wide(lab))))


def _wide(lab: Lab) -> tuple[Rule, ...]:
    return (Rule((str(lab.site_a.inner),), (str(lab.site_b.inner),)),)


def _wrong_psk(lab: Lab) -> None:
    for mode in ROLES.values():
        session = _session(lab, mode)
        peer = lab.for_peer(session)
        lab.open(session, peer.but(psk="quite another secret"))
        lab.edge.wait_fail_reason(session, "authenticat")
        expect_equal(len(lab.states()), 0, "the number of SAs")
        if mode is Mode.RESPOND_ONLY:
            lab.b.put(peer)
            lab.wait_up(session, peer, 60)
            lab.expect_pings()
        lab.close(session, peer)


def _no_proposal(lab: Lab) -> None:
    for mode in ROLES.values():
        session = _session(lab, mode)
        peer = lab.for_peer(session).but(ike=IkeProfile(("AES_128",), ("SHA2_512",), ("GROUP14",)))
        lab.open(session, peer)
        lab.edge.wait_fail_reason(session, "proposal")
        expect_equal(len(lab.states()), 0, "the number of SAs")
        lab.close(session, peer)


class _Certified:
    """Both sides have a certificate of an intermediate authority and know the root alone."""

    def __init__(self) -> None:
        self._root = Authority()
        self._authority = Authority("Second authority", Authority("First authority", self._root))

    def rsa(self, lab: Lab) -> None:
        self._comes_up(lab, Mode.INITIATOR, "rsa-2048")

    def ecdsa(self, lab: Lab) -> None:
        self._comes_up(lab, Mode.RESPOND_ONLY, "ecdsa-p384")

    def _comes_up(self, lab: Lab, mode: Mode, kind: str) -> None:
        session = _session(lab, mode)
        certificates = Certificates(
            own=self._authority.issue(session.local_id, kind),
            peer=self._authority.issue(session.peer_id, kind),
            authority=self._root.certificate,
        )
        session = session.but(certificates=certificates)
        began = time.time()
        _comes_up(lab, session, lab.for_peer(session))
        for mac in (lab.site_a.gateway_mac, lab.site_b.gateway_mac):
            fragments = [
                packet
                for packet in lab.watch.wire.packets()
                if packet.is_ike_fragment and packet.from_mac == mac and packet.seconds > began
            ]
            expect(len(fragments) > 1, "fragments of an IKE message", mac.hex(":"))


def _route_based(lab: Lab) -> None:
    for mode in ROLES.values():
        session = lab.route_session("interop-by-route", mode).but(ike=_IKE, tunnel=_tunnel(lab))
        peer = lab.for_peer(session)
        if isinstance(lab.b, OpenIked):
            # It has policies alone on Linux; one for everything would send back what it decrypts.
            everything = Rule((str(lab.site_b.inner),), (str(lab.site_a.inner),))
            peer = peer.but(tunnel_address=None, rules=(everything,))
        _comes_up(lab, session, peer)


def _esn(lab: Lab) -> None:
    session = _session(lab)
    peer = lab.for_peer(session).but(tunnel=replace(_tunnel(lab), esn=True))
    lab.establish(session, peer)
    lab.expect_pings()
    expect_equal({state.extended for state in lab.states()}, {True}, "ESN in the SAs")
    lab.close(session, peer)


def interop_negotiation(lab: Lab, _: str) -> str:
    """What each peer and we agree on, or not, and who says so."""
    certified = _Certified()
    return _walk(
        lab,
        {
            interop.PEER_INITIATES: _peer_initiates,
            interop.ESN: _esn,
            interop.KE_BY_PEER: _ke_by_peer,
            interop.KE_BY_US: _ke_by_us,
            interop.NARROWED_BY_PEER: _narrowed_by_peer,
            interop.NARROWED_BY_US: _narrowed_by_us,
            interop.WRONG_PSK: _wrong_psk,
            interop.NO_PROPOSAL: _no_proposal,
            interop.RSA: certified.rsa,
            interop.ECDSA: certified.ecdsa,
            interop.ROUTE_BASED: _route_based,
            interop.COOKIE_BY_PEER: _cookie_by_peer,
            interop.COOKIE_BY_US: _cookie_by_us,
        },
    )


# A NAT.


def interop_nat(lab: Lab, _: str) -> str:
    """With a NAT before our gateway, each peer and we reach each other, whoever starts."""
    return _walk(lab, {interop.NAT: _through_nat})


def interop_nat_of_peer(lab: Lab, _: str) -> str:
    """The same with a NAT before the peer's gateway."""
    return _walk(lab, {interop.NAT_OF_PEER: _through_nat})


def _through_nat(lab: Lab) -> None:
    for mode in ROLES.values():
        session = _session(lab, mode)
        peer = lab.for_peer(session)
        if mode is Mode.RESPOND_ONLY:
            peer = peer.but(peer_is_anywhere=False)  # Whoever starts has to know where to.
        lab.establish(session, peer)
        check_encapsulated(lab, session)
        lab.close(session, peer)


for _peer in (STRONGSWAN, LIBRESWAN, OPENIKED):
    scenario(Setting(site_b=_peer), variants=(_peer,))(interop_negotiation)
    if _peer != STRONGSWAN:  # which the scenarios of each subject are about
        scenario(Setting(site_b=_peer), variants=(_peer,))(interop_in_use)
        scenario(Setting(site_b=_peer, nat=Nat.SITE_A.value), variants=(_peer,))(interop_nat)
        scenario(Setting(site_b=_peer, nat=Nat.SITE_B.value), variants=(_peer,))(
            interop_nat_of_peer
        )
