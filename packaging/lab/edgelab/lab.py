"""What a scenario is given, and how scenarios are found, run and cleaned up after."""

import importlib
import pkgutil
import shutil
import time
import traceback
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Callable, Optional, Protocol, Sequence

from edgelab import kernel
from edgelab.clock import DeadlinePassed, wait_until
from edgelab.edged import EdgeIpsecd, image_of
from edgelab.netns import Namespace
from edgelab.network import Nat, Network, Site
from edgelab.process import CommandFailed
from edgelab.report import Outcome, Report, ScenarioFailed
from edgelab.session import Mode, Rule, Session
from edgelab.strongswan import StrongSwan
from edgelab.wire import Watch

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


EDGE, STRONGSWAN = "edge-ipsecd", "strongswan"


@dataclass(frozen=True, order=True)
class Setting:
    """The sites a scenario needs. Scenarios with equal settings share sites and daemons."""

    site_a: str = EDGE
    site_b: str = STRONGSWAN
    nat: str = Nat.NONE.value
    tunnel_interface: str = "auto"

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


@dataclass(frozen=True)
class Scenario:
    name: str
    setting: Setting
    function: "Callable[..., Optional[str]]"
    variant: Optional[str] = None
    portable: bool = False
    """Whether it makes sense with strongSwan at site A, to test the lab itself."""

    def run(self, lab: "Lab") -> str:
        if self.variant is None:
            return self.function(lab) or ""
        return self.function(lab, self.variant) or ""


_registry: "list[Scenario]" = []


def scenario(
    setting: Setting = PLAIN, variants: "Sequence[str]" = (), portable: bool = False
) -> "Callable[[Callable[..., Optional[str]]], Callable[..., Optional[str]]]":
    """Registers a function as a scenario; with variants, once for each, as `name[variant]`."""

    def register(function: "Callable[..., Optional[str]]") -> "Callable[..., Optional[str]]":
        name = function.__name__.replace("_", "-")
        for variant in variants or (None,):
            full = f"{name}[{variant}]" if variant else name
            _registry.append(Scenario(full, setting, function, variant, portable))
        return function

    return register


def all_scenarios() -> "list[Scenario]":
    """Every scenario of every file in scenarios/, those with the same sites together."""
    package = importlib.import_module("scenarios")
    for module in sorted(found.name for found in pkgutil.iter_modules(package.__path__)):
        importlib.import_module(f"scenarios.{module}")
    return sorted(_registry, key=lambda each: each.setting)


class Sites:
    """A network with a running daemon in each gateway, for as many scenarios as can share it."""

    def __init__(self, name: str, setting: Setting, repository: Path, results: Path) -> None:
        self.setting = setting
        self.results = results
        self.work = WORK / name
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)
        results.mkdir(parents=True)
        self.network = Network(name, Nat(setting.nat))
        self._repository = repository
        self.b = self._gateway(self.network.site_b, setting.site_b, fail_closed=False)
        self.a = self._gateway(self.network.site_a, setting.site_a, fail_closed=True)
        if setting.site_b == STRONGSWAN:
            self.network.guard(self.network.site_b)
        self.b.start()
        self.a.start()

    def _gateway(self, site: Site, kind: str, fail_closed: bool) -> Gateway:
        if kind == STRONGSWAN:
            return StrongSwan(site, self.work, self.results, fail_closed)
        return EdgeIpsecd(
            image_of(self._repository),
            site,
            self.work,
            self.results,
            tunnel_interface=self.setting.tunnel_interface,
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


def leftovers(namespace: Namespace) -> "list[str]":
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


@dataclass
class Lab:
    """The sites as one scenario sees them."""

    sites: Sites
    results: Path
    facts: "list[str]" = field(default_factory=list)

    def __post_init__(self) -> None:
        self.network = self.sites.network
        self.a, self.b = self.sites.a, self.sites.b
        self.site_a, self.site_b = self.network.site_a, self.network.site_b
        self.host_a, self.host_b = self.site_a.host, self.site_b.host
        self.watch = Watch(self.network, self.results, [self.site_a])

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

    # Sessions, as site A has them. Subnet n of one site talks to subnet n of the other.

    def policy_session(
        self, name: str, mode: Mode = Mode.INITIATOR, rules: "Sequence[Rule]" = ()
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
            rules=tuple(rules) or (Rule((a.subnet(1),), (b.subnet(1),)),),
        )

    def route_session(self, name: str, mode: Mode = Mode.INITIATOR) -> Session:
        a, b = self.site_a, self.site_b
        return Session(
            name,
            local=a.address,
            peer=b.seen_as,
            local_id="gateway-a.example",
            peer_id="gateway-b.example",
            mode=mode,
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

    def route(self, session: Session, peer: Session) -> None:
        """What an administrator does for a route-based session: a route into the tunnel, each side."""
        self.route_at(self.a, session)
        self.route_at(self.b, peer)

    def route_at(self, gateway: Gateway, session: Session) -> None:
        other = self.network.other(gateway.site)
        interface = gateway.interface(session)
        gateway.site.gateway.ip(f"route replace {other.inner} dev {interface}")

    def protect(self, session: Session) -> None:
        """Waits until site A's policies stand; from then on its packets must not be seen in clear."""

        def missing() -> "list[str]":
            standing = {
                (policy.direction, policy.source, policy.destination)
                for policy in kernel.policies(self.site_a.gateway)
            }
            wanted = [
                each
                for local, remote in session.pairs
                for each in (("out", local, remote), ("in", remote, local), ("fwd", remote, local))
            ]
            return [" ".join(map(str, each)) for each in wanted if each not in standing]

        wait_until(
            lambda: not missing(),
            f"the policies of {session.name} to stand at site a",
            10,
            lambda: f"no policy {', '.join(missing())}",
        )
        self.watch.protect(session, self.site_a, self.site_b)

    def states(self) -> "list[kernel.State]":
        return kernel.states(self.site_a.gateway)

    def policies(self) -> "list[kernel.Policy]":
        return kernel.policies(self.site_a.gateway)


class Runner:
    """Runs scenarios one after the other and keeps sites for as long as they are wanted and sound."""

    def __init__(self, repository: Path, results: Path, report: Report) -> None:
        self._repository = repository
        self._results = results
        self._report = report
        self._sites: Optional[Sites] = None
        self._made = 0

    def run(self, scenarios: "Sequence[Scenario]") -> None:
        try:
            for each in scenarios:
                self._run(each)
        finally:
            self._discard()

    def _run(self, each: Scenario) -> None:
        began = time.monotonic()
        folder = self._results / each.name.replace("[", "-").replace("]", "")
        folder.mkdir()
        failure: Optional[str] = None
        facts = ""
        try:
            lab = Lab(self._sites_for(each.setting), folder)
            facts = each.run(lab)
            lab.watch.release()
            lab.sites.clean()
            lab.watch.finish()
        except Exception as e:
            failure = _explain(e)
            (folder / "failure.txt").write_text(traceback.format_exc())
            self._keep_evidence(folder)
            self._discard()
        self._report.add(Outcome(each.name, time.monotonic() - began, facts, failure), folder)

    def _sites_for(self, setting: Setting) -> Sites:
        if self._sites is not None and self._sites.setting != setting:
            self._discard()
        if self._sites is None:
            self._made += 1
            name = str(self._made)
            began = time.monotonic()
            self._sites = Sites(name, setting, self._repository, self._results / f"sites-{name}")
            self._report.say(f"-- {setting} (started in {time.monotonic() - began:.1f} s)")
        return self._sites

    def _keep_evidence(self, folder: Path) -> None:
        if self._sites is None:
            return
        for gateway in (self._sites.a, self._sites.b):
            file = folder / f"site-{gateway.site.letter}.kernel.txt"
            file.write_text(kernel.summary(gateway.site.gateway))
        for log in self._sites.results.iterdir():
            if log.suffix in (".log", ".out", ".yaml", ".json"):
                shutil.copy(log, folder)

    def _discard(self) -> None:
        if self._sites is not None:
            self._sites.delete()
            self._sites = None


def _explain(e: Exception) -> str:
    """An expectation explains itself; anything else is a fault of the lab and shows where."""
    if isinstance(e, (ScenarioFailed, AssertionError, DeadlinePassed, CommandFailed)):
        return str(e) or traceback.format_exc()
    return traceback.format_exc().strip()


def with_site_a(scenarios: "Sequence[Scenario]", kind: str) -> "list[Scenario]":
    """The portable scenarios with another gateway at site A."""
    return sorted(
        (
            replace(each, setting=replace(each.setting, site_a=kind))
            for each in scenarios
            if each.portable or each.setting.site_a == kind
        ),
        key=lambda each: each.setting,
    )
