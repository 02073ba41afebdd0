"""Attacks by a stranger on the wire, in his own name and in others': nobody else notices them.

While each goes on, the established session loses no ping and is rekeyed, and another session with
the same peer comes up; the daemon's memory stays within bounds.
"""

import random
import threading
from ipaddress import IPv4Network
from typing import Callable, Iterator

from edgelab import ikewire
from edgelab.clock import wait_until
from edgelab.lab import Lab
from edgelab.network import STRANGER
from edgelab.packet import Packet
from edgelab.report import expect
from edgelab.scenario import scenario
from edgelab.session import IkeProfile, Mode, TunnelProfile
from edgelab.spoof import Spoofer
from edgelab.strongswan import StrongSwan
from scenarios.bad_input import undisturbed

SEED = 20261128  # The same attack in every run; change it for another.

_NOWHERE = IPv4Network("10.64.0.0/10")  # Where the forged sources are.
_BURST, _PAUSE = 40, 0.05
# What the daemon may grow by: half-open IKE SAs, drop counters, and what the heap takes anyway.
_GROWTH_KIB = 64 * 1024
_GROUP_31 = {"ike": IkeProfile(groups=("GROUP31",)), "tunnel": TunnelProfile(groups=("GROUP31",))}

Shot = Callable[[], None]


class _Barrage:
    """Shots that go on in the background until the scenario has seen enough."""

    def __init__(self, shots: Iterator[Shot]) -> None:
        self.fired = 0
        self.failure: list[Exception] = []
        self._over = threading.Event()
        self._shots = shots
        self._thread = threading.Thread(target=self._fire, daemon=True)
        self._thread.start()

    def _fire(self) -> None:
        try:
            for shot in self._shots:
                shot()
                self.fired += 1
                if self.fired % _BURST == 0 and self._over.wait(_PAUSE):
                    return
        except Exception as e:  # Told by `stop`, in the scenario's own thread.
            self.failure.append(e)

    def stop(self, at_least: int) -> int:
        wait_until(
            lambda: self.fired >= at_least or self.failure,
            f"{at_least} shots to be fired",
            60,
            lambda: f"{self.fired} fired",
        )
        self._over.set()
        self._thread.join()
        if self.failure:
            raise self.failure[0]
        return self.fired


def _life_goes_on(
    lab: Lab, attack: Callable[[Spoofer], Iterator[Shot]], least: int
) -> list[str]:
    """Runs the attack while a session is rekeyed and another one comes up; gives the figures."""
    assert isinstance(lab.b, StrongSwan)
    lab.watch.disregard(lab.network.hostile_mac, _NOWHERE)
    newcomer = lab.policy_session("newcomer", Mode.RESPOND_ONLY, lab.rules(2)).but(
        local=lab.site_a.second_address, local_id="gateway-a2.example", **_GROUP_31
    )
    with undisturbed(lab), Spoofer(lab.network.hostile, lab.site_a.gateway_mac) as spoofer:
        before = lab.edge.resident_kib()
        barrage = _Barrage(attack(spoofer))
        try:
            lab.establish(newcomer)
            lab.expect_pings(2, 2)
            spis = lab.spis()
            lab.b.rekey_children(lab.for_peer(newcomer))
            wait_until(
                lambda: len(lab.spis() - spis) >= 2,
                "new SAs for the newcomer",
                30,
                lambda: f"before {sorted(spis)}, now {sorted(lab.spis())}",
            )
            lab.expect_pings(2, 2)
        finally:
            fired = barrage.stop(least)
        grown = lab.edge.resident_kib() - before
        expect(grown < _GROWTH_KIB, f"the daemon to grow by less than {_GROWTH_KIB} KiB", grown)
        return [f"{fired} shots", f"memory {before // 1024} MiB and {grown // 1024:+d}"]


def _first(lab: Lab, exchange: int, response: bool) -> Packet:
    flag = ikewire.RESPONSE if response else 0
    return lab.watch.wire.wait_for(
        lambda p: p.is_ike
        and p.ike_exchange == exchange
        and p.ike_message[19] & ikewire.RESPONSE == flag,
        f"exchange {exchange}",
        10,
    )


def _bad_shares() -> list[tuple[int, bytes]]:
    p = ikewire.modp2048()
    modp = [value.to_bytes(256, "big") for value in (0, 1, p - 1, p, p + 1, 2**2048 - 1)]
    return [
        *((14, value) for value in modp),
        (14, b""),
        (14, bytes(257)),
        (19, bytes(64)),
        (19, b"\x01" * 64),
        (20, bytes(96)),
        (21, b"\xff" * 132),
        (31, bytes(32)),
        (31, b"\x01" + bytes(31)),
        (31, b"\xec" + b"\xff" * 30 + b"\x7f"),
        (36, bytes(1184)),
        (37, b"\xff" * 1568),
        (0xFFFF, b"\x01"),
    ]


@scenario()
def floods(lab: Lab) -> str:
    """IKE_SA_INIT from many, from one and in the peer's name, forged cookies, fragments, bad shares."""
    chance = random.Random(SEED)
    target, peer = lab.site_a.address, lab.site_b.address

    def attack(spoofer: Spoofer) -> Iterator[Shot]:
        request = _first(lab, ikewire.IKE_SA_INIT, response=False).ike_message
        shares = _bad_shares()
        while True:
            fresh = ikewire.with_spis(request, chance.randbytes(8))
            cookie = ikewire.notify(16390, chance.randbytes(chance.choice((1, 24, 36, 64))))
            with_cookie = ikewire.message(fresh[:28], cookie, *ikewire.payloads(fresh))
            bad = ikewire.with_share(fresh, *chance.choice(shares))
            half = ikewire.message(
                ikewire.header(chance.randbytes(16), 0, ikewire.IKE_AUTH, ikewire.INITIATOR, 1),
                (ikewire.SKF, b"\x00\x01\x00\x80" + chance.randbytes(400)),
            )
            someone = str(_NOWHERE[chance.randrange(_NOWHERE.num_addresses)])
            for source in (someone, STRANGER, peer):
                for what in (fresh, with_cookie, bad, half):
                    yield lambda s=source, w=what: spoofer.udp(s, target, 500, 500, w)  # type: ignore[misc]
            # The first part of a datagram whose others never come.
            yield lambda: spoofer.udp(someone, target, 500, 500, chance.randbytes(1500))

    figures = _life_goes_on(lab, attack, least=4000)
    return ", ".join([*figures, _no_amplification(lab)])


def _no_amplification(lab: Lab) -> str:
    """Whoever is named as the source of a request gets no more for it than the request had."""
    packets = lab.watch.wire.packets()
    asked = sum(len(p.payload) for p in packets if p.source and p.source in _NOWHERE)
    answered = sum(len(p.payload) for p in packets if p.source and p.destination in _NOWHERE)
    expect(0 < answered < asked, f"answers of less than the {asked} octets asked with", answered)
    return f"{answered} octets answered to {asked} of forged sources"


@scenario()
def forgeries(lab: Lab) -> str:
    """Replays, reflections, DELETE and notifies in the clear, ICMP errors, ESP from elsewhere."""
    chance = random.Random(SEED)
    target, peer = lab.site_a.address, lab.site_b.address

    def attack(spoofer: Spoofer) -> Iterator[Shot]:
        seen = [packet for packet in lab.watch.wire.packets() if packet.is_ike]
        spis = _first(lab, ikewire.IKE_SA_INIT, response=True).ike_message[:16]
        child = [state.spi.to_bytes(4, "big") for state in lab.states()]
        while True:
            for packet in seen:
                for source in (peer, STRANGER):
                    replay = packet.ike_message
                    yield lambda s=source, w=replay: spoofer.udp(s, target, 500, 500, w)  # type: ignore[misc]
            for forged in _forged_in_the_clear(spis, child, chance):
                for port, marker in ((500, b""), (4500, bytes(4))):
                    yield lambda w=marker + forged, p=port: spoofer.udp(peer, target, p, p, w)  # type: ignore[misc]
            # A datagram of ours to the peer, as it would be quoted.
            ip = bytes.fromhex("450001000000400040110000") + _octets(target) + _octets(peer)
            quoted = ip + bytes.fromhex("01f401f400640000") + spis
            for code in (1, 2, 3, 10, 13):
                yield lambda c=code: spoofer.unreachable(peer, target, c, quoted)  # type: ignore[misc]
            for spi in child:
                yield lambda w=spi: spoofer.esp(STRANGER, target, w + chance.randbytes(96))  # type: ignore[misc]
                # Off the path, behind a "NAT" of his own: the tunnel must not follow him.
                yield lambda w=spi: spoofer.udp(  # type: ignore[misc]
                    STRANGER, target, 4500, 4500, w + chance.randbytes(96)
                )

    return ", ".join(_life_goes_on(lab, attack, least=2000))


def _octets(address: str) -> bytes:
    return bytes(map(int, address.split(".")))


def _forged_in_the_clear(
    spis: bytes, child: list[bytes], chance: random.Random
) -> Iterator[bytes]:
    """What would end or change the IKE SA if it were believed without protection."""
    delete = ikewire.DELETE, b"\x01\x00\x00\x00"
    deletes = [(ikewire.DELETE, b"\x03\x04\x00\x01" + spi) for spi in child]
    notifies = [
        ikewire.notify(kind)  # INVALID_IKE_SPI, ..., AUTHENTICATION_FAILED, ..., INVALID_SPI
        for kind in (1, 4, 5, 7, 9, 11, 14, 17, 24, 34, 43, 44)
    ]
    for exchange in (ikewire.IKE_SA_INIT, ikewire.IKE_AUTH, ikewire.INFORMATIONAL):
        for flags in (0, ikewire.INITIATOR, ikewire.RESPONSE):
            for message_id in (0, 2, 3):
                start = ikewire.header(spis, 0, exchange, flags, message_id)
                for payload in (delete, *deletes, *notifies):
                    yield ikewire.message(start, payload)
                yield ikewire.message(start, (ikewire.SK, chance.randbytes(80)))
                yield ikewire.message(start, *[(ikewire.NOTIFY, b"\x00\x00\x40\x04")] * 300)
