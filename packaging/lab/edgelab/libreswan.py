"""A gateway run by libreswan's pluto."""

import re
from pathlib import Path
from typing import Iterator

from edgelab import kernel
from edgelab.clock import wait_until
from edgelab.network import Site
from edgelab.peer import PeerGateway
from edgelab.peers import UNPACKED, in_place
from edgelab.pki import Certificates
from edgelab.process import CommandFailed, run
from edgelab.session import DpdProfile, IkeProfile, Mode, Session, TunnelProfile

_SETTINGS = """
config setup
    uniqueids=no
    nssdir={work}/nss
    ipsecdir={work}
    secretsfile={work}/ipsec.secrets
    dumpdir={work}
    logfile={log}

"""

_ENCRYPTION = {
    "AES_128": "aes128",
    "AES_256": "aes256",
    "AES_GCM_128": "aes_gcm128",
    "AES_GCM_192": "aes_gcm192",
    "AES_GCM_256": "aes_gcm256",
    "CHACHA20_POLY1305": "chacha20_poly1305",
}
_DIGEST = {
    "SHA1": "sha1",
    "SHA2_256": "sha2_256",
    "SHA2_384": "sha2_384",
    "SHA2_512": "sha2_512",
}


def _is_aead(encryption: str) -> bool:
    return "GCM" in encryption or "POLY1305" in encryption


def _proposals(
    encryption: tuple[str, ...], digest: tuple[str, ...], groups: tuple[str, ...], ike: bool
) -> str:
    """AEAD and cipher with HMAC need proposals of their own (RFC 7296 section 3.3)."""
    proposals = []
    for aead in (True, False):
        ciphers = [_ENCRYPTION[name] for name in encryption if _is_aead(name) is aead]
        digests = [_DIGEST[name] for name in digest] or ["sha2_256", "sha2_384", "sha2_512"]
        if aead and not ike:
            digests = ["none"]
        numbers = ["dh" + name.removeprefix("GROUP") for name in groups]
        if ciphers:
            proposals.append("-".join("+".join(each) for each in (ciphers, digests, numbers)))
    return ",".join(proposals)


def _identity(identity: str) -> str:
    """A name needs an @, or it would be looked up."""
    return f'"{identity}"' if "=" in identity else f"@{identity}"


class Libreswan(PeerGateway):
    """pluto in a site's gateway, spoken to by `whack`. Each pair of subnets is a connection."""

    name = "libreswan"

    def __init__(self, site: Site, work: Path, results: Path) -> None:
        super().__init__(site, results / f"site-{site.letter}.pluto.log")
        self._output = results / f"site-{site.letter}.pluto.out"
        self._work = work / f"{site.letter}.pluto"
        self._settings = results / f"site-{site.letter}.ipsec.conf"
        self._control = self._work / "pluto.ctl"
        self._interfaces: dict[str, int] = {}
        self._imported: set[str] = set()
        (self._work / "nss").mkdir(parents=True)
        self._nss("certutil", "-N", "--empty-password")

    def _nss(self, tool: str, *arguments: str) -> None:
        run([tool, "-d", f"sql:{self._work}/nss", *arguments])

    # The process.

    def start(self) -> None:
        for left in (self._control, self._work / "pluto.pid"):
            left.unlink(missing_ok=True)
        self._write()
        pluto = ["/usr/libexec/ipsec/pluto", "--nofork", "--no-dnssec"]
        pluto += ["--config", str(self._settings), "--rundir", str(self._work)]
        # It insists on its helpers lying where the package has them.
        self._process = self.site.gateway.start(
            in_place({"/usr/libexec": UNPACKED / "usr/libexec"}, pluto), self._output
        )
        wait_until(self._is_there, "pluto to be there", 10, self._last_output)
        self._whack("--listen")
        for session in self._sessions.values():
            self._load(session)

    def _is_there(self) -> bool:
        self._expect_running()
        return self._control.exists()

    def _last_output(self) -> str:
        return self._output.read_text()[-1000:] + super()._last_output()

    def _whack(self, *arguments: str, check: bool = True) -> str:
        whack = UNPACKED / "usr/libexec/ipsec/whack"
        return run([str(whack), "--rundir", str(self._work), *arguments], check=check)

    # Sessions.

    def put(self, session: Session) -> None:
        if session.id in self._sessions:
            self.delete(session)
        self._sessions[session.id] = session
        if session.certificates is not None:
            self._import(session.certificates)
        self._write()
        if self._process is not None:
            self._load(session)

    def _load(self, session: Session) -> None:
        if not session.enabled:
            return
        self._whack("--rereadsecrets")
        # One that pluto has not made itself it takes for somebody else's when it adds a connection.
        self._remove_interface(session)
        for name in self._names(session):
            addconn = UNPACKED / "usr/libexec/ipsec/addconn"
            files = ["--config", str(self._settings), "--ctlsocket", str(self._control)]
            run([str(addconn), *files, name])
            # addconn itself calls everything a success.
            if self.logged(f'"{name}": failed to add'):
                raise CommandFailed(f"pluto refused {name}: {self._last_output()}")
            if session.mode is Mode.ON_DEMAND:
                self._whack("--route", "--name", name)
        if session.route_based:
            self._set_up_interface(session)
        if session.mode is Mode.INITIATOR:
            self.initiate(session)

    def _set_up_interface(self, session: Session) -> None:
        """What the administrator does for a tunnel interface, where pluto's script does nothing."""
        name = self.interface(session)
        if not self._has_interface(session):
            number = self._interface_number(session)
            self.site.gateway.ip(f"link add {name} type xfrm dev outer if_id {number}")
        self.site.gateway.ip(
            f"addr add {session.tunnel_address} dev {name}", f"link set {name} mtu 1400 up"
        )

    def _remove_interface(self, session: Session) -> None:
        if session.route_based and self._has_interface(session):
            self.site.gateway.ip(f"link delete {self.interface(session)}")

    def _has_interface(self, session: Session) -> bool:
        found = kernel.tunnels(self.site.gateway)
        return any(link["ifname"] == self.interface(session) for link in found)

    def load_files(self, connections: str, secrets: str) -> list[str]:
        """Takes connections and secrets as an administrator has them in files; gives their names."""
        # As in the connections of our own: there is no `ipsec` command here.
        default = "conn %default\n    leftupdown=%disabled\n\n"
        text = _SETTINGS.format(work=self._work, log=self.log) + default + connections
        self._settings.write_text(text)
        (self._work / "ipsec.secrets").write_text(secrets)
        self._whack("--rereadsecrets")
        addconn = UNPACKED / "usr/libexec/ipsec/addconn"
        files = ["--config", str(self._settings), "--ctlsocket", str(self._control)]
        names = re.findall(r"^conn (\S+)$", connections, re.MULTILINE)
        for name in names:
            run([str(addconn), *files, name])
            if self.logged(f'"{name}": failed to add'):
                raise CommandFailed(f"pluto refused {name}: {self._last_output()}")
            # What `ipsec start` does for auto=start.
            self._whack("--initiate", "--asynchronous", "--name", name)
        return names

    def unload_files(self, names: list[str]) -> None:
        """Takes such connections away, telling the peer."""
        for name in names:
            self._whack("--delete", "--name", name, check=False)
        self._write()

    def delete(self, session: Session) -> None:
        """Takes a session away, telling the peer."""
        del self._sessions[session.id]
        if self._process is not None:
            for name in self._names(session):
                self._whack("--delete", "--name", name, check=False)
        self._remove_interface(session)
        self._write()

    def interface(self, session: Session) -> str:
        return f"ipsec{self._interface_number(session)}"

    def _interface_number(self, session: Session) -> int:
        return self._interfaces.setdefault(session.id, len(self._interfaces) + 1)

    @staticmethod
    def _names(session: Session) -> list[str]:
        return [f"{session.name}-{n}" for n in range(1, len(session.pairs) + 1)]

    def _write(self) -> None:
        """The configuration and the secrets of all sessions."""
        sessions = list(self._sessions.values())
        connections = [line for session in sessions for line in self._connections(session)]
        text = _SETTINGS.format(work=self._work, log=self.log) + "\n".join(connections) + "\n"
        self._settings.write_text(text)
        secrets = [
            f'{_identity(session.local_id)} {_identity(session.peer_id)} : PSK "{session.psk}"\n'
            for session in sessions
            if session.certificates is None
        ]
        (self._work / "ipsec.secrets").write_text("".join(secrets))

    def _connections(self, session: Session) -> Iterator[str]:
        ike = session.ike or IkeProfile()
        tunnel = session.tunnel or TunnelProfile()
        dpd = session.dpd or DpdProfile()
        starts = session.mode is Mode.INITIATOR
        for name, (local, remote) in zip(self._names(session), session.pairs):
            settings = {
                "ikev2": "insist",
                "left": session.local,
                "leftid": _identity(session.local_id),
                "leftsubnet": local,
                "right": "%any" if session.peer_is_anywhere else session.peer,
                "rightid": _identity(session.peer_id),
                "rightsubnet": remote,
                **self._proof(session),
                "narrowing": "yes",
                "ike": _proposals(ike.encryption, ike.digest, ike.groups, ike=True),
                "esp": _proposals(tunnel.encryption, tunnel.digest, tunnel.groups, ike=False),
                "ikelifetime": f"{ike.lifetime}s",
                "salifetime": f"{tunnel.lifetime}s",
                "dpddelay": dpd.interval,
                "dpdaction": "restart" if starts else "clear",
                "keyingtries": 0 if starts else 1,
                # Its script would want the `ipsec` command, for routes that nobody here needs.
                "leftupdown": "%disabled",
            }
            if tunnel.esn:
                settings["esn"] = "yes"
            if session.route_based:
                settings["ipsec-interface"] = self._interface_number(session)
            yield f"conn {name}"
            yield from (f"    {key}={value}" for key, value in settings.items())

    @staticmethod
    def _proof(session: Session) -> dict[str, str]:
        if session.certificates is None:
            return {"authby": "secret"}
        own = session.certificates.own
        return {
            # With both it would sign with RSA whatever key it has.
            "authby": "ecdsa" if own.kind.startswith("ecdsa") else "rsa-sha2",
            "leftcert": own.name,
            "leftsendcert": "always",
            "sendca": "all",
            "rightca": "%same",
        }

    def _import(self, certificates: Certificates) -> None:
        """NSS keeps certificates by name, and private keys come in PKCS #12."""
        own = certificates.own
        if own.key in self._imported:
            return
        self._imported.add(own.key)
        authority, pem, bundle = (self._work / name for name in ("ca.pem", "own.pem", "own.p12"))
        authority.write_text(certificates.authority)
        pem.write_text("".join([own.key, own.certificate, *own.chain]))
        name = ["-name", own.name, "-out", str(bundle), "-passout", "pass:"]
        run(["openssl", "pkcs12", "-export", "-in", str(pem), *name])
        self._nss("pk12util", "-i", str(bundle), "-W", "", "-K", "")
        self._nss("certutil", "-A", "-n", own.name + "-ca", "-t", "CT,,", "-i", str(authority))

    # The tunnels.

    def is_up(self, session: Session) -> bool:
        """Every pair has its Child SA."""
        established = self._whack("--trafficstatus")
        return all(f'"{name}"' in established for name in self._names(session))

    def why_down(self, session: Session) -> str:
        return f"libreswan at site {self.site.letter} has: {self._whack('--showstates').strip()}"

    def demand_cookies(self, always: bool) -> None:
        """From everybody who starts an IKE SA, or as ever."""
        self._whack("--ddos-busy" if always else "--ddos-auto")

    def initiate(self, session: Session) -> None:
        """Starts every Child SA by hand, without waiting for the outcome."""
        for name in self._names(session):
            self._whack("--initiate", "--asynchronous", "--name", name)

    def rekey_ike(self, session: Session) -> None:
        self._whack("--rekey-ike", "--asynchronous", "--name", self._names(session)[0])

    def rekey_children(self, session: Session) -> None:
        for name in self._names(session):
            self._whack("--rekey-ipsec", "--asynchronous", "--name", name)

    def ike_spis(self, session: Session) -> set[str]:
        """Of the established IKE SAs, or rather libreswan's own numbers of them."""
        line = rf'#(\d+): "{session.name}-\d+".*STATE_V2_ESTABLISHED_IKE_SA'
        return set(re.findall(line, self._whack("--showstates")))
