"""VPN sessions as the lab speaks of them; each gateway's driver puts them into its own words.

The names and values are those of the API under test (`resource_type`, profile enums, modes), so a
scenario reads like a request.
"""

import uuid
from dataclasses import dataclass, field, replace
from enum import Enum
from ipaddress import IPv4Network
from typing import Any, Optional

from edgelab.pki import Certificates

_NAMES = uuid.UUID("6c6f9f0a-3c0f-4f35-9d31-3f0a1f5a1f10")


class Mode(Enum):
    INITIATOR = "INITIATOR"
    RESPOND_ONLY = "RESPOND_ONLY"
    ON_DEMAND = "ON_DEMAND"


@dataclass(frozen=True)
class IkeProfile:
    encryption: tuple[str, ...] = ("AES_128",)
    digest: tuple[str, ...] = ("SHA2_256",)
    groups: tuple[str, ...] = ("GROUP14",)
    lifetime: int = 86400
    additional: tuple[str, ...] = ()
    """Post-quantum key exchanges (RFC 9370): only edge-ipsecd can be told so."""


@dataclass(frozen=True)
class TunnelProfile:
    encryption: tuple[str, ...] = ("AES_GCM_128",)
    digest: tuple[str, ...] = ()
    groups: tuple[str, ...] = ("GROUP14",)
    lifetime: int = 3600
    esn: bool = False
    """The peer insists on extended sequence numbers, which edge-ipsecd offers anyway."""
    additional: tuple[str, ...] = ()
    """Post-quantum key exchanges (RFC 9370): only edge-ipsecd can be told so."""


@dataclass(frozen=True)
class DpdProfile:
    interval: int = 60
    retries: int = 10
    mode: str = "PERIODIC"


@dataclass(frozen=True)
class Ppk:
    """A post-quantum pre-shared key (RFC 8784): edge-ipsecd and strongSwan can be told so."""

    id: str = "lab"
    key: str = field(default="a post-quantum key of the lab, 32 characters and more", repr=False)
    required: bool = True


@dataclass(frozen=True)
class Mss:
    direction: str
    size: Optional[int] = None


@dataclass(frozen=True)
class Rule:
    """Each source with each destination is a pair of subnets with a Child SA of its own."""

    sources: tuple[str, ...]
    destinations: tuple[str, ...]


@dataclass(frozen=True)
class Session:
    name: str
    local: str
    peer: str
    local_id: str
    peer_id: str
    psk: str = field(default="a shared secret of the lab", repr=False)
    certificates: Optional[Certificates] = None
    """With them the secret does not matter."""
    ppk: Optional[Ppk] = None
    mode: Mode = Mode.INITIATOR
    rules: tuple[Rule, ...] = ()
    tunnel_address: Optional[str] = None
    """With prefix length; a session with one is route-based, with none policy-based."""
    peer_tunnel_address: Optional[str] = None
    peer_is_anywhere: bool = False
    """The peer's address may change or is not known: only strongSwan can be told so."""
    childless: bool = False
    """The IKE SA comes first, without a Child SA (RFC 6023): only strongSwan can be told so."""
    enabled: bool = True
    ike: Optional[IkeProfile] = None
    tunnel: Optional[TunnelProfile] = None
    dpd: Optional[DpdProfile] = None
    mss: Optional[Mss] = None

    @property
    def id(self) -> str:
        return str(uuid.uuid5(_NAMES, self.name))

    @property
    def route_based(self) -> bool:
        return self.tunnel_address is not None

    @property
    def pairs(self) -> list[tuple[IPv4Network, IPv4Network]]:
        """Local and remote subnet of each Child SA."""
        if self.route_based:
            everything = IPv4Network("0.0.0.0/0")
            return [(everything, everything)]
        return [
            (IPv4Network(source), IPv4Network(destination))
            for rule in self.rules
            for source in rule.sources
            for destination in rule.destinations
        ]

    def but(self, **changes: Any) -> "Session":
        """The same session with something else about it."""
        return replace(self, **changes)

    def seen_from_peer(self) -> "Session":
        """What the other gateway has to be told for this session to come up."""
        return replace(
            self,
            local=self.peer,
            peer=self.local,
            local_id=self.peer_id,
            peer_id=self.local_id,
            certificates=self.certificates and self.certificates.seen_from_peer(),
            rules=tuple(Rule(rule.destinations, rule.sources) for rule in self.rules),
            tunnel_address=self.peer_tunnel_address,
            peer_tunnel_address=self.tunnel_address,
            mode=Mode.RESPOND_ONLY if self.mode is not Mode.RESPOND_ONLY else Mode.INITIATOR,
            mss=None,
        )
