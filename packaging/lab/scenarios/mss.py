"""TCP MSS clamping: connections through the tunnel, in the wanted direction, and no others."""

from typing import Optional

from edgelab.capture import Capture
from edgelab.clock import wait_until
from edgelab.lab import Lab
from edgelab.netns import Namespace
from edgelab.network import STRANGER
from edgelab.report import expect, expect_equal
from edgelab.scenario import scenario
from edgelab.session import Mss, Session
from edgelab.traffic import tcp_transfer
from scenarios.initiation import KINDS, session_of

UNCLAMPED = 1460  # what a host on a link of 1500 octets offers

# The wire's 1500 octets, less the outer IP header, ESP's SPI and sequence number, AES-GCM's IV and
# ICV, rounded down to ESP's alignment of four, less the two octets of the ESP trailer; less the
# inner IP and TCP headers.
COMPUTED = (1500 - 20 - 8 - 8 - 16) // 4 * 4 - 2 - 40

SYN, ACK = 0x02, 0x10


class _Handshakes:
    """Opens connections and tells the MSS that each end was shown by the other."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._captures = {
            lab.host_a.name: Capture(
                lab.host_a, "eth0", lab.results / "host-a.pcap", "tcp[13] & 2 != 0"
            ),
            lab.host_b.name: Capture(
                lab.host_b, "eth0", lab.results / "host-b.pcap", "tcp[13] & 2 != 0"
            ),
        }

    def seen(
        self, client: Namespace, source: str, server: Namespace, destination: str
    ) -> tuple[int, int]:
        """MSS in the SYN as it reached the server, and in the SYN-ACK as it reached the client."""
        port = tcp_transfer(client, source, server, destination, octets=1).client_port
        return (
            self._mss(server, SYN, client_port=port, from_client=True),
            self._mss(client, SYN | ACK, client_port=port, from_client=False),
        )

    def _mss(self, host: Namespace, flags: int, client_port: int, from_client: bool) -> int:
        packet = self._captures[host.name].wait_for(
            lambda packet: packet.tcp_flags & (SYN | ACK) == flags
            and packet.ports[0 if from_client else 1] == client_port,
            f"{'SYN' if from_client else 'SYN-ACK'} of port {client_port}",
            5,
        )
        return packet.tcp_mss or 0

    def stop(self) -> None:
        for capture in self._captures.values():
            capture.stop()


# Which connections a direction means: those opened at site A leave through the tunnel, those
# opened at site B enter from it.
DIRECTIONS = {
    "NONE": (False, False),
    "OUTBOUND_CONNECTION": (True, False),
    "INBOUND_CONNECTION": (False, True),
    "BOTH": (True, True),
}


@scenario(variants=KINDS)
def mss_is_clamped(lab: Lab, kind: str) -> str:
    """Each direction, a given and a computed value: SYN and SYN-ACK show it where they should.

    A connection past the tunnel keeps the MSS that its hosts offer, and changing the clamp leaves
    the tunnel as it is.
    """
    session = session_of(lab, kind, "clamped")
    lab.establish(session)
    kept = lab.spis()
    handshakes = _Handshakes(lab)
    for direction, clamps in DIRECTIONS.items():
        for size in (1200, None):
            lab.a.put(session.but(mss=Mss(direction, size)))
            _check(lab, handshakes, session, direction, size, clamps)
            if direction == "NONE":
                break  # A size means nothing there.
    _check_past_the_tunnel(lab)
    handshakes.stop()
    expect_equal(lab.spis(), kept, "the SPIs after seven changes of the clamp")
    _check_full_segments(lab)
    return f"computed value {COMPUTED}"


def _check(
    lab: Lab,
    handshakes: _Handshakes,
    session: Session,
    direction: str,
    size: Optional[int],
    clamps: tuple[bool, bool],
) -> None:
    clamped = size or COMPUTED
    a, b = lab.site_a.host_address(1), lab.site_b.host_address(1)
    wanted = [(clamped, clamped) if clamp else (UNCLAMPED, UNCLAMPED) for clamp in clamps]
    seen: list[tuple[int, int]] = []

    def as_wanted() -> bool:
        seen[:] = [
            handshakes.seen(lab.host_a, a, lab.host_b, b),
            handshakes.seen(lab.host_b, b, lab.host_a, a),
        ]
        return seen == wanted

    # The answer to the PUT means stored; the rule follows in a moment.
    wait_until(
        as_wanted,
        f"{direction} with {size or 'no size'} to show the MSS {wanted} in (SYN, SYN-ACK) of a "
        f"connection from site a and of one from site b",
        10,
        lambda: str(seen),
    )


def _check_past_the_tunnel(lab: Lab) -> None:
    """Somebody on the wire is no part of the session: his connections are none of its business."""
    stranger, address = lab.network.hostile, STRANGER
    stranger.ip(f"route replace {lab.site_a.inner} via {lab.site_a.address}")
    capture = Capture(stranger, "outer", lab.results / "stranger.pcap", "tcp[13] & 2 != 0")
    tcp_transfer(lab.host_a, lab.site_a.host_address(1), stranger, address, octets=1)
    tcp_transfer(stranger, address, lab.host_a, lab.site_a.host_address(1), octets=1)
    packets = capture.stop()
    expect(packets, "connections past the tunnel in the capture")
    for packet in packets:
        expect_equal(packet.tcp_mss, UNCLAMPED, f"the MSS past the tunnel in {packet}")


def _check_full_segments(lab: Lab) -> None:
    """A clamped connection fills the wire's packets and none is ever cut into fragments."""
    before = len(lab.watch.wire.packets())
    tcp_transfer(lab.host_a, lab.site_a.host_address(1), lab.host_b, lab.site_b.host_address(1))
    packets = lab.watch.wire.packets()[before:]
    fragments = [packet for packet in packets if packet.is_fragment]
    expect_equal(len(fragments), 0, "the number of fragments on the wire")
    longest = max(len(packet.frame) - 14 for packet in packets if packet.is_esp)
    expect(1490 <= longest <= 1500, "the longest ESP packet to fill the wire's 1500", longest)
