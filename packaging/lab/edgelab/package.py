"""The Debian package on a machine with systemd: installed, used, upgraded, stopped, removed.

`packaging/lab/package` runs this in the virtual machine, where nothing it does is kept. The steps
are the life of one installation, so each builds on those before it.
"""

import argparse
import grp
import json
import os
import pwd
import re
import shlex
import stat
import sys
import time
import traceback
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable, Iterator, Mapping, Optional, Sequence

from edgelab import kernel
from edgelab.capture import Capture
from edgelab.clock import SLOWNESS, DeadlinePassed, wait_until
from edgelab.netns import Namespace
from edgelab.process import CommandFailed, Process, run
from edgelab.report import Outcome, Report, expect, expect_equal
from edgelab.traffic import PingStream

PACKAGE = "edge-ipsec"
DAEMON, BLOCK = "edge-ipsecd.service", "edge-ipsec-block.service"
ARCHIVER = "edge-ipsec-class-archive.service"
UNITS = (BLOCK, DAEMON, ARCHIVER)
USER = "edge-ipsec"

CONFIGURATION = Path("/etc/edge-ipsec/edge-ipsecd.yaml")
STATE, CACHE = Path("/var/lib/edge-ipsec"), Path("/var/cache/edge-ipsec")
RUNTIME = Path("/run/edge-ipsec")
SOCKET = RUNTIME / "api.sock"
ARCHIVE = CACHE / "classes.jsa"
README = Path("/usr/share/doc/edge-ipsec/README.md")

SESSIONS = "http://localhost/api/v1/vpn/ipsec/sessions"
POLICY_BASED = "0b7f3f52-6a53-4d6c-9b0e-5b8f3b0f7a11"
SECOND_PSK = "a second secret of the lab"
README_PSK = "TESTPSK"

# One protected destination for each kind of session, and where its packets come from.
FLOWS = (("10.1.0.1", "10.2.0.1"), ("192.168.50.1", "192.168.60.1"))

_NET_BIND_SERVICE, _NET_ADMIN = 10, 12


class Machine(Namespace):
    """The machine itself, where a package is at home, seen like one of the lab's namespaces."""

    def __init__(self) -> None:
        self.name = "the machine"

    @contextmanager
    def entered(self) -> Iterator[None]:
        yield

    def ip(self, *commands: str) -> None:
        run(["ip", "-batch", "-"], stdin="\n".join(commands) + "\n")

    def show(self, *arguments: str) -> Any:
        return json.loads(run(["ip", "-json", "-d", *arguments]) or "[]")


def property_of(unit: str, name: str) -> str:
    return run(["systemctl", "show", "--value", "-p", name, unit]).strip()


def active(unit: str) -> str:
    return property_of(unit, "ActiveState")


def main_pid() -> int:
    return int(property_of(DAEMON, "MainPID"))


def proc_status(pid: int) -> Mapping[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, value in (line.split(":", 1) for line in lines)}


def access(path: Path) -> str:
    """Mode, owner and group, as in `660 edge-ipsec edge-ipsec`."""
    found = path.stat()
    owner, group = pwd.getpwuid(found.st_uid).pw_name, grp.getgrgid(found.st_gid).gr_name
    return f"{stat.S_IMODE(found.st_mode):03o} {owner} {group}"


def curl(*arguments: str, before: Sequence[str] = ()) -> str:
    return run(
        [*before, "curl", "-sS", "--fail-with-body", "--unix-socket", str(SOCKET), *arguments]
    )


def sessions() -> dict[str, Any]:
    """All sessions as the API shows them, by id."""
    return {each["id"]: each for each in json.loads(curl(SESSIONS))["results"]}


def dpkg(*arguments: str) -> str:
    return run(["dpkg", *arguments])


class PackageTest:
    """The steps, in order; each gives the facts that stand beside its verdict."""

    def __init__(self, package: Path, newer: Path, results: Path) -> None:
        self._package = package
        self._newer = newer
        self._results = results
        self._machine = Machine()
        self._pings: list[PingStream] = []
        self._capture: Optional[Capture] = None
        self._protected_since = 0.0

    def steps(self) -> Sequence[Callable[[], Optional[str]]]:
        return (
            self.installs_and_starts,
            self.runs_in_its_sandbox,
            self.takes_the_readme_session,
            self.answers_the_command_line,
            self.checks_its_configuration,
            self.reports_to_systemd,
            self.upgrades_without_a_leak,
            self.loads_the_class_archive,
            self.stopped_it_blocks,
            self.blocks_at_boot,
            self.tells_no_secret,
            self.removed_it_leaves_the_kernel,
            self.purged_it_leaves_nothing,
        )

    def prepare(self) -> None:
        """A network to lose packets to, and more patience where the machine is emulated."""
        # Containers forbid packages to start what they install.
        Path("/usr/sbin/policy-rc.d").unlink(missing_ok=True)
        self._machine.ip(
            "link add wan type dummy",
            "addr add 2.2.2.2/24 dev wan",
            f"addr add {FLOWS[0][0]}/24 dev wan",
            "link set wan up",
            "route add default dev wan",
        )
        options = os.environ.get("EDGE_IPSECD_JAVA_OPTS", "")
        for unit, seconds in ((DAEMON, 150), (ARCHIVER, 300), (BLOCK, 300)):
            folder = Path(f"/run/systemd/system/{unit}.d")
            folder.mkdir(parents=True)
            (folder / "lab.conf").write_text(
                f"[Service]\nTimeoutStartSec={seconds * SLOWNESS}\n"
                f'Environment="EDGE_IPSECD_JAVA_OPTS={options}"\n'
            )
        run(["systemctl", "daemon-reload"])
        # Where packages get installed, this was reached long ago.
        run(["systemctl", "start", "basic.target"])

    # The steps.

    def installs_and_starts(self) -> str:
        """dpkg -i installs, enables and starts it, and returns when it is ready."""
        began = time.monotonic()
        dpkg("-i", str(self._package))
        expect_equal(active(DAEMON), "active", f"the state of {DAEMON} after its installation")
        for unit in UNITS:
            enabled = run(["systemctl", "is-enabled", unit], check=False).strip()
            expect_equal(enabled, "enabled", f"{unit}, at the next boot,")
        took = time.monotonic() - began
        # The upgrade makes another and waits for it; this one would only slow down what follows.
        expect_equal(active(ARCHIVER), "activating", f"the state of {ARCHIVER}")
        run(["systemctl", "stop", ARCHIVER])
        return f"ready {took:.0f} s after dpkg began"

    def runs_in_its_sandbox(self) -> str:
        """Its own user, two capabilities, no way to more, no core dumps, closed directories."""
        pid = main_pid()
        status = proc_status(pid)
        user, group = pwd.getpwnam(USER), grp.getgrnam(USER)
        expect_equal(set(status["Uid"].split()), {str(user.pw_uid)}, "the daemon's user ids")
        expect_equal(set(status["Gid"].split()), {str(group.gr_gid)}, "the daemon's group ids")
        expect_equal(status["Groups"], str(group.gr_gid), "the daemon's further groups")
        wanted = 1 << _NET_ADMIN | 1 << _NET_BIND_SERVICE
        for kind in ("CapBnd", "CapPrm", "CapEff", "CapInh", "CapAmb"):
            expect_equal(int(status[kind], 16), wanted, f"the capabilities {kind}")
        expect_equal(status["NoNewPrivs"], "1", "no_new_privs")
        expect_equal(status["Seccomp"], "2", "the system call filter")
        limits = Path(f"/proc/{pid}/limits").read_text()
        core = re.search(r"Max core file size\s+(\S+)\s+(\S+)", limits)
        expect(core and core.groups() == ("0", "0"), "no core dumps by RLIMIT_CORE", core)
        # The kernel gives the files in /proc of a process that may not be dumped to root.
        expect_equal(os.stat(f"/proc/{pid}/maps").st_uid, 0, "the owner of /proc/PID/maps")
        for path, wanted_access in (
            (SOCKET, f"660 {USER} {USER}"),
            (RUNTIME, f"750 {USER} {USER}"),
            (STATE, f"700 {USER} {USER}"),
        ):
            expect_equal(access(path), wanted_access, f"the access to {path}")
        loose = [path for path in STATE.rglob("*") if path.stat().st_mode & 0o077]
        expect(not loose, f"nothing in {STATE} that others may read", loose)
        for what, mask in (("/usr/lib/edge-ipsec", os.W_OK), (str(STATE), os.R_OK)):
            letter = "-w" if mask == os.W_OK else "-r"
            stranger = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
            answer = run([*stranger, "sh", "-c", f"test {letter} {what} || echo no"], check=False)
            expect_equal(answer.strip(), "no", f"test {letter} {what} by a stranger")
        return f"as {USER}, CAP_NET_ADMIN and CAP_NET_BIND_SERVICE"

    def takes_the_readme_session(self) -> str:
        """README's curl command works as it stands there; group members may, others may not."""
        text = README.read_text()
        found = re.search(r"^    curl .*?(?=\n\n)", text, re.MULTILINE | re.DOTALL)
        assert found is not None, f"no curl command in {README}"
        command = found[0].strip().replace("curl ", "curl -sS --fail-with-body ", 1)
        # With bash as a member of the group, as an administrator would be.
        answer = run([*self._as_member(), "bash", "-c", command])
        expect(README_PSK not in answer, "no PSK in the answer", answer)
        name = json.loads(answer)["display_name"]
        stranger = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
        try:
            curl(SESSIONS, before=stranger)
        except CommandFailed:
            pass
        else:
            expect(False, "the API to be closed to users outside the group")
        curl(
            *("-X", "PUT", f"{SESSIONS}/{POLICY_BASED}", "-H", "Content-Type: application/json"),
            "-d",
            json.dumps(
                {
                    "resource_type": "PolicyBasedIPSecVPNSession",
                    "display_name": "by-policy",
                    "local_endpoint": {"local_address": "2.2.2.2", "local_id": "2.2.2.2"},
                    "peer_address": "4.4.4.2",
                    "peer_id": "4.4.4.2",
                    "authentication_mode": "PSK",
                    "psk": SECOND_PSK,
                    "policy_rules": [
                        {
                            "sources": [{"subnet": "10.1.0.0/24"}],
                            "destinations": [{"subnet": "10.2.0.0/24"}],
                        }
                    ],
                }
            ),
        )
        wait_until(lambda: kernel.tunnels(self._machine), "the session's interface", 10)
        wait_until(lambda: self._covers_all(), "the policies of both sessions", 10, self._seen)
        interface = kernel.tunnels(self._machine)[0]["ifname"]
        self._machine.ip(f"route add 192.168.60.0/24 dev {interface}")
        self._begin_traffic()
        return f"{name} has {interface}"

    def answers_the_command_line(self) -> str:
        """`edge-ipsec status` knows the session, and says by its status that it is not up."""
        done = run(
            ["sh", "-c", f"{shlex.join(self._as_member())} edge-ipsec status to-hq; echo $?"]
        )
        *said, status = done.strip().splitlines()
        expect(said and "to-hq" in said[0], "a line about to-hq", done)
        expect(status not in ("0", "2"), "a status that says `not up`", status)
        return said[0].split(" (")[0]

    def checks_its_configuration(self) -> None:
        """The shipped configuration is valid, and --check finds fault with a wrong one."""
        expect("valid" in run(["edge-ipsecd", "--check"]), f"{CONFIGURATION} to be valid")
        wrong = self._results / "wrong.yaml"
        wrong.write_text("log_levle: debug\n")
        answer = run(
            ["sh", "-c", f"edge-ipsecd --check --config {wrong} 2>&1; echo $?"]
        ).splitlines()
        expect_equal(answer[-1], "2", "the status of --check with a wrong key")
        expect("log_levle" in " ".join(answer), "the wrong key to be named", answer)

    def reports_to_systemd(self) -> str:
        """READY, STATUS and the watchdog, which is fed while it runs."""
        expect_equal(property_of(DAEMON, "Type"), "notify", "the unit's type")
        text = property_of(DAEMON, "StatusText")
        expect("IKE listens" in text, "a STATUS= of the running daemon", text)
        ready = int(property_of(DAEMON, "ActiveEnterTimestampMonotonic"))
        fed = wait_until(
            lambda: (lambda at: at if at > ready + 1_000_000 else None)(
                int(property_of(DAEMON, "WatchdogTimestampMonotonic") or 0)
            ),
            "the watchdog to be fed",
            40,
            interval=1,
        )
        expect_equal(property_of(DAEMON, "NRestarts"), "0", "the number of unwanted restarts")
        return f"the watchdog was fed {(fed - ready) / 1e6:.0f} s after READY"

    def upgrades_without_a_leak(self) -> str:
        """dpkg -i of a newer version: another process, the same sessions, nothing in clear."""
        # What the administrator wrote has to survive, and debug makes what the log tells most.
        text = CONFIGURATION.read_text().replace("log_level: info", "log_level: debug")
        CONFIGURATION.write_text(text)
        before, pid = sessions(), main_pid()
        expect_equal(len(before), 2, "the number of sessions before the upgrade")
        sent = [stream.output.read_text().count("\n") for stream in self._pings]
        dpkg("-i", str(self._newer))
        expect_equal(active(DAEMON), "active", f"the state of {DAEMON} after the upgrade")
        expect(main_pid() != pid, "the new version to run", f"pid {pid}")
        expect_equal(CONFIGURATION.read_text(), text, "the configuration after the upgrade")
        after = sessions()
        expect_equal(after, before, "the sessions after the upgrade")
        expect(self._covers_all(), "policies for both sessions", self._seen())
        for stream, lines in zip(self._pings, sent):
            expect(stream.output.read_text().count("\n") > lines, "pings meanwhile")
        self._expect_no_leak()
        version = run(["dpkg-query", "-W", "-f", "${Version}", PACKAGE])
        return f"to {version}"

    def loads_the_class_archive(self) -> str:
        """The archive is root's alone to write, and the daemon has started from it."""
        expect_equal(access(ARCHIVE), "444 root root", f"the access to {ARCHIVE}")
        expect_equal(access(CACHE), "755 root root", f"the access to {CACHE}")
        maps = Path(f"/proc/{main_pid()}/maps").read_text()
        expect(str(ARCHIVE) in maps, "the daemon to have it in its memory")
        return f"{ARCHIVE.stat().st_size >> 20} MiB"

    def stopped_it_blocks(self) -> str:
        """systemctl stop leaves policies that block, and the interface, and no SA."""
        run(["systemctl", "stop", DAEMON])
        expect_equal(active(DAEMON), "inactive", f"the state of {DAEMON}")
        expect_equal(property_of(DAEMON, "Result"), "success", "how it ended")
        self._expect_blocked()
        self._expect_no_leak()
        return f"{len(kernel.policies(self._machine))} policies block"

    def blocks_at_boot(self) -> str:
        """The unit that runs before any interface is up puts the blocks back into an empty kernel."""
        self._protected_since = float("inf")  # a kernel that has just started knows nothing
        for link in kernel.tunnels(self._machine):
            self._machine.ip(f"link delete {link['ifname']}")
        run(["ip", "xfrm", "policy", "flush"])
        expect(not kernel.policies(self._machine), "no policies, as after a boot")
        run(["systemctl", "start", BLOCK])
        self._expect_blocked()
        expect(kernel.tunnels(self._machine), "the tunnel interface, so that routes are not lost")
        expect_equal(active(DAEMON), "inactive", f"the state of {DAEMON}")
        # The administrator's route is there again once the interface is.
        interface = kernel.tunnels(self._machine)[0]["ifname"]
        self._machine.ip(f"route add 192.168.60.0/24 dev {interface}")
        self._protected_since = time.time()
        for stream in self._pings:
            stream.wait_for_sent_more(3)
        self._expect_no_leak()
        return f"{len(kernel.policies(self._machine))} policies block"

    def tells_no_secret(self) -> str:
        """No PSK in the journal, at debug level too, nor in clear in the state directory."""
        units = [part for unit in UNITS for part in ("-u", unit)]
        journal = run(["journalctl", "--no-pager", "-o", "cat", *units])
        (self._results / "journal.txt").write_text(journal)
        expect("event=daemon.ready" in journal, "the daemon's words in the journal")
        expect("DEBUG" in journal or "debug" in journal, "words at debug level in the journal")
        texts = {"the journal": journal.encode()}
        for path in STATE.rglob("*"):
            if path.is_file():
                texts[str(path)] = path.read_bytes()
        expect(len(texts) > 1, f"files in {STATE}")
        for where, content in texts.items():
            for secret in (README_PSK.encode(), SECOND_PSK.encode()):
                for form in (secret, secret.hex().encode()):
                    expect(form not in content, f"no PSK in {where}")
        return f"{len(journal.splitlines())} lines of journal"

    def removed_it_leaves_the_kernel(self) -> str:
        """dpkg -r takes everything out of the kernel and keeps what was configured."""
        dpkg("-r", PACKAGE)
        expect_equal(kernel.policies(self._machine), [], "the policies after removal")
        expect_equal(kernel.states(self._machine), [], "the SAs after removal")
        expect_equal(kernel.tunnels(self._machine), [], "the tunnel interfaces after removal")
        expect_equal(kernel.nft_tables(self._machine), [], "the nftables after removal")
        for path in (CONFIGURATION, STATE / "edge-ipsec.db"):
            expect(path.exists(), f"{path} to stay")
        for path in (Path("/usr/lib/edge-ipsec"), CACHE, RUNTIME):
            expect(not path.exists(), f"{path} to go")
        # And so the packets leave in clear now: the capture would have seen it before.
        assert self._capture is not None
        for _, destination in FLOWS:
            self._capture.wait_for(
                lambda packet: str(packet.destination) == destination,
                f"a packet to {destination} in clear, as nothing protects it any more,",
                10,
            )
        return "its packets leave in clear now, and the capture sees them"

    def purged_it_leaves_nothing(self) -> None:
        """dpkg -P removes configuration, state and the administrator's links to units."""
        dpkg("-P", PACKAGE)
        listed = run(["dpkg-query", "-W", "-f", "${Status}", PACKAGE], check=False)
        expect(listed in ("", "unknown ok not-installed"), "dpkg to have forgotten it", listed)
        left = [path for path in (CONFIGURATION.parent, STATE, CACHE, RUNTIME) if path.exists()]
        for folder in ("/etc/systemd/system", "/var/lib/systemd/deb-systemd-helper-enabled"):
            left += Path(folder).rglob("edge-ipsec*")
        for folder in ("/usr/lib", "/usr/bin", "/usr/sbin", "/usr/share/doc"):
            left += Path(folder).glob("edge-ipsec*")
        left += Path("/usr/lib/systemd/system").glob("edge-ipsec*")
        expect_equal(left, [], "what is left of the package")

    # What several steps need.

    @staticmethod
    def _as_member() -> list[str]:
        return ["setpriv", "--reuid=nobody", f"--regid={USER}", "--clear-groups"]

    def _begin_traffic(self) -> None:
        self._capture = Capture(self._machine, "wan", self._results / "wan.pcap")
        self._protected_since = time.time()
        for n, (source, destination) in enumerate(FLOWS):
            file = self._results / f"pings-{n}.txt"
            self._pings.append(PingStream(self._machine, source, destination, file))

    def _covers_all(self) -> bool:
        """Whether there are policies in every direction for what either session protects."""
        seen = {(each.direction, str(each.destination)) for each in self._policies()}
        wanted = {("out", "10.2.0.0/24"), ("in", "10.1.0.0/24"), ("fwd", "10.1.0.0/24")}
        return wanted | {("out", "0.0.0.0/0"), ("in", "0.0.0.0/0")} <= seen

    def _policies(self) -> list[kernel.Policy]:
        return kernel.policies(self._machine)

    def _seen(self) -> str:
        return "; ".join(map(str, self._policies())) or "no policies"

    def _expect_blocked(self) -> None:
        expect(self._covers_all(), "policies for both sessions", self._seen())
        open_ones = [policy for policy in self._policies() if not policy.blocks]
        expect(not open_ones, "policies that block, and no others", open_ones)
        expect_equal(kernel.states(self._machine), [], "the SAs")

    def _expect_no_leak(self) -> None:
        assert self._capture is not None
        destinations = {destination for _, destination in FLOWS}
        leaked = [
            packet
            for packet in self._capture.packets()
            if str(packet.destination) in destinations and packet.seconds >= self._protected_since
        ]
        expect(not leaked, "no protected packet on the wire in clear", leaked[:3])

    def keep_evidence(self) -> None:
        (self._results / "kernel.txt").write_text(kernel.summary(self._machine))
        (self._results / "units.txt").write_text(
            run(["systemctl", "--no-pager", "status", *UNITS], check=False)
        )
        (self._results / "journal.txt").write_text(
            run(["journalctl", "--no-pager", "-b"], check=False)
        )


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--package", type=Path, required=True)
    parser.add_argument("--newer", type=Path, required=True)
    parser.add_argument("--results", type=Path, required=True)
    arguments = parser.parse_args()
    results: Path = arguments.results
    report = Report(results)
    test = PackageTest(arguments.package, arguments.newer, results)
    test.prepare()
    broken = ""
    for step in test.steps():
        name = "package-" + step.__name__.replace("_", "-")
        began = time.monotonic()
        facts, failure = "", None
        try:
            if broken:
                failure = f"not tried, as {broken} failed"
            else:
                facts = step() or ""
        except (AssertionError, CommandFailed, DeadlinePassed) as e:
            failure = str(e)
        except Exception:
            failure = traceback.format_exc().strip()
        if failure and not broken:
            broken = name
            test.keep_evidence()
        report.add(Outcome(name, time.monotonic() - began, facts, failure), results)
    Process.kill_all()
    return report.finish()


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(main())
