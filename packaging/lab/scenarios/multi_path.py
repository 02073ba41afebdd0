"""Multiple-path groups: several tunnels to the same networks, and routes that name them all."""

from typing import Any

from edgelab.clock import wait_until
from edgelab.edged import API
from edgelab.lab import Lab
from edgelab.report import expect, expect_equal
from edgelab.scenario import scenario
from edgelab.session import DpdProfile, Session

_GROUPS = f"{API}/multi-path-groups"


def _session(lab: Lab, name: str, local: str, peer: str, net: int) -> Session:
    return lab.route_session(name).but(
        local=local,
        peer=peer,
        local_id=f"{name}-a.example",
        peer_id=f"{name}-b.example",
        tunnel_address=f"172.31.{net}.1/30",
        peer_tunnel_address=f"172.31.{net}.2/30",
        dpd=DpdProfile(interval=3, retries=2),
    )


class _Group:
    """A group with two sessions, to two addresses of the peer's, and a route that names it."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        a, b = lab.site_a, lab.site_b
        self.sessions = [
            _session(lab, "way-1", a.address, b.address, 1),
            _session(lab, "way-2", a.second_address, b.second_address, 2),
        ]
        self.peers = [lab.for_peer(session) for session in self.sessions]
        group = lab.edge.call("POST", _GROUPS, {"display_name": "both-ways"})
        self.path = f"{_GROUPS}/{group['id']}"
        self.nhid = int(self.status()["nexthop_group_id"])
        wait_until(lambda: bool(self.status()["installed"]), "the kernel to have the group", 10)
        a.gateway.ip(f"route add {b.inner} nhid {self.nhid}")
        expect_equal(self.way(), "", "the way out of a group without members")
        for session, peer in zip(self.sessions, self.peers):
            lab.b.put(peer)
            body = {**lab.edge.put(session), "multi_path_group_id": group["id"]}
            lab.edge.call("PUT", lab.edge.path(session), body)
        self.interfaces = [lab.edge.interface(session) for session in self.sessions]
        for session in self.sessions:
            lab.protect(session)

    def status(self) -> dict[str, Any]:
        status: dict[str, Any] = self.lab.edge.call("GET", self.path + "/status")
        return status

    def members(self) -> set[str]:
        """The interfaces that the kernel's group has."""
        nexthops = {each["id"]: each for each in self.lab.site_a.gateway.show("nexthop")}
        members = [nexthops[member["id"]] for member in nexthops[self.nhid]["group"]]
        return {member["dev"] for member in members if not member.get("blackhole")}

    def wait_members(self, *wanted: str) -> None:
        wait_until(
            lambda: self.members() == set(wanted),
            f"the members of nexthop group {self.nhid} to be {sorted(wanted)}",
            60,
            lambda: f"they are {sorted(self.members())}",
            interval=0.2,
        )
        usable = {
            member["tunnel_interface"] for member in self.status()["members"] if member["usable"]
        }
        expect_equal(usable, set(wanted), "what the status calls usable")

    def way(self) -> str:
        """The interface by which the first host's packets leave; empty if they are dropped."""
        route = self.lab.site_a.gateway.run(
            *("ip", "-o", "route", "get", self.lab.site_b.host_address(1)),
            *("from", self.lab.site_a.host_address(1), "iif", "inner"),
            check=False,
        ).split()
        return route[route.index("dev") + 1] if "dev" in route else ""

    def answer_by(self, peer: Session) -> None:
        """What a routing daemon does at the peer: back through a tunnel that is up."""
        self.lab.route_at(self.lab.b, peer)

    def delete(self) -> None:
        for session, peer in zip(self.sessions, self.peers):
            self.lab.close(session, peer)
        self.lab.site_a.gateway.ip(f"route del {self.lab.site_b.inner} nhid {self.nhid}")
        self.lab.edge.call("DELETE", self.path)
        wait_until(
            lambda: not self.lab.site_a.gateway.show("nexthop"), "no nexthop to be left", 20
        )


def _cut(lab: Lab, address: str) -> None:
    """The peer behind one address says nothing any more, nor hears."""
    lab.site_b.gateway.nft(
        f"""table inet cut {{
            chain in {{ type filter hook input priority -300; ip daddr {address} drop; }}
            chain out {{ type filter hook output priority -300; ip saddr {address} drop; }}
        }}"""
    )


@scenario()
def two_tunnels_carry_as_one(lab: Lab) -> str:
    """Routes at a group outlive one tunnel, drop without any, and survive kill -9 of the daemon."""
    group = _Group(lab)
    for session, peer in zip(group.sessions, group.peers):
        lab.wait_up(session, peer)
    group.wait_members(*group.interfaces)

    dying = group.interfaces.index(group.way())
    living = 1 - dying
    group.answer_by(group.peers[living])
    stream = lab.keep_pinging()
    stream.wait_for_answers(3)
    _cut(lab, group.sessions[dying].peer)
    group.wait_members(group.interfaces[living])
    expect_equal(group.way(), group.interfaces[living], "the way out when one peer is dead")
    stream.wait_for_answers(3)

    lab.edge.kill()
    stream.wait_for_answers(3)
    lab.edge.start()
    group.wait_members(group.interfaces[living])
    expect_equal(group.status()["nexthop_group_id"], group.nhid, "the nhid after a restart")
    stream.wait_for_answers(3)

    lab.b.kill()
    group.wait_members()
    expect_equal(group.way(), "", "the way out when both peers are dead")
    answered = stream.answers()
    stream.wait_for_sent_more(10)
    expect_equal(stream.answers(), answered, "the number of answers without a peer")
    lab.watch.check_now()

    lab.site_b.gateway.run("nft", "delete table inet cut")
    lab.b.start()
    for session, peer in zip(group.sessions, group.peers):
        lab.wait_up(session, peer, 90)
    group.wait_members(*group.interfaces)
    stream.wait_for_answers(3)
    pings = stream.stop()
    expect(pings.answered > answered, "answers after the peers' return", pings)
    group.delete()
    return f"nhid {group.nhid}, {pings.longest_gap:.0f} s without an answer"
