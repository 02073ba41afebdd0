"""Sites: a network with a running daemon in each gateway, shared by scenarios that need the same."""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, Union

from edgelab import kernel
from edgelab.clock import wait_until
from edgelab.edged import EdgeIpsecd
from edgelab.libreswan import Libreswan
from edgelab.netns import Namespace
from edgelab.network import Nat, Network, Site
from edgelab.openiked import OpenIked
from edgelab.process import CommandFailed
from edgelab.session import Session
from edgelab.strongswan import StrongSwan

WORK = Path("/run/edge-ipsec-lab")


class Gateway(Protocol):
    """What a scenario may ask of a gateway, whoever wrote its software."""

    site: Site

    def start(self) -> None:
        ...

    def stop(self) -> None:
        ...

    def kill(self) -> None:
        ...

    def put(self, session: Session) -> object:
        ...

    def delete(self, session: Session) -> None:
        ...

    def delete_all(self) -> None:
        ...

    def is_up(self, session: Session) -> bool:
        ...

    def wait_up(self, session: Session, seconds: float = 20) -> None:
        ...

    def why_down(self, session: Session) -> str:
        ...

    def interface(self, session: Session) -> str:
        ...


Peer = Union[StrongSwan, Libreswan, OpenIked]

EDGE, STRONGSWAN, LIBRESWAN, OPENIKED = "edge-ipsecd", "strongswan", "libreswan", "openiked"


@dataclass(frozen=True, order=True)
class Setting:
    """The sites a scenario needs. Scenarios with equal settings share sites and daemons."""

    site_a: str = EDGE
    site_b: str = STRONGSWAN
    nat: str = Nat.NONE.value
    tunnel_interface: str = "auto"

    def is_near(self, other: "Setting") -> bool:
        """Whether they differ in whose software of other people's site B runs, and no more."""
        return replace(self, site_b=other.site_b) == other and EDGE not in (
            self.site_b,
            other.site_b,
        )

    def __str__(self) -> str:
        parts = [f"{self.site_a} to {self.site_b}"]
        if self.nat != Nat.NONE.value:
            parts.append(f"NAT {self.nat}")
        if self.tunnel_interface != "auto":
            parts.append(f"tunnel_interface {self.tunnel_interface}")
        return ", ".join(parts)


PLAIN = Setting()
NAT_BEFORE_US = Setting(nat=Nat.SITE_A.value)
NAT_BEFORE_PEER = Setting(nat=Nat.SITE_B.value)
XFRM_INTERFACES = Setting(tunnel_interface="xfrm")
TWO_OF_OURS = Setting(site_b=EDGE)
TWO_STRONGSWANS = Setting(site_a=STRONGSWAN)


class Sites:
    """A network with a running daemon in each gateway, for as many scenarios as can share it."""

    def __init__(self, name: str, setting: Setting, image: Path, results: Path) -> None:
        self.setting = setting
        self.results = results
        self.worn = False
        """Whether a scenario changed something that the next one must not find."""
        self.work = WORK / name
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)
        results.mkdir(parents=True)
        self.network = Network(name, Nat(setting.nat))
        self._image = image
        self.b = self._gateway(self.network.site_b, setting.site_b, fail_closed=False)
        self.a = self._gateway(self.network.site_a, setting.site_a, fail_closed=True)
        if setting.site_b != EDGE:
            self.network.guard(self.network.site_b)
        try:
            self.b.start()
            self.a.start()
        except BaseException:
            self.delete()
            raise

    def can_become(self, setting: Setting) -> bool:
        """Whether another peer at site B is all that is missing."""
        return not self.worn and self.setting.is_near(setting)

    def become(self, setting: Setting) -> None:
        """Site A's daemon stays: to start another and warm it up takes longer than most scenarios."""
        self.b.kill()
        for left in [*self.work.glob("b.*"), *self.results.glob("site-b.*")]:
            if left.is_dir():
                shutil.rmtree(left)
            else:
                left.unlink()
        self.setting = setting
        self.b = self._gateway(self.network.site_b, setting.site_b, fail_closed=False)
        self.b.start()

    def _gateway(self, site: Site, kind: str, fail_closed: bool) -> Gateway:
        if kind == STRONGSWAN:
            return StrongSwan(site, self.work, self.results, fail_closed)
        if kind == LIBRESWAN:
            return Libreswan(site, self.work, self.results)
        if kind == OPENIKED:
            return OpenIked(site, self.work, self.results)
        return EdgeIpsecd(
            self._image,
            site,
            self.work,
            self.results,
            tunnel_interface=self.setting.tunnel_interface,
            # The API wants lifetimes that nobody here would wait for.
            lab={"min_sa_life_time": 20},
        )

    def clean(self) -> None:
        """Takes away what a scenario left, and insists that the kernel forgets it all."""
        self.a.delete_all()
        self.b.delete_all()
        for gateway in (self.a, self.b):
            wait_clean(gateway.site.gateway)

    def delete(self) -> None:
        for gateway in (self.a, self.b):
            try:
                gateway.kill()
            except CommandFailed:
                pass
        self.network.delete()
        shutil.rmtree(self.work, ignore_errors=True)


def leftovers(namespace: Namespace) -> list[str]:
    """What a gateway without sessions must not have in its kernel."""
    return (
        [f"state to {state.destination} spi {state.spi:#x}" for state in kernel.states(namespace)]
        + [
            f"policy {policy.direction} {policy.source} > {policy.destination}"
            for policy in kernel.policies(namespace)
        ]
        + [f"interface {link['ifname']}" for link in kernel.tunnels(namespace)]
        + kernel.nft_tables(namespace)
    )


def wait_clean(namespace: Namespace, seconds: float = 10) -> None:
    wait_until(
        lambda: not leftovers(namespace),
        f"nothing of a deleted session to be left in the kernel of {namespace.name}",
        seconds,
        lambda: ", ".join(leftovers(namespace)),
        interval=0.1,
    )
