"""Reads capture files, as far as the lab needs to know what a packet is."""

import struct
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Iterator, Optional, Union

Address = Union[IPv4Address, IPv6Address]

_ETHERTYPE_IPV4, _ETHERTYPE_IPV6 = 0x0800, 0x86DD
_ETHERNET, _LINUX_SLL, _LINUX_SLL2, _RAW_IP = 1, 113, 276, 101

ICMP, TCP, UDP, ESP, ICMPV6 = 1, 6, 17, 50, 58


@dataclass(frozen=True)
class Packet:
    """One captured packet; `source` and `destination` are None where there is no IP in it."""

    seconds: float
    frame: bytes
    ethertype: int
    from_mac: bytes = b""
    source: Optional[Address] = None
    destination: Optional[Address] = None
    protocol: int = 0
    fragment_offset: int = 0
    is_fragment: bool = False
    payload: bytes = b""

    @property
    def ports(self) -> tuple[int, int]:
        """Source and destination port; (0, 0) where there are none, as in later fragments."""
        if self.protocol not in (TCP, UDP) or self.fragment_offset or len(self.payload) < 4:
            return 0, 0
        source, destination = struct.unpack_from("!HH", self.payload)
        return source, destination

    @property
    def udp_data(self) -> bytes:
        return self.payload[8:]

    @property
    def is_ike(self) -> bool:
        """On port 500, or on port 4500 behind four zero octets (RFC 3948 section 2.2)."""
        if self.protocol != UDP:
            return False
        if 500 in self.ports:
            return True
        return 4500 in self.ports and self.udp_data[:4] == bytes(4)

    @property
    def is_esp_in_udp(self) -> bool:
        return (
            self.protocol == UDP
            and 4500 in self.ports
            and len(self.udp_data) > 8
            and self.udp_data[:4] != bytes(4)
        )

    @property
    def is_keepalive(self) -> bool:
        return self.protocol == UDP and 4500 in self.ports and self.udp_data == b"\xff"

    @property
    def is_esp(self) -> bool:
        return self.protocol == ESP or self.is_esp_in_udp

    @property
    def ike_message(self) -> bytes:
        return self.udp_data if 500 in self.ports else self.udp_data[4:]

    @property
    def ike_exchange(self) -> int:
        message = self.ike_message
        return message[18] if len(message) >= 28 else 0

    @property
    def is_ike_fragment(self) -> bool:
        """Its first payload is an Encrypted Fragment (RFC 7383 section 2.5)."""
        return self.is_ike and self.ike_message[16:17] == b"\x35"

    @property
    def tcp_flags(self) -> int:
        return self.payload[13] if self.protocol == TCP and len(self.payload) >= 20 else 0

    @property
    def tcp_mss(self) -> Optional[int]:
        """The maximum segment size option of a SYN or SYN-ACK."""
        if self.protocol != TCP or len(self.payload) < 20:
            return None
        options = self.payload[20 : (self.payload[12] >> 4) * 4]
        at = 0
        while at < len(options) and options[at] != 0:
            if options[at] == 1:
                at += 1
                continue
            if at + 1 >= len(options) or options[at + 1] < 2:
                return None
            if options[at] == 2:
                return int.from_bytes(options[at + 2 : at + 4], "big")
            at += options[at + 1]
        return None

    def __str__(self) -> str:
        if self.source is None:
            return f"ethertype {self.ethertype:#06x}"
        if self.is_ike:
            what = f"IKE exchange {self.ike_exchange}"
        elif self.is_keepalive:
            what = "NAT keepalive"
        elif self.is_esp_in_udp:
            what = f"ESP in UDP, spi {self.udp_data[:4].hex()}"
        elif self.protocol == ESP:
            what = f"ESP, spi {self.payload[:4].hex()}"
        else:
            name = {ICMP: "ICMP", TCP: "TCP", UDP: "UDP", ICMPV6: "ICMPv6"}.get(self.protocol)
            what = (name or f"protocol {self.protocol}") + (
                " ports %d > %d" % self.ports if self.protocol in (TCP, UDP) else ""
            )
        return f"{self.source} > {self.destination} {what}, {len(self.frame)} octets"


def _parse(seconds: float, frame: bytes, link_type: int) -> Packet:
    if link_type == _ETHERNET and len(frame) >= 14:
        ethertype, from_mac, at = int.from_bytes(frame[12:14], "big"), frame[6:12], 14
    elif link_type == _LINUX_SLL and len(frame) >= 16:
        ethertype, from_mac, at = int.from_bytes(frame[14:16], "big"), b"", 16
    elif link_type == _LINUX_SLL2 and len(frame) >= 20:
        ethertype, from_mac, at = int.from_bytes(frame[0:2], "big"), b"", 20
    elif link_type == _RAW_IP and frame:
        ethertype = _ETHERTYPE_IPV6 if frame[0] >> 4 == 6 else _ETHERTYPE_IPV4
        from_mac, at = b"", 0
    else:
        return Packet(seconds, frame, 0)
    packet = frame[at:]
    if ethertype == _ETHERTYPE_IPV4 and len(packet) >= 20:
        header, total = (packet[0] & 15) * 4, int.from_bytes(packet[2:4], "big")
        fragment = int.from_bytes(packet[6:8], "big") & 0x3FFF  # "more follow", and the offset
        return Packet(
            seconds,
            frame,
            ethertype,
            from_mac,
            ip_address(packet[12:16]),
            ip_address(packet[16:20]),
            packet[9],
            (fragment & 0x1FFF) * 8,
            fragment != 0,
            packet[header:total],
        )
    if ethertype == _ETHERTYPE_IPV6 and len(packet) >= 40:
        return Packet(
            seconds,
            frame,
            ethertype,
            from_mac,
            ip_address(packet[8:24]),
            ip_address(packet[24:40]),
            packet[6],
            payload=packet[40:],
        )
    return Packet(seconds, frame, ethertype, from_mac)


def read_capture(file: Path) -> Iterator[Packet]:
    """The packets of a capture file, in order; a record that is still being written ends it."""
    with open(file, "rb") as stream:
        header = stream.read(24)
        if len(header) < 24:
            return
        order = "<" if header[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
        magic, *_, link_type = struct.unpack(order + "IHHiIII", header)
        fraction = 1e-9 if magic == 0xA1B23C4D else 1e-6
        while True:
            record = stream.read(16)
            if len(record) < 16:
                return
            seconds, part, captured, _ = struct.unpack(order + "IIII", record)
            frame = stream.read(captured)
            if len(frame) < captured:
                return
            yield _parse(seconds + part * fraction, frame, link_type & 0xFFFF)
