"""Bad input from the wire, from the API and from the kernel: refused, counted, and no harm done."""

import json
import random
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

from edgelab.capture import Capture
from edgelab.lab import Lab
from edgelab.network import STRANGER
from edgelab.process import run
from edgelab.report import expect, expect_equal
from edgelab.scenario import scenario
from edgelab.session import IkeProfile, Mode, TunnelProfile
from edgelab.spoof import Spoofer

SEED = 20261101  # The same garbage in every run; change it to look elsewhere.


@contextmanager
def undisturbed(lab: Lab) -> Iterator[None]:
    """An established session goes on without losing a ping while something else is tried."""
    steady = lab.policy_session("steady")
    lab.establish(steady)
    kept, pid = lab.spis(), lab.edge.pid
    stream = lab.keep_pinging()
    stream.wait_for_answers(2)
    yield
    stream.wait_for_answers(2)
    pings = stream.stop()
    expect_equal(pings.lost, 0, "the number of pings lost meanwhile")
    expect(kept <= lab.spis(), f"the session's SPIs {kept} to remain", lab.spis())
    expect(lab.a.is_up(steady), "the session to be up", lab.a.why_down(steady))
    expect_equal(lab.edge.pid, pid, "the daemon's process id")
    expect(lab.edge.running, "the daemon to run")


@scenario()
def garbage_on_the_wire(lab: Lab) -> str:
    """Datagrams cut short, flipped, oversized and replayed, also in the peer's name, change nothing."""
    chance = random.Random(SEED)
    lab.watch.disregard(lab.network.hostile_mac)
    with undisturbed(lab):
        ike = [packet for packet in lab.watch.wire.packets() if packet.is_ike]
        sent = 0
        with Spoofer(lab.network.hostile, lab.site_a.gateway_mac) as spoofer:
            for packet in ike:
                message = packet.ike_message
                for source in (str(packet.source), STRANGER):
                    for mangled in _mangled(message, chance):
                        for port, marker in ((500, b""), (4500, bytes(4))):
                            spoofer.udp(source, lab.site_a.address, 500, port, marker + mangled)
                            sent += 1
            for port in (500, 4500):
                # The largest datagram there is, which arrives in fragments.
                spoofer.udp(STRANGER, lab.site_a.address, 500, port, chance.randbytes(65_000))
                spoofer.udp(STRANGER, lab.site_a.address, 500, port, b"")
                sent += 2
    return f"{sent} datagrams, seed {SEED}"


def _mangled(message: bytes, chance: random.Random) -> Iterator[bytes]:
    yield message  # a replay
    for length in sorted({0, 1, 27, 28, 29, 31, *chance.sample(range(len(message)), 12)}):
        yield message[:length]
    for _ in range(24):
        flipped = bytearray(message)
        for _ in range(chance.choice((1, 1, 1, 8))):
            flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
        yield bytes(flipped)
    yield message + chance.randbytes(400)
    yield message[:24] + (0xFFFFFFFF).to_bytes(4, "big") + message[28:]


@scenario()
def clear_packets_from_outside_are_refused(lab: Lab) -> None:
    """A packet that claims to come from the peer's subnet, but was not decrypted, goes nowhere."""
    lab.watch.disregard(lab.network.hostile_mac)
    with undisturbed(lab):
        source, destination = lab.site_b.host_address(1), lab.site_a.host_address(1)
        arrived = Capture(lab.host_a, "eth0", lab.results / "host-a.pcap", "icmp[0] == 8")
        with Spoofer(lab.network.hostile, lab.site_a.gateway_mac) as spoofer:
            for _ in range(20):
                spoofer.ping(source, destination, b"forged")
            # The stranger's own address is no business of the session's: this one gets through, so
            # that the others' absence means that they were refused.
            spoofer.ping(STRANGER, destination, b"honest")
        arrived.wait_for(lambda packet: packet.payload.endswith(b"honest"), "an honest ping", 10)
        forged = [packet for packet in arrived.stop() if packet.payload.endswith(b"forged")]
        expect_equal(len(forged), 0, "the number of forged packets that reached the host")


@scenario()
def bad_requests(lab: Lab) -> str:
    """Invalid bodies are answered 400 with every field named; a huge one is refused; tunnels go on."""
    with undisturbed(lab):
        session = lab.policy_session("never-stored", rules=lab.rules(2))
        path = lab.edge.path(session)
        body = lab.edge.body(session)
        broken: dict[str, tuple[object, str]] = {
            "no peer_address": (
                {k: v for k, v in body.items() if k != "peer_address"},
                "peer_address",
            ),
            "a name for an address": ({**body, "peer_address": "gateway.example"}, "peer_address"),
            "an unknown field": ({**body, "colour": "blue"}, "colour"),
            "an unknown mode": ({**body, "connection_initiation_mode": "NOW"}, "initiation_mode"),
            "no JSON": ("{", ""),
            "a list": ([], ""),
        }
        for what, (wrong, field) in broken.items():
            status, text = lab.edge.request("PUT", path, wrong)
            expect_equal(status, 400, f"the status of a PUT with {what}")
            expect("error_message" in json.loads(text), f"an error text for {what}", text)
            expect(field in text, f"{field!r} named in the answer to {what}", text)
            expect(session.psk not in text, "the secret not to be in the answer", text)
        huge = json.dumps({**body, "description": "x" * 10_000_000})
        status, _ = lab.edge.request("PUT", path, huge)
        expect(status in (400, 413), "a PUT of 10 MB to be answered 400 or 413", status)
        status, _ = lab.edge.request("GET", path)
        expect_equal(status, 404, "the status of GET for what was never stored")
    return f"{len(broken) + 1} requests refused"


@contextmanager
def _kernel_without(module: str) -> Iterator[None]:
    """Nobody can load modules, and the named one is not there."""
    loader = Path("/proc/sys/kernel/modprobe")
    path = loader.read_text().strip()
    run(["modprobe", "-r", module])
    loader.write_text("/bin/false")
    try:
        yield
    finally:
        loader.write_text(path)


@scenario(alone=True)
def kernel_lacks_the_algorithm(lab: Lab) -> str:
    """The kernel refuses an SA: the session says so, others go on, and with the module it heals."""
    with undisturbed(lab):
        session = lab.policy_session("refused", Mode.RESPOND_ONLY, lab.rules(2)).but(
            local=lab.site_a.second_address,
            local_id="gateway-a2.example",
            ike=IkeProfile(("AES_GCM_256",), ("SHA2_256",), ("GROUP31",)),
            tunnel=TunnelProfile(("CHACHA20_POLY1305",), (), ("GROUP31",)),
        )
        with _kernel_without("chacha20poly1305"):
            peer = lab.open(session)
            reason = lab.edge.wait_fail_reason(session, "kernel|algorithm|chacha")
        lab.strongswan.initiate(peer)
        lab.wait_up(session, peer, 60)
        lab.expect_pings(2, 2)
    return f"fail_reason {reason!r}"
