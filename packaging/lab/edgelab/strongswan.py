"""A gateway run by strongSwan: the peer that nobody here wrote."""

import json
from pathlib import Path
from typing import Any

from edgelab.apparmor import unconfined
from edgelab.clock import SLOWNESS, wait_until
from edgelab.network import Site
from edgelab.peer import PeerGateway
from edgelab.session import DpdProfile, IkeProfile, Mode, Session, TunnelProfile
from edgelab.vici import Vici, ViciError

CHARON = "/usr/sbin/charon-systemd"

COOKIE_THRESHOLD = 20
"""So many half-open IKE SAs make it ask everybody for a cookie."""

# strongSwan's settings end at the end of the line, never at a semicolon.
_SETTINGS = """
charon {{
  load_modular = no
  load = random drbg nonce openssl sha1 sha2 aes hmac kdf gcm kernel-netlink \
pem pkcs1 pkcs8 x509 pubkey constraints \
socket-default vici updown
  install_routes = no
  # One address may have as many half-open IKE SAs as it likes: cookies are what is to be seen.
  block_threshold = 0
  cookie_threshold = {cookie_threshold}
  retransmit_timeout = {retransmit}
  retransmit_base = 1.4
  retransmit_tries = 5
  plugins {{
    vici {{
      socket = unix://{socket}
    }}
  }}
  filelog {{
    file {{
      path = {log}
      default = 1
      ike = 2
      cfg = 2
      flush_line = yes
      time_format = %H:%M:%S
      time_add_ms = yes
    }}
  }}
}}
charon-systemd {{
  journal {{
    default = -1
  }}
}}
"""

_ENCRYPTION = {
    "AES_128": "aes128",
    "AES_256": "aes256",
    "AES_GCM_128": "aes128gcm16",
    "AES_GCM_192": "aes192gcm16",
    "AES_GCM_256": "aes256gcm16",
    "CHACHA20_POLY1305": "chacha20poly1305",
    "NO_ENCRYPTION_AUTH_AES_GMAC_128": "aes128gmac",
    "NO_ENCRYPTION_AUTH_AES_GMAC_192": "aes192gmac",
    "NO_ENCRYPTION_AUTH_AES_GMAC_256": "aes256gmac",
    "NO_ENCRYPTION": "null",
}
_DIGEST = {"SHA1": "sha1", "SHA2_256": "sha256", "SHA2_384": "sha384", "SHA2_512": "sha512"}
_GROUP = {
    "GROUP2": "modp1024",
    "GROUP5": "modp1536",
    "GROUP14": "modp2048",
    "GROUP15": "modp3072",
    "GROUP16": "modp4096",
    "GROUP19": "ecp256",
    "GROUP20": "ecp384",
    "GROUP21": "ecp521",
    "GROUP31": "curve25519",
}


def _is_aead(encryption: str) -> bool:
    return any(kind in encryption for kind in ("GCM", "GMAC", "POLY1305"))


def _proposals(
    encryption: tuple[str, ...],
    digest: tuple[str, ...],
    groups: tuple[str, ...],
    ike: bool,
) -> list[str]:
    """AEAD and cipher with HMAC need proposals of their own (RFC 7296 section 3.3)."""
    proposals = []
    for aead in (True, False):
        ciphers = [_ENCRYPTION[name] for name in encryption if _is_aead(name) is aead]
        if not ciphers:
            continue
        digests = [_DIGEST[name] for name in digest]
        if aead and not ike:
            digests = []
        elif aead:
            digests = ["prf" + name for name in digests or ["sha256", "sha384", "sha512"]]
        proposals.append("-".join(ciphers + digests + [_GROUP[name] for name in groups]))
    return proposals


class StrongSwan(PeerGateway):
    """charon in a site's gateway, spoken to by its control socket."""

    name = "strongSwan"

    def __init__(self, site: Site, work: Path, results: Path, fail_closed: bool = False) -> None:
        super().__init__(site, results / f"site-{site.letter}.charon.log")
        self._output = results / f"site-{site.letter}.charon.out"
        self._socket = work / f"{site.letter}.vici"
        self._settings = results / f"site-{site.letter}.strongswan.conf"
        self._if_ids: dict[str, int] = {}
        self._fail_closed = fail_closed
        self._settings.write_text(
            _SETTINGS.format(
                retransmit=1.5,
                cookie_threshold=COOKIE_THRESHOLD,
                socket=self._socket,
                log=self.log,
            )
        )

    def start(self) -> None:
        self._socket.unlink(missing_ok=True)
        self._process = self.site.gateway.start(
            unconfined(CHARON), self._output, {"STRONGSWAN_CONF": str(self._settings)}
        )
        wait_until(self._answers, "strongSwan to answer", 10, self._last_output)
        for session in self._sessions.values():
            self._load(session)

    def _answers(self) -> bool:
        self._expect_running()
        try:
            with self._vici() as vici:
                return bool(vici.call("version"))
        except OSError:
            return False

    def _last_output(self) -> str:
        return self._output.read_text()[-1000:] + super()._last_output()

    def _vici(self) -> Vici:
        return Vici(self._socket, 30 * SLOWNESS)

    def put(self, session: Session) -> None:
        """Creates or replaces a session; a disabled one is not loaded."""
        if session.id in self._sessions:
            self.delete(session)
        self._sessions[session.id] = session
        if session.route_based:
            name = self.interface(session)
            self.site.gateway.ip(
                f"link add {name} type xfrm dev outer if_id {self._if_id(session)}",
                f"link set {name} mtu 1400 up",
                f"addr add {session.tunnel_address} dev {name}",
            )
        if self._process is not None:
            self._load(session)

    def _load(self, session: Session) -> None:
        if not session.enabled:
            return
        connection = self._connection(session)
        shown = self.log.with_name(f"site-{self.site.letter}.{session.name}.connection.json")
        shown.write_text(json.dumps(connection, indent=2) + "\n")
        with self._vici() as vici:
            if session.certificates is None:
                vici.call(
                    "load-shared",
                    id=session.id,
                    type="IKE",
                    data=session.psk,
                    owners=[session.local_id, session.peer_id],
                )
            if session.ppk is not None:
                vici.call(
                    "load-shared",
                    id=f"{session.id}-ppk",
                    type="ppk",
                    data=session.ppk.key,
                    owners=[session.ppk.id],
                )
            if session.certificates is not None:
                own = session.certificates.own
                vici.call("load-key", type="any", data=own.key)
                for each in own.chain:
                    vici.call("load-cert", type="X509", flag="NONE", data=each)
            vici.call("load-conn", **{session.name: connection})

    def load_file(self, file: Path) -> None:
        """Loads a swanctl.conf, as its administrator would."""
        self.site.gateway.run(
            *("env", f"STRONGSWAN_CONF={self._settings}"),
            *unconfined("/usr/sbin/swanctl"),
            *("--load-all", "--noprompt", "--file", str(file)),
            *("--uri", f"unix://{self._socket}"),
        )

    def unload_file(self) -> None:
        """Takes away what was loaded with it, telling the peer."""
        with self._vici() as vici:
            for name in vici.call("get-conns").get("conns", []):
                vici.call("unload-conn", name=name)
                try:
                    vici.call("terminate", ike=name, force="yes", timeout="2000")
                except ViciError:
                    pass  # It has no SA.
            vici.call("clear-creds")

    def delete(self, session: Session) -> None:
        """Takes a session away, telling the peer."""
        del self._sessions[session.id]
        if self._process is not None:
            with self._vici() as vici:
                for command, arguments in (
                    ("unload-conn", {"name": session.name}),
                    ("unload-shared", {"id": session.id}),
                    ("unload-shared", {"id": f"{session.id}-ppk"}),
                    ("terminate", {"ike": session.name, "force": "yes", "timeout": "2000"}),
                ):
                    try:
                        vici.call(command, **arguments)
                    except ViciError:
                        pass  # It was not loaded, or had no SA.
        if session.route_based:
            self.site.gateway.ip(f"link delete {self.interface(session)}")

    def interface(self, session: Session) -> str:
        return f"xfrm{self._if_id(session)}"

    def _if_id(self, session: Session) -> int:
        return self._if_ids.setdefault(session.id, len(self._if_ids) + 1)

    def _connection(self, session: Session) -> dict[str, Any]:
        ike = session.ike or IkeProfile()
        tunnel = session.tunnel or TunnelProfile()
        dpd = session.dpd or DpdProfile()
        starts = session.mode is Mode.INITIATOR
        # What a gateway does about traffic while there is no tunnel: a trap holds it back.
        traps = session.mode is Mode.ON_DEMAND or self._fail_closed
        action = "trap|start" if traps and starts else "trap" if traps else "start"
        if not traps and not starts:
            action = "none"
        child: dict[str, Any] = {
            "esp_proposals": [
                proposal + ("-esn" if tunnel.esn else "")
                for proposal in _proposals(
                    tunnel.encryption, tunnel.digest, tunnel.groups, ike=False
                )
            ],
            "rekey_time": f"{tunnel.lifetime}s",
            "start_action": action,
            "dpd_action": "restart" if starts else "trap" if traps else "clear",
            "close_action": action.replace("trap|start", "start"),
        }
        if session.route_based:
            child["if_id_in"] = child["if_id_out"] = str(self._if_id(session))
        children = {
            f"{session.name}-{n}": {**child, "local_ts": [str(local)], "remote_ts": [str(remote)]}
            for n, (local, remote) in enumerate(session.pairs, start=1)
        }
        ppk: dict[str, str] = {}
        if session.ppk is not None:
            ppk = {
                "ppk_id": session.ppk.id,
                "ppk_required": "yes" if session.ppk.required else "no",
            }
        return {
            **ppk,
            "version": "2",
            "send_cert": "always",
            "local_addrs": [session.local],
            "remote_addrs": ["%any"] if session.peer_is_anywhere else [session.peer],
            "proposals": _proposals(ike.encryption, ike.digest, ike.groups, ike=True),
            "rekey_time": f"{ike.lifetime}s",
            "dpd_delay": f"{dpd.interval}s",
            "keyingtries": "0" if starts else "1",
            "mobike": "no",
            "childless": "force" if session.childless else "allow",
            "local": {"id": session.local_id, **self._proof(session, local=True)},
            "remote": {"id": session.peer_id, **self._proof(session, local=False)},
            "children": children,
        }

    @staticmethod
    def _proof(session: Session, local: bool) -> dict[str, Any]:
        certificates = session.certificates
        if certificates is None:
            return {"auth": "psk"}
        if local:
            return {"auth": "pubkey", "certs": [certificates.own.certificate]}
        return {"auth": "pubkey", "cacerts": [certificates.authority]}

    def ike_sas(self, session: Session) -> list[dict[str, Any]]:
        """strongSwan's own view of the session's IKE SAs."""
        with self._vici() as vici:
            events = vici.stream("list-sas", "list-sa", ike=session.name)
        return [sa for event in events for sa in event.values()]

    def ike_spis(self, session: Session) -> set[str]:
        """The initiator's SPIs of the established IKE SAs."""
        return {
            sa["initiator-spi"] for sa in self.ike_sas(session) if sa["state"] == "ESTABLISHED"
        }

    def children(self, session: Session) -> list[dict[str, Any]]:
        """The Child SAs that carry traffic."""
        return [
            child
            for sa in self.ike_sas(session)
            if sa["state"] == "ESTABLISHED"
            for child in sa.get("child-sas", {}).values()
            if child["state"] == "INSTALLED"
        ]

    def is_up(self, session: Session) -> bool:
        """Every pair has its Child SA."""
        return len({child["name"] for child in self.children(session)}) == len(session.pairs)

    def why_down(self, session: Session) -> str:
        states = [
            (sa["state"], [child["state"] for child in sa.get("child-sas", {}).values()])
            for sa in self.ike_sas(session)
        ]
        return f"strongSwan at site {self.site.letter} has {states or 'no IKE SA'}"

    def initiate(self, session: Session) -> None:
        """Starts every Child SA by hand, without waiting for the outcome."""
        with self._vici() as vici:
            for n in range(1, len(session.pairs) + 1):
                vici.call("initiate", child=f"{session.name}-{n}", timeout="-1")

    def rekey_ike(self, session: Session) -> None:
        with self._vici() as vici:
            vici.call("rekey", ike=session.name)

    def rekey_children(self, session: Session) -> None:
        with self._vici() as vici:
            for n in range(1, len(session.pairs) + 1):
                vici.call("rekey", child=f"{session.name}-{n}")

    def terminate(self, session: Session) -> None:
        """Deletes the session's IKE SAs at the peer too; the session itself stays."""
        with self._vici() as vici:
            vici.call("terminate", ike=session.name, timeout=str(20_000 * SLOWNESS))
