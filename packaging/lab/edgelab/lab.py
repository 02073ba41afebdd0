"""What a scenario works with: the two sites, the wire between them, and what users do there."""

import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional, Sequence

from edgelab import kernel
from edgelab.clock import wait_until
from edgelab.edged import EdgeIpsecd
from edgelab.libreswan import Libreswan
from edgelab.network import Nat
from edgelab.openiked import OpenIked
from edgelab.report import expect
from edgelab.session import Mode, Rule, Session
from edgelab.sites import Gateway, Peer, Sites
from edgelab.strongswan import StrongSwan
from edgelab.traffic import PingStream, ping
from edgelab.wire import Watch


@dataclass
class Lab:
    """The sites as one scenario sees them."""

    sites: Sites
    results: Path

    def __post_init__(self) -> None:
        self.network = self.sites.network
        self.a, self.b = self.sites.a, self.sites.b
        self.site_a, self.site_b = self.network.site_a, self.network.site_b
        self.host_a, self.host_b = self.site_a.host, self.site_b.host
        self.watch = Watch(self.network, self.results, [self.site_a])
        self.verdicts: dict[tuple[str, str], str] = {}
        """For the table of peers: what came of a subject with a peer."""

    @property
    def edge(self) -> EdgeIpsecd:
        """Site A's daemon, where a scenario is about edge-ipsecd alone."""
        assert isinstance(self.a, EdgeIpsecd)
        return self.a

    @property
    def strongswan(self) -> StrongSwan:
        """Site B's daemon, where a scenario needs what only strongSwan offers."""
        assert isinstance(self.b, StrongSwan)
        return self.b

    @property
    def peer(self) -> Peer:
        """Site B's daemon, where a scenario is about somebody else's, whoever that is."""
        assert isinstance(self.b, (StrongSwan, Libreswan, OpenIked))
        return self.b

    # Sessions, as site A has them. Subnet n of one site talks to subnet n of the other.

    def policy_session(
        self, name: str, mode: Mode = Mode.INITIATOR, rules: Sequence[Rule] = ()
    ) -> Session:
        """A policy-based session; without rules of its own, one pair of subnets."""
        a, b = self.site_a, self.site_b
        return Session(
            name,
            local=a.address,
            peer=b.seen_as,
            local_id="gateway-a.example",
            peer_id="gateway-b.example",
            mode=mode,
            rules=tuple(rules) or self.rules(1),
        )

    def route_session(self, name: str, mode: Mode = Mode.INITIATOR) -> Session:
        return self.policy_session(name, mode).but(
            rules=(),
            tunnel_address="172.31.0.1/30",
            peer_tunnel_address="172.31.0.2/30",
        )

    def for_peer(self, session: Session, mode: Optional[Mode] = None) -> Session:
        """The session as site B has to have it; by default B starts exactly if A does not."""
        peer = session.seen_from_peer()
        if self.network.nat is not Nat.NONE:
            peer = peer.but(local=self.site_b.address, peer=self.site_a.seen_as)
        if mode is not None:
            peer = peer.but(mode=mode)
        return peer.but(peer_is_anywhere=self.network.nat is Nat.SITE_A)

    def rules(self, *numbers: int) -> tuple[Rule, ...]:
        """One rule for each n: site A's subnet n to site B's subnet n."""
        return tuple(Rule((self.site_a.subnet(n),), (self.site_b.subnet(n),)) for n in numbers)

    def route_at(self, gateway: Gateway, session: Session) -> None:
        """What an administrator does for a route-based session: a route into the tunnel."""
        other = self.network.other(gateway.site)
        interface = gateway.interface(session)
        gateway.site.gateway.ip(f"route replace {other.inner} dev {interface}")

    def protect(self, session: Session) -> None:
        """Waits until site A's policies stand; from then on its packets must not be seen in clear."""
        self.wait_policies(self.a, session)
        self.watch.protect(session, self.site_a, self.site_b)

    def wait_policies(self, gateway: Gateway, session: Session) -> None:
        """What holds traffic back has to stand before any tunnel does."""

        def missing() -> list[str]:
            standing = {
                (policy.direction, policy.source, policy.destination)
                for policy in kernel.policies(gateway.site.gateway)
            }
            wanted = []
            for local, remote in session.pairs:
                wanted += [("out", local, remote), ("in", remote, local)]
                # What a tunnel interface hands on has passed its "in" policy already.
                if not session.route_based:
                    wanted.append(("fwd", remote, local))
            return [" ".join(map(str, each)) for each in wanted if each not in standing]

        wait_until(
            lambda: not missing(),
            f"the policies of {session.name} to stand at site {gateway.site.letter}",
            10,
            lambda: f"no policy {', '.join(missing())}",
            interval=0.1,
        )

    def open(self, session: Session, peer: Optional[Session] = None) -> Session:
        """Gives both sites the session, whoever starts last, and guards it; gives the peer's.

        When this returns site A's policies (and, if route-based, the routes into the tunnel) stand;
        the tunnel itself may yet have to come up.
        """
        peer = peer or self.for_peer(session)
        peer_starts = peer.mode is Mode.INITIATOR
        if not peer_starts:
            self.b.put(peer)
        self.a.put(session)
        if session.route_based:
            self.route_at(self.a, session)
        self.protect(session)
        if peer_starts:
            self.b.put(peer)
        if peer.route_based:
            self.route_at(self.b, peer)
        return peer

    def establish(self, session: Session, peer: Optional[Session] = None) -> Session:
        """Opens the session and waits until both sites call it up."""
        peer = self.open(session, peer)
        self.wait_up(session, peer)
        return peer

    def wait_up(self, session: Session, peer: Session, seconds: float = 20) -> None:
        self.a.wait_up(session, seconds)
        self.b.wait_up(peer, seconds)

    def expect_pings(self, n: int = 1, m: int = 1) -> None:
        """A host of site A's subnet n and one of site B's subnet m reach each other."""
        for host, source, destination in (
            (self.host_a, self.site_a.host_address(n), self.site_b.host_address(m)),
            (self.host_b, self.site_b.host_address(m), self.site_a.host_address(n)),
        ):
            pings = ping(host, source, destination, count=2)
            expect(pings.lost == 0, f"every ping from {source} to {destination} answered", pings)

    def keep_pinging(self, n: int = 1, site: str = "a", interval: float = 0.2) -> PingStream:
        """Somebody in a site's subnet n who tries to reach the other site's all the time."""
        here, there = self.site_a, self.site_b
        if site == "b":
            here, there = there, here
        file = self.results / f"pings-{site}-{n}.txt"
        return PingStream(here.host, here.host_address(n), there.host_address(n), file, interval)

    def close(self, session: Session, peer: Session) -> None:
        """Takes the session away from both sites."""
        self.watch.release(session)
        self.a.delete(session)
        self.b.delete(peer)

    def hostile_socket(self) -> socket.socket:
        """A UDP socket of the stranger on the wire."""
        with self.network.hostile.entered():
            return socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def reconfigure(self, **changes: Any) -> None:
        """Restarts site A's daemon with other settings; these sites serve no further scenario."""
        self.sites.worn = True
        self.edge.stop()
        self.edge.configuration.update(changes)
        self.edge.start()

    def spis(self) -> set[int]:
        return kernel.spis(self.site_a.gateway)

    def states(self) -> list[kernel.State]:
        return kernel.states(self.site_a.gateway)

    def policies(self) -> list[kernel.Policy]:
        return kernel.policies(self.site_a.gateway)
