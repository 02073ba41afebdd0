"""Many sessions on a real kernel: how the cost of one grows with the number of the others.

`packaging/lab/scale` runs this in the lab. In the emulated machine only ratios mean something: every
figure in absolute time is some ten times too large, and more so when its host is busy.
"""

import argparse
import os
import re
import shutil
import sys
import time
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path
from typing import Sequence

from edgelab.clock import DeadlinePassed, wait_until
from edgelab.edged import EdgeIpsecd
from edgelab.netns import delete_leftovers
from edgelab.network import Nat, Network
from edgelab.process import CommandFailed, Process
from edgelab.session import Mode, Rule, Session
from edgelab.sites import WORK

FEW = 100
"""The number of sessions with which the larger number is compared."""

POLICIES_EACH = 3
PROBES = 100
"""How often one session is changed to learn what that costs."""
KERNEL_PROBES = 300
"""How often a policy is added and deleted without the daemon."""

_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Used:
    """Processor time of the daemon, in seconds or, for one of many things, in milliseconds."""

    user: float
    """Outside the kernel."""
    system: float
    """In the kernel, for whatever it asks there."""
    programmer: float
    """Of the thread that programs policies and SAs, in the kernel and outside."""
    programming: float
    """Of that thread, in the kernel."""

    def each(self, earlier: "Used", count: int) -> "Used":
        scale = 1000 / count
        return Used(
            (self.user - earlier.user) * scale,
            (self.system - earlier.system) * scale,
            (self.programmer - earlier.programmer) * scale,
            (self.programming - earlier.programming) * scale,
        )

    @property
    def share(self) -> float:
        return self.programming / (self.user + self.system)


@dataclass(frozen=True)
class Cost:
    """What one change of one session takes, in milliseconds."""

    put: float
    """Until the PUT was answered: it is stored."""
    stands: float
    """Until its policies were seen in the kernel, at the earliest."""
    used: "Used"
    """The daemon's processor time."""
    kernel: float
    """To add a policy and delete it again, by a tool instead of the daemon, three times."""


def say(text: str) -> None:
    print(text, flush=True)


def session(peer: str, n: int) -> Session:
    """The nth: an address of its own at site A, one pair of subnets, which nothing else uses."""
    local = address(n)
    return Session(
        f"scale-{n}",
        local=local,
        peer=peer,
        local_id=local,
        peer_id=peer,
        mode=Mode.RESPOND_ONLY,
        rules=(Rule((subnet(20, n),), (subnet(30, n),)),),
    )


def address(n: int) -> str:
    return str(IPv4Address("198.18.0.1") + n)


def subnet(first: int, n: int) -> str:
    return f"{first + n // 250}.77.{n % 250}.0/24"


class Scale:
    def __init__(self, image: Path, results: Path, sessions: int, tunnels: int) -> None:
        self._image = image
        self._results = results
        self._sessions = sessions
        self._tunnels = tunnels
        self._network = Network("scale", Nat.NONE)
        self._a, self._b = self._network.site_a, self._network.site_b
        self._work = WORK / "scale"
        shutil.rmtree(self._work, ignore_errors=True)
        self._work.mkdir(parents=True)
        last = max(sessions, tunnels)
        self._a.gateway.ip(*(f"addr add {address(n)}/32 dev outer" for n in range(last + 1)))
        self._b.gateway.ip(f"route add 198.18.0.0/16 via {self._a.address}")
        self._edge = EdgeIpsecd(image, self._a, self._work, results)
        # Beside the others: it is changed again and again, and never has a tunnel.
        self._victim = session(self._b.address, last)

    def run(self, minutes: float) -> None:
        began = time.monotonic()
        self._edge.start()
        say(f"start without sessions: {time.monotonic() - began:.1f} s")
        self._edge.put(self._victim)
        wait_until(lambda: self._stands(self._victim), "the first policies", 10)
        self._baseline = self._policies()
        say("a first time, for a JVM that has compiled what matters:")
        self._grow(0, self._sessions)
        self._shrink(FEW)
        few = self._probe(f"{FEW} sessions")
        marks = self._grow(FEW, self._sessions)
        many = self._probe(f"{self._sessions} sessions")
        self._restart()
        hundreds = self._establish(minutes)
        loaded = self._probe(f"{self._sessions} sessions and the tunnels")
        self._table(few, many, loaded)
        first, last = marks[0], marks[-1]
        say(
            f"a new session, stored and programmed: {first[1]:.1f} ms each up to {first[0]}, "
            f"{last[1]:.1f} ms up to {last[0]}, ratio {last[1] / first[1]:.2f}"
        )
        self._tunnel_table(hundreds)

    def delete(self) -> None:
        self._network.delete()
        shutil.rmtree(self._work, ignore_errors=True)

    # Sessions.

    def _policies(self) -> int:
        said = self._a.gateway.run("ip", "xfrm", "policy", "count")
        counted = re.search(r"IN\s+(\d+)\s+OUT\s+(\d+)\s+FWD\s+(\d+)", said)
        assert counted is not None, said
        return sum(map(int, counted.groups()))

    def _wait_standing(self, sessions: int, seconds: float = 60) -> None:
        wanted = self._baseline + POLICIES_EACH * sessions
        wait_until(
            lambda: self._policies() == wanted,
            f"the policies of {sessions} sessions",
            seconds,
            lambda: f"{self._policies()} policies instead of {wanted}",
            interval=0.02,
        )

    def _grow(self, first: int, end: int) -> list[tuple[int, float]]:
        """Adds sessions by a hundred; for each hundred, the milliseconds a session took."""
        marks = []
        for start in range(first, end, 100):
            began = time.monotonic()
            stop = min(start + 100, end)
            for n in range(start, stop):
                self._edge.put(session(self._b.address, n))
            self._wait_standing(stop)
            each = (time.monotonic() - began) * 1000 / (stop - start)
            marks.append((stop, each))
            say(f"sessions {start + 1:>4} to {stop:>4}: {each:7.1f} ms each, stored and programmed")
        return marks

    def _shrink(self, end: int) -> None:
        for n in range(end, self._sessions):
            self._edge.delete(session(self._b.address, n))
        self._wait_standing(end)

    def _probe(self, what: str) -> Cost:
        """Changes the subnets of one session again and again, to and fro."""
        victim = self._victim
        other = victim.but(rules=(Rule(("40.77.0.0/24",), ("50.77.0.0/24",)),))
        versions = [other, victim] * (PROBES // 2)
        put = stands = 0.0
        before = self._used()
        path = self._edge.path(victim)
        revision = self._edge.call("GET", path)["_revision"]
        for version in versions:
            body = {**self._edge.body(version), "_revision": revision}
            began = time.monotonic()
            revision = self._edge.call("PUT", path, body)["_revision"]
            put += time.monotonic() - began
            wait_until(lambda: self._stands(version), f"policies of {version}", 20, interval=0)
            stands += time.monotonic() - began
        used = self._used().each(before, PROBES)
        cost = Cost(put * 1000 / PROBES, stands * 1000 / PROBES, used, self._kernel_alone())
        say(f"{what}: a change took {cost.stands:.1f} ms")
        return cost

    def _stands(self, version: Session) -> bool:
        """Whether its policy out is there; by a look-up, which costs the same beside any number."""
        local, remote = version.pairs[0]
        said = self._a.gateway.run(
            *("ip", "xfrm", "policy", "get", "src", str(local), "dst", str(remote), "dir", "out"),
            check=False,
        )
        return str(remote) in said

    def _kernel_alone(self) -> float:
        """The same work asked for by `ip`, so that the JVM has no part in it."""
        selector = "src 60.77.0.0/24 dst 70.77.0.0/24"
        template = f"tmpl src {self._a.address} dst {self._b.address} proto esp mode tunnel"
        lines: list[str] = []
        for _ in range(KERNEL_PROBES):
            lines.append(f"xfrm policy add {selector} dir out {template}")
            lines.append(f"xfrm policy delete {selector} dir out")
        self._a.gateway.ip("link show lo")
        began = time.monotonic()
        self._a.gateway.ip(*lines)
        return (time.monotonic() - began) * 1000 / KERNEL_PROBES * POLICIES_EACH

    def _used(self) -> Used:
        process = Path(f"/proc/{self._edge.pid}")
        user, system = _times(process / "stat")
        for task in (process / "task").iterdir():
            if (task / "comm").read_text().strip() == "kernel":
                # In nanoseconds, where the others count the ticks of a clock.
                programmer = int((task / "schedstat").read_text().split()[0]) / 1e9
                return Used(user, system, programmer, _times(task / "stat")[1])
        raise AssertionError("the daemon has no thread called kernel")

    def _table(self, few: Cost, many: Cost, loaded: Cost) -> None:
        costs = few, many, loaded
        say("")
        say(
            f"{'one session, changed, beside':<44} {FEW:>8} {self._sessions:>8} with tunnels   ratios"
        )
        for name, values in (
            ("PUT answered, ms", [each.put for each in costs]),
            ("policies stand, ms", [each.stands for each in costs]),
            ("daemon outside the kernel, ms of processor", [each.used.user for each in costs]),
            ("daemon in the kernel, ms of processor", [each.used.system for each in costs]),
            ("the programming thread, ms of processor", [each.used.programmer for each in costs]),
            ("  of that, in the kernel", [each.used.programming for each in costs]),
            ("three policies by `ip` alone, ms", [each.kernel for each in costs]),
            (
                "programming in the kernel, % of the daemon's",
                [each.used.share * 100 for each in costs],
            ),
        ):
            _row(name, values)

    def _tunnel_table(self, hundreds: list[tuple[int, float, Used]]) -> None:
        if not hundreds:
            return
        chosen = [hundreds[0], hundreds[len(hundreds) // 2], hundreds[-1]]
        say("")
        heads = " ".join(f"{'to ' + str(up):>8}" for up, _, _ in chosen)
        say(f"{'one tunnel, in the hundred up':<44} {heads}              ratios")
        for name, values in (
            ("ms, both ends on this machine", [each for _, each, _ in chosen]),
            ("daemon outside the kernel, ms of processor", [used.user for _, _, used in chosen]),
            ("daemon in the kernel, ms of processor", [used.system for _, _, used in chosen]),
            ("the programming thread, ms of processor", [used.programmer for _, _, used in chosen]),
            ("  of that, in the kernel", [used.programming for _, _, used in chosen]),
            (
                "programming in the kernel, % of the daemon's",
                [used.share * 100 for _, _, used in chosen],
            ),
        ):
            _row(name, values)
        say(f"the daemon's memory: {self._edge.resident_kib() >> 10} MiB")

    def _restart(self) -> None:
        """A restart finds all policies in the kernel and takes them over."""
        self._edge.kill()
        began = time.monotonic()
        self._edge.start()
        say(
            f"restart after kill -9 with {self._sessions} sessions: {time.monotonic() - began:.1f} s"
        )
        self._wait_standing(self._sessions)

    # Tunnels.

    def _establish(self, minutes: float) -> list[tuple[int, float, Used]]:
        """As many of the sessions as come up in the time, to a second daemon.

        For each hundred: how many are up then, the milliseconds and the processor time of each.
        """
        peer = EdgeIpsecd(self._image, self._b, self._work, self._results)
        peer.start()
        for n in range(self._tunnels):
            theirs = session(self._b.address, n).seen_from_peer()
            peer.put(theirs.but(mode=Mode.RESPOND_ONLY))
        hundreds: list[tuple[int, float, Used]] = []
        began = mark = time.monotonic()
        used, counted = self._used(), 0
        asked = up = 0
        while up < self._tunnels and time.monotonic() < began + minutes * 60:
            # Not more at once than a peer would let be half-open.
            while asked < self._tunnels and asked - up < 20:
                self._edge.put(session(self._b.address, asked).but(mode=Mode.INITIATOR))
                asked += 1
            time.sleep(0.2)
            up = self._up()
            if up - counted >= 100:
                now, more = time.monotonic(), self._used()
                count = up - counted
                hundreds.append((up, (now - mark) * 1000 / count, more.each(used, count)))
                mark, used, counted = now, more, up
        took = time.monotonic() - began
        say(
            f"{up} of {self._tunnels} tunnels to a second edge-ipsecd in {took:.0f} s, beside "
            f"{self._sessions} sessions"
        )
        if up == 0:
            first = session(self._b.address, 0)
            raise AssertionError(f"no tunnel came up: {self._edge.why_down(first)}")
        return hundreds

    def _up(self) -> int:
        """How many Child SAs have a key in both directions."""
        said = self._a.gateway.run("ip", "xfrm", "state", "list", "nokeys")
        return len(re.findall(r"^\s+(?:aead|enc) ", said, re.MULTILINE)) // 2


def _row(name: str, values: Sequence[float]) -> None:
    first = values[0]
    ratios = " ".join(f"{each / first:6.2f}" if first else "     -" for each in values[1:])
    say(f"{name:<44} {' '.join(f'{each:8.2f}' for each in values)}      {ratios}")


def _times(stat: Path) -> tuple[float, float]:
    fields = stat.read_text().rpartition(")")[2].split()
    return int(fields[11]) / _TICK, int(fields[12]) / _TICK


def main() -> int:
    parser = argparse.ArgumentParser(prog="packaging/lab/scale", description=__doc__)
    parser.add_argument("--sessions", type=int, default=1000, help="sessions at site A")
    parser.add_argument("--tunnels", type=int, default=1000, help="how many of them to bring up")
    parser.add_argument("--minutes", type=float, default=10, help="the time for the tunnels")
    parser.add_argument("--image", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--results", type=Path, required=True, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if not FEW < arguments.sessions <= 5000 or not 0 < arguments.tunnels <= arguments.sessions:
        parser.error(f"more than {FEW} sessions, 5000 at most, and not more tunnels than sessions")
    results = arguments.results / "scale"
    shutil.rmtree(results, ignore_errors=True)
    results.mkdir(parents=True)
    delete_leftovers()
    scale = Scale(arguments.image, results, arguments.sessions, arguments.tunnels)
    try:
        scale.run(arguments.minutes)
        return 0
    except (AssertionError, CommandFailed, DeadlinePassed) as e:
        say(f"This did not work: {e}")
        say(f"The daemons' logs are in {results}")
        return 1
    finally:
        Process.kill_all()
        scale.delete()
        delete_leftovers()


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(main())
