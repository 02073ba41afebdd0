"""The guided tour: two sites, a session of each kind, and packets that are ESP on the outside.

`packaging/quickstart` runs this in the lab. Whatever it asks of edge-ipsecd it asks with curl and
shows, so that the commands can be taken away and used elsewhere.
"""

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from edgelab import kernel
from edgelab.capture import Capture
from edgelab.clock import DeadlinePassed, wait_until
from edgelab.edged import EdgeIpsecd
from edgelab.netns import Namespace, delete_leftovers
from edgelab.network import Site
from edgelab.packet import Packet
from edgelab.process import CommandFailed, Process
from edgelab.report import expect
from edgelab.session import Rule, Session
from edgelab.sites import PLAIN, Sites
from edgelab.traffic import ping, tcp_transfer

PICTURE = """\
      site A                                                site B
host 10.1.n.10 -- edge-ipsecd ====== the wire ====== strongSwan -- host 10.2.n.10
                  192.0.2.1                          192.0.2.2
                  192.0.2.11
n is 1 for what a policy protects, 2 for what is routed into an interface"""

OCTETS = 200_000


def say(text: str) -> None:
    print(f"\n== {text}", flush=True)


def note(text: str) -> None:
    for line in text.splitlines():
        print(f"   {line}", flush=True)


def policy_based(a: Site, b: Site) -> Session:
    """Protects what goes from one pair of subnets to the other, on the gateway's own address."""
    return Session(
        "branch-to-hq",
        local=a.address,
        peer=b.address,
        local_id=a.address,
        peer_id=b.address,
        psk="correct horse battery staple",
        rules=(Rule((a.subnet(1),), (b.subnet(1),)),),
    )


def route_based(a: Site, b: Site) -> Session:
    """Protects what is routed into an interface.

    It has a local address of its own, because a VTI takes all ESP between its two addresses.
    """
    return Session(
        "branch-to-hq-by-route",
        local=a.second_address,
        peer=b.address,
        local_id=a.second_address,
        peer_id=b.address,
        psk="another battery, another staple",
        tunnel_address="172.31.0.1/30",
        peer_tunnel_address="172.31.0.2/30",
    )


class Tour:
    def __init__(self, sites: Sites, results: Path) -> None:
        assert isinstance(sites.a, EdgeIpsecd)
        self._sites = sites
        self._results = results
        self._edge = sites.a
        self._a, self._b = sites.network.site_a, sites.network.site_b
        self._policy = policy_based(self._a, self._b)
        self._route = route_based(self._a, self._b)

    def go(self) -> None:
        self._put_sessions()
        self._wait_until_up()
        wire = Capture(self._sites.network.wire, "to-a", self._results / "wire.pcap")
        self._send_traffic()
        packets = wire.stop()
        self._show_sas()
        self._show_packets(packets)

    def _curl(self, path: str, *arguments: str) -> str:
        """Runs curl and shows it as one would type it."""
        command = ["curl", "--unix-socket", str(self._edge.socket), *arguments]
        command.append(f"http://localhost{path}")
        print(f"   $ {shlex.join(command)}", flush=True)
        done = subprocess.run(
            command[:1] + ["--silent", "--show-error", "--fail-with-body"] + command[1:],
            capture_output=True,
            text=True,
            cwd=self._results,
        )
        if done.returncode != 0:
            raise CommandFailed(f"{done.stderr.strip()} {done.stdout}")
        return done.stdout

    def _put_sessions(self) -> None:
        say("Giving strongSwan at site B its half of two sessions")
        for session in (self._policy, self._route):
            peer = session.seen_from_peer()
            self._sites.b.put(peer)
            note(f"{peer.name}: answers {peer.peer}")
        self._put(
            "Asking edge-ipsecd for a policy-based session: "
            f"{self._a.subnet(1)} to {self._b.subnet(1)} is to be protected",
            self._policy,
        )
        self._put(
            "And for a route-based one: what is routed into its interface is to be protected",
            self._route,
        )
        interface = self._edge.interface(self._route)
        remote = self._b.inner
        note("It made an interface; a route in site A's gateway says what goes into it:")
        note(f"$ ip route add {remote} dev {interface}")
        self._a.gateway.ip(f"route add {remote} dev {interface}")
        peer = self._route.seen_from_peer()
        self._b.gateway.ip(f"route add {self._a.inner} dev {self._sites.b.interface(peer)}")

    def _put(self, what: str, session: Session) -> None:
        say(what)
        file = self._results / f"{session.name}.json"
        file.write_text(json.dumps(self._edge.body(session), indent=2) + "\n")
        note(f"$ cat {file.name}")
        note(file.read_text())
        answer = self._curl(
            self._edge.path(session),
            *("-X", "PUT", "-H", "Content-Type: application/json", "-d", f"@{file.name}"),
        )
        note(
            f"stored, with _revision {json.loads(answer)['_revision']}; the id in the path is ours "
            "to choose"
        )

    def _wait_until_up(self) -> None:
        say("Waiting until both tunnels are up")
        for session in (self._policy, self._route):
            wait_until(
                lambda: self._edge.is_up(session),
                f"{session.name} to be UP",
                30,
                lambda: self._edge.why_down(session),
                interval=0.2,
            )
            note(f"{session.name} is UP")
        answer = self._curl(self._edge.path(self._policy) + "/status")
        note(json.dumps(json.loads(answer), indent=2))

    def _send_traffic(self) -> None:
        say("Sending pings and a TCP connection through each")
        for session, n in ((self._policy, 1), (self._route, 2)):
            source, target = self._a.host_address(n), self._b.host_address(n)
            pings = ping(self._a.host, source, target)
            note(f"{session.name}: {source} > {target}: {pings}")
            expect(pings.lost == 0, f"every ping to {target} to be answered", pings)
            tcp_transfer(self._a.host, source, self._b.host, target, OCTETS)
            note(f"{session.name}: {source} > {target}: {OCTETS} octets over TCP arrived")

    def _show_sas(self) -> None:
        say("What `ip -s xfrm state` shows in site A's gateway, in short")
        for state in kernel.states(self._a.gateway):
            note(
                f"{state.source:>10} > {state.destination:<10}  spi {state.spi:08x}  "
                f"{state.algorithm}  {state.packets:>4} packets"
            )
            expect(state.packets > 0, "every SA to have carried packets", state)

    def _show_packets(self, packets: list[Packet]) -> None:
        say(f"What an eavesdropper on the wire saw ({self._results / 'wire.pcap'})")
        esp = [packet for packet in packets if packet.is_esp]
        inner = (self._a.inner, self._b.inner)
        clear = [packet for packet in packets if any(packet.source in net for net in inner)]
        for count, which in (
            (2, f"esp and host {self._policy.local}"),
            (4, f"esp and host {self._route.local}"),
        ):
            command = ["tcpdump", "-n", "-t", "-c", str(count), "-r", "wire.pcap", which]
            note(f"$ {shlex.join(command)}")
            shown = subprocess.run(command, capture_output=True, text=True, cwd=self._results)
            note(shown.stdout)
        note(f"{len(esp)} packets of ESP, {len(clear)} packets of the hosts in clear")
        expect(esp and not clear, "ESP and nothing else of the hosts on the wire")


def shell(sites: Sites) -> None:
    """Hands the two sites over to whoever wants to look around."""
    names: dict[str, Namespace] = {
        "site A's gateway": sites.network.site_a.gateway,
        "site A's host": sites.network.site_a.host,
        "site B's gateway": sites.network.site_b.gateway,
    }
    say("A shell, with both sites still there; they go when you leave it (exit)")
    for what, namespace in names.items():
        note(f"{what + ':':<18} ip netns exec {namespace.name} COMMAND")
    note(f"for example:       ip netns exec {sites.network.site_a.gateway.name} ip -s xfrm state")
    subprocess.run(["bash"], cwd="/")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--image", type=Path, required=True)
    parser.add_argument("--results", type=Path, required=True)
    parser.add_argument("--shell", action="store_true")
    arguments = parser.parse_args()
    results = arguments.results / "quickstart"
    shutil.rmtree(results, ignore_errors=True)
    results.mkdir(parents=True)
    delete_leftovers()
    sites = None
    try:
        say("Building two sites in network namespaces, with a gateway each")
        note(PICTURE)
        note("starting the gateways")
        sites = Sites("quickstart", PLAIN, arguments.image, results / "sites")
        note("edge-ipsecd and strongSwan are running")
        Tour(sites, results).go()
        if arguments.shell:
            shell(sites)
        return 0
    except (AssertionError, CommandFailed, DeadlinePassed) as e:
        say(f"This did not work: {e}")
        note(f"The logs of both gateways are in {results}")
        return 1
    except KeyboardInterrupt:
        say("Interrupted")
        return 130
    finally:
        if sites is not None:
            sites.delete()
        Process.kill_all()
        delete_leftovers()


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(main())
