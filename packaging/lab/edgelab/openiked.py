"""A gateway run by OpenIKED."""

import re
from pathlib import Path

from edgelab import kernel
from edgelab.clock import wait_until
from edgelab.network import Site
from edgelab.peer import PeerGateway
from edgelab.peers import UNPACKED, in_place
from edgelab.pki import Certificates
from edgelab.process import CommandFailed, run
from edgelab.session import DpdProfile, IkeProfile, Mode, Session, TunnelProfile

_ENCRYPTION = {
    "AES_128": "aes-128",
    "AES_256": "aes-256",
    "AES_GCM_128": "aes-128-gcm",
    "AES_GCM_192": "aes-192-gcm",
    "AES_GCM_256": "aes-256-gcm",
    "CHACHA20_POLY1305": "chacha20-poly1305",
}
_DIGEST = {
    "SHA1": "hmac-sha1",
    "SHA2_256": "hmac-sha2-256",
    "SHA2_384": "hmac-sha2-384",
    "SHA2_512": "hmac-sha2-512",
}
_GROUP = {
    "GROUP14": "modp2048",
    "GROUP15": "modp3072",
    "GROUP16": "modp4096",
    "GROUP19": "ecp256",
    "GROUP20": "ecp384",
    "GROUP21": "ecp521",
    "GROUP31": "curve25519",
}


def _is_aead(encryption: str) -> bool:
    return "GCM" in encryption or "POLY1305" in encryption


def _proposals(
    encryption: tuple[str, ...], digest: tuple[str, ...], groups: tuple[str, ...], ike: bool
) -> str:
    """AEAD and cipher with HMAC need proposals of their own (RFC 7296 section 3.3)."""
    text = ""
    for aead in (True, False):
        ciphers = [_ENCRYPTION[name] for name in encryption if _is_aead(name) is aead]
        if not ciphers:
            continue
        digests = [_DIGEST[name] for name in digest]
        words = [f"enc {name}" for name in ciphers]
        if ike:
            words += [f"prf {name}" for name in digests or _DIGEST.values()]
        if not aead:
            words += [f"auth {name}" for name in digests]
        words += [f"group {_GROUP[name]}" for name in groups]
        text += (" ikesa " if ike else " childsa ") + " ".join(words)
    return text


class OpenIked(PeerGateway):
    """iked in a site's gateway, spoken to by `ikectl`."""

    name = "OpenIKED"

    def __init__(self, site: Site, work: Path, results: Path) -> None:
        super().__init__(site, results / f"site-{site.letter}.iked.log")
        self._socket = work / f"{site.letter}.iked.sock"
        self._settings = results / f"site-{site.letter}.iked.conf"
        self._etc = work / f"{site.letter}.iked"
        self._keys = self._etc / "iked"
        for folder in ("ca", "certs", "crls", "private", "pubkeys", "empty"):
            (self._keys / folder).mkdir(parents=True)
        # The user to whom it drops, with the folder that it makes its root.
        user = "_iked:x:65533:65533::/etc/iked/empty:/bin/false"
        (self._etc / "passwd").write_text(f"root:x:0:0::/:/bin/sh\n{user}\n")
        (self._etc / "group").write_text("root:x:0:\n_iked:x:65533:\n")
        # It does not start without a key, even where every peer has a shared secret.
        self._use_key(run(["openssl", "ecparam", "-genkey", "-name", "prime256v1", "-noout"]))

    def _use_key(self, key: str) -> None:
        (self._keys / "private" / "local.key").write_text(key)
        (self._keys / "local.pub").write_text(run(["openssl", "pkey", "-pubout"], stdin=key))

    # The process.

    def start(self) -> None:
        self._socket.unlink(missing_ok=True)
        self._write()
        iked = [str(UNPACKED / "usr/sbin/iked"), "-dvv", "-f", str(self._settings)]
        self._process = self.site.gateway.start(
            in_place({"/etc": self._etc}, [*iked, "-s", str(self._socket)]), self.log
        )
        wait_until(self._answers, "iked to answer", 10, self._last_output)

    def _answers(self) -> bool:
        self._expect_running()
        try:
            self._ikectl("show", "sa")
        except CommandFailed:
            return False
        return True

    def _ikectl(self, *arguments: str) -> str:
        return run([str(UNPACKED / "usr/sbin/ikectl"), "-s", str(self._socket), *arguments])

    # Sessions.

    def put(self, session: Session) -> None:
        if session.id in self._sessions:
            self.delete(session)
        self._sessions[session.id] = session
        if session.certificates is not None:
            self._import(session.certificates)
        self._reload()

    def _import(self, certificates: Certificates) -> None:
        (self._keys / "ca" / "ca.crt").write_text(certificates.authority)
        own = certificates.own
        for n, each in enumerate(own.chain):
            (self._keys / "ca" / f"{own.name}-{n}.crt").write_text(each)
        (self._keys / "certs" / f"{own.name}.crt").write_text(own.certificate)
        self._use_key(own.key)

    def _reload(self) -> None:
        self._write()
        if self._process is not None:
            self._ikectl("reset", "ca")
            self._ikectl("reload")

    def delete(self, session: Session) -> None:
        """Takes a session away, telling the peer."""
        del self._sessions[session.id]
        self._reload()
        if self._process is not None:
            self._ikectl("reset", "id", f"FQDN/{session.peer_id}")

    def interface(self, session: Session) -> str:
        raise NotImplementedError("on Linux it has policies alone")

    def _write(self) -> None:
        sessions = [each for each in self._sessions.values() if each.enabled]
        dpd = next((each.dpd for each in sessions if each.dpd), DpdProfile())
        lines = ["set fragmentation", "set nomobike", f"set dpd_check_interval {dpd.interval}"]
        lines += map(self._policy, sessions)
        self._settings.write_text("\n".join(lines) + "\n")
        self._settings.chmod(0o600)  # It refuses to read secrets that others can read.

    @staticmethod
    def _policy(session: Session) -> str:
        ike = session.ike or IkeProfile()
        tunnel = session.tunnel or TunnelProfile()
        mode = "active" if session.mode is Mode.INITIATOR else "passive"
        pairs = " ".join(f"from {local} to {remote}" for local, remote in session.pairs)
        peer = "any" if session.peer_is_anywhere else session.peer
        proof = "" if session.certificates else f'psk "{session.psk}"'
        return (
            f'ikev2 "{session.name}" {mode} esp {pairs} local {session.local} peer {peer}'
            + _proposals(ike.encryption, ike.digest, ike.groups, ike=True)
            + _proposals(tunnel.encryption, tunnel.digest, tunnel.groups, ike=False)
            + f" srcid {session.local_id} dstid {session.peer_id}"
            + f" ikelifetime {ike.lifetime} lifetime {tunnel.lifetime} {proof}"
        )

    # The tunnels.

    def is_up(self, session: Session) -> bool:
        """Its own policies have an SA behind each pair."""
        shown = self._ikectl("show", "sa")
        flows = re.findall(r"sa_flows: \S+ ESP out (\S+) -> (\S+) .*\(L\)", shown)
        return all((str(local), str(remote)) in flows for local, remote in session.pairs)

    def why_down(self, session: Session) -> str:
        shown = self._ikectl("show", "sa").strip()
        return f"OpenIKED at site {self.site.letter} has: {shown or 'no SA'}"

    def rekey_children(self, session: Session) -> None:
        """It has no command for that, but heeds the kernel."""
        for state in kernel.states(self.site.gateway):
            if state.source == session.local:
                kernel.reach_soft_limit(self.site.gateway, state)

    def ike_spis(self, session: Session) -> set[str]:
        """The initiator's SPIs of the established IKE SAs."""
        shown = self._ikectl("show", "sa")
        return set(re.findall(r"iked_sas: .* ispi (\w+) .*ESTABLISHED", shown))
