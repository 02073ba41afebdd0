"""Two sites and the wire between them.

    host-a -- gateway-a ---- [nat] ---- wire ---- gateway-b -- host-b
              10.1.n.0/24               192.0.2.0/24           10.2.n.0/24

The wire is a bridge, so a third machine can be put on it (`hostile`), and it has a router
(192.0.2.254) that is everybody's default route: what leaves a gateway in clear is on the wire to be
seen. The router forwards nothing. A NAT, if there is one, stands before one of the gateways, gives
outgoing connections random ports and passes UDP 500 and 4500 in to its gateway.
"""

from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Address, IPv4Network

from edgelab.netns import Namespace

ROUTER = "192.0.2.254"
STRANGER = "192.0.2.66"
OUTER = IPv4Network("192.0.2.0/24")
BEHIND_NAT = IPv4Network("198.51.100.0/24")


class Nat(Enum):
    NONE = "none"
    SITE_A = "before site a"
    SITE_B = "before site b"


@dataclass
class Site:
    """A gateway and the host behind it, which has one address in each of the site's subnets."""

    letter: str
    gateway: Namespace
    host: Namespace
    address: str
    """The gateway's own outer address."""
    second_address: str
    """Another one, so that two route-based sessions or one of each kind can have their own."""
    seen_as: str
    """The address that the other site sees and sends to: the NAT's, if there is one."""
    gateway_mac: bytes

    @property
    def inner(self) -> IPv4Network:
        """All the site's subnets."""
        return IPv4Network(f"10.{1 if self.letter == 'a' else 2}.0.0/16")

    def subnet(self, n: int) -> str:
        return f"10.{1 if self.letter == 'a' else 2}.{n}.0/24"

    def host_address(self, n: int) -> str:
        return f"10.{1 if self.letter == 'a' else 2}.{n}.10"


SUBNETS = range(1, 5)


class Network:
    def __init__(self, name: str, nat: Nat) -> None:
        self.nat = nat
        self._namespaces: list[Namespace] = []
        self.wire = self._namespace(f"{name}-wire")
        self.wire.ip(
            "link add wire type bridge forward_delay 0 mcast_snooping 0",
            f"addr add {ROUTER}/24 dev wire",
            "link set wire up",
        )
        self.wire.sysctl("net.ipv4.ip_forward=0")
        self.site_a = self._site(name, "a", 1, nat is Nat.SITE_A)
        self.site_b = self._site(name, "b", 2, nat is Nat.SITE_B)
        self.hostile = self._namespace(f"{name}-hostile")
        self._plug(self.hostile, "outer", "hostile")
        self.hostile.ip(f"addr add {STRANGER}/24 dev outer", "link set outer up")
        self.hostile_mac = _mac(self.hostile, "outer")

    def _namespace(self, name: str) -> Namespace:
        namespace = Namespace(name)
        self._namespaces.append(namespace)
        # Two of these are inherited from the machine, whatever it has them set to.
        namespace.sysctl(
            "net.ipv4.ip_forward=1",
            "net.ipv4.conf.all.rp_filter=0",
            "net.ipv4.conf.default.rp_filter=0",
        )
        return namespace

    def _plug(self, namespace: Namespace, interface: str, port: str) -> None:
        """A cable from a namespace to the wire."""
        namespace.ip(f"link add {interface} type veth peer name {port} netns {self.wire.name}")
        self.wire.ip(f"link set {port} master wire up")

    def _site(self, name: str, letter: str, number: int, behind_nat: bool) -> Site:
        gateway = self._namespace(f"{name}-gateway-{letter}")
        host = self._namespace(f"{name}-host-{letter}")
        gateway.ip(
            f"link add inner type veth peer name eth0 netns {host.name}", "link set inner up"
        )
        host.ip(
            "link set eth0 up",
            *(f"addr add 10.{number}.{n}.10/24 dev eth0" for n in SUBNETS),
            f"route add default via 10.{number}.1.1",
        )
        address, second, router = f"192.0.2.{number}", f"192.0.2.{number + 10}", ROUTER
        seen_as = address
        if behind_nat:
            address, second, router = "198.51.100.2", "198.51.100.12", "198.51.100.1"
            seen_as = "192.0.2.9"
            self._nat(name, gateway, f"to-{letter}", seen_as, address)
        else:
            self._plug(gateway, "outer", f"to-{letter}")
        gateway.ip(
            *(f"addr add 10.{number}.{n}.1/24 dev inner" for n in SUBNETS),
            f"addr add {address}/24 dev outer",
            f"addr add {second}/24 dev outer",
            "link set outer up",
            f"route add default via {router}",
        )
        mac = _mac(gateway, "outer")
        return Site(letter, gateway, host, address, second, seen_as, mac)

    def _nat(self, name: str, gateway: Namespace, port: str, outside: str, behind: str) -> None:
        nat = self._namespace(f"{name}-nat")
        self.nat_router = nat
        gateway.ip(f"link add outer type veth peer name inside netns {nat.name}")
        self._plug(nat, "outside", port)
        nat.ip(
            f"addr add {BEHIND_NAT[1]}/24 dev inside",
            "link set inside up",
            f"addr add {outside}/24 dev outside",
            "link set outside up",
            f"route add default via {ROUTER}",
        )
        nat.nft(
            f"""table ip nat {{
                chain out {{
                    type nat hook postrouting priority srcnat
                    oifname "outside" masquerade fully-random
                }}
                chain in {{
                    type nat hook prerouting priority dstnat
                    iifname "outside" udp dport {{ 500, 4500 }} dnat to {behind}
                }}
            }}"""
        )

    def forget_mappings(self) -> None:
        """What a NAT does that restarts: whoever speaks next gets another port."""
        self.nat_router.run("conntrack", "--flush")

    def is_outer(self, address: object) -> bool:
        """Whether an address belongs to the wire or to the stretch behind the NAT."""
        return isinstance(address, IPv4Address) and (address in OUTER or address in BEHIND_NAT)

    def other(self, site: Site) -> Site:
        return self.site_b if site is self.site_a else self.site_a

    def unplug(self, site: Site) -> None:
        """Pulls the site's cable out of the wire."""
        self.wire.ip(f"link set to-{site.letter} down")

    def plug_in(self, site: Site) -> None:
        self.wire.ip(f"link set to-{site.letter} up")

    def guard(self, site: Site) -> None:
        """Makes a site refuse the other's inner packets in clear, both ways.

        The peer of the gateway under test gets this: what is on the wire in clear is then never the
        peer's doing, and a ping that is answered was protected.
        """
        other = self.other(site).inner
        site.gateway.nft(
            f"""table inet lab_guard {{
                chain forward {{
                    type filter hook forward priority -10
                    iifname "outer" ip saddr {other} meta ipsec missing counter drop
                    oifname "outer" ip daddr {other} rt ipsec missing counter drop
                }}
            }}"""
        )

    def delete(self) -> None:
        for namespace in reversed(self._namespaces):
            namespace.delete()


def _mac(namespace: Namespace, interface: str) -> bytes:
    return bytes.fromhex(namespace.show("link", "show", interface)[0]["address"].replace(":", ""))
