"""A gateway run by the daemon under test, by its REST API alone."""

import http.client
import json
import os
import re
import signal
import socket
from pathlib import Path
from typing import Any, Optional

from edgelab import kernel
from edgelab.clock import SLOWNESS, wait_until
from edgelab.network import Site
from edgelab.pki import Certificates
from edgelab.process import CommandFailed, Process
from edgelab.session import DpdProfile, IkeProfile, Session, TunnelProfile

API = "/api/v1/vpn/ipsec"
TRUST = "/api/v1/trust-management"


class ApiRefused(AssertionError):
    """The daemon answered with an error; `status` and `body` say which."""

    def __init__(self, request: str, status: int, body: str) -> None:
        super().__init__(f"{request} was answered {status}: {body}")
        self.status = status
        self.body = body


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path, seconds: float) -> None:
        super().__init__("localhost", timeout=seconds)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class _NotifySocket:
    """systemd's side of sd_notify(3)."""

    def __init__(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        self.path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.setblocking(False)
        self._seen: list[str] = []

    def lines(self) -> list[str]:
        try:
            while True:
                self._seen += self._socket.recv(4096).decode().splitlines()
        except BlockingIOError:
            return self._seen

    def close(self) -> None:
        self._socket.close()
        self.path.unlink(missing_ok=True)


class EdgeIpsecd:
    """edge-ipsecd in a site's gateway. What it is asked and what it answers goes by HTTP."""

    def __init__(
        self, image: Path, site: Site, work: Path, results: Path, **configuration: Any
    ) -> None:
        self.site = site
        self.log = results / f"site-{site.letter}.edge-ipsecd.log"
        self.socket = work / f"{site.letter}.api"
        self._program = image / "bin" / "edge-ipsecd"
        self._notify_path = work / f"{site.letter}.notify"
        self._notify: Optional[_NotifySocket] = None
        self._configuration_file = results / f"site-{site.letter}.edge-ipsecd.yaml"
        self._sessions: dict[str, Session] = {}
        self._profiles: dict[object, str] = {}
        self._imported: dict[str, str] = {}
        self._process: Optional[Process] = None
        self.configuration: dict[str, Any] = {
            "state_dir": str(work / f"{site.letter}.state"),
            "runtime_dir": str(work / f"{site.letter}.run"),
            "api": {"unix_socket": str(self.socket)},
            **configuration,
        }
        for key in ("state_dir", "runtime_dir"):
            Path(self.configuration[key]).mkdir(mode=0o700)

    # The process.

    def start(self) -> None:
        """Starts the daemon and waits until it reports that it is ready.

        Its environment is ours, with the class archive that was recorded for it.
        """
        # JSON is YAML.
        self._configuration_file.write_text(json.dumps(self.configuration, indent=2) + "\n")
        self._notify = _NotifySocket(self._notify_path)
        self._process = self.site.gateway.start(
            [str(self._program), "--config", str(self._configuration_file)],
            self.log,
            {"NOTIFY_SOCKET": str(self._notify.path)},
        )
        wait_until(self._ready, "edge-ipsecd to be ready", 15, self._last_words, interval=0.1)

    def _ready(self) -> bool:
        assert self._process is not None and self._notify is not None
        if self._process.ended():
            raise CommandFailed(
                f"edge-ipsecd ended at its start with {self._process.status}: {self._last_words()}"
            )
        return "READY=1" in self._notify.lines()

    def _last_words(self) -> str:
        return self.log.read_text()[-1500:]

    @property
    def running(self) -> bool:
        return self._process is not None and not self._process.ended()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def stop(self) -> None:
        """What systemd does: SIGTERM, and the JVM's 143 counts as success."""
        status = self._end(signal.SIGTERM)
        if status not in (None, 0, 143, -signal.SIGTERM):
            raise CommandFailed(f"edge-ipsecd stopped with {status}: {self._last_words()}")

    def kill(self) -> None:
        """kill -9: the daemon is gone at once, the kernel keeps what it had."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> Optional[int]:
        if self._process is None:
            return None
        try:
            return self._process.stop(how, 30)
        finally:
            self._process = None
            if self._notify is not None:
                self._notify.close()
                self._notify = None

    def start_second(self) -> Process:
        """Another daemon with the same configuration, which is not to work."""
        return self.site.gateway.start(
            [str(self._program), "--config", str(self._configuration_file)],
            self.log.with_suffix(".second.log"),
        )

    def flush(self) -> str:
        """`edge-ipsecd --flush`, which needs no running daemon."""
        return self.site.gateway.run(
            str(self._program), "--config", str(self._configuration_file), "--flush"
        )

    # The API.

    def request(
        self, method: str, path: str, body: Any = None, seconds: float = 30
    ) -> tuple[int, str]:
        """A raw request: the status and the body of the answer, whatever they are."""
        if not self.running:
            raise CommandFailed(f"edge-ipsecd is not running: {self._last_words()}")
        connection = _UnixConnection(self.socket, seconds * SLOWNESS)
        try:
            text = body if isinstance(body, (str, bytes)) or body is None else json.dumps(body)
            try:
                connection.request(method, path, text, {"Content-Type": "application/json"})
            except (BrokenPipeError, ConnectionResetError):
                pass  # The answer came before the whole body was sent; it is there to be read.
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except (OSError, http.client.HTTPException) as e:
            raise CommandFailed(
                f"{method} {path} had no answer: {e!r}; edge-ipsecd last said: {self._last_words()}"
            ) from e
        finally:
            connection.close()

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """A request that should work."""
        status, text = self.request(method, path, body)
        if not 200 <= status < 300:
            raise ApiRefused(f"{method} {path}", status, text)
        return json.loads(text) if text else None

    def put(self, session: Session) -> dict[str, Any]:
        """Creates or replaces the session; the answer means that it is stored, not that it is up."""
        body = self.body(session)
        if session.id in self._sessions:
            body["_revision"] = self.call("GET", self.path(session))["_revision"]
        answer: dict[str, Any] = self.call("PUT", self.path(session), body)
        self._sessions[session.id] = session
        return answer

    def delete(self, session: Session) -> None:
        self.call("DELETE", self.path(session))
        del self._sessions[session.id]

    def delete_all(self) -> None:
        for session in list(self._sessions.values()):
            self.delete(session)

    def path(self, session: Session) -> str:
        return f"{API}/sessions/{session.id}"

    def status(self, session: Session) -> dict[str, Any]:
        answer: dict[str, Any] = self.call("GET", self.path(session) + "/status")
        return answer

    def is_up(self, session: Session) -> bool:
        return bool(self.status(session)["session_status"] == "UP")

    def why_down(self, session: Session) -> str:
        status = self.status(session)
        ike = status["ike_status"]
        return (
            f"session_status {status['session_status']}, ike {ike['ike_session_state']}, "
            f"fail_reason {ike.get('fail_reason')!r}, "
            f"{status['negotiated_tunnels']} of {status['total_tunnels']} tunnels"
        )

    def wait_up(self, session: Session, seconds: float = 20) -> None:
        self.wait_status(session, "UP", seconds)

    def wait_status(self, session: Session, wanted: str, seconds: float = 20) -> None:
        wait_until(
            lambda: bool(self.status(session)["session_status"] == wanted),
            f"{session.name} to be {wanted} at site {self.site.letter}",
            seconds,
            lambda: self.why_down(session),
            interval=0.2,
        )

    def wait_fail_reason(self, session: Session, pattern: str, seconds: float = 30) -> str:
        """The `fail_reason` of the status, once it matches."""

        def reason() -> Optional[str]:
            text = str(self.status(session)["ike_status"].get("fail_reason") or "")
            return text if re.search(pattern, text, re.IGNORECASE) else None

        return wait_until(
            reason,
            f"{session.name} to fail with {pattern!r} at site {self.site.letter}",
            seconds,
            lambda: self.why_down(session),
            interval=0.2,
        )

    def interface(self, session: Session) -> str:
        """The session's tunnel interface: the one that has its address."""
        address = (session.tunnel_address or "").split("/")[0]

        def name() -> Optional[str]:
            for link in kernel.tunnels(self.site.gateway):
                if any(found.get("local") == address for found in link.get("addr_info", [])):
                    return str(link["ifname"])
            return None

        return wait_until(name, f"a tunnel interface with {address}", 10, interval=0.1)

    def body(self, session: Session) -> dict[str, Any]:
        """The session as the API's JSON."""
        body: dict[str, Any] = {
            "display_name": session.name,
            "enabled": session.enabled,
            "local_endpoint": {"local_address": session.local, "local_id": session.local_id},
            "peer_address": session.peer,
            "peer_id": session.peer_id,
            "authentication_mode": "PSK",
            "psk": session.psk,
            "connection_initiation_mode": session.mode.value,
        }
        if session.certificates is not None:
            del body["psk"]
            body["authentication_mode"] = "CERTIFICATE"
            body["local_endpoint"].update(self._trust(session.certificates))
        if session.tunnel_address:
            address, length = session.tunnel_address.split("/")
            subnet = {"ip_addresses": [address], "prefix_length": int(length)}
            body["resource_type"] = "RouteBasedIPSecVPNSession"
            body["tunnel_ports"] = [{"ip_subnets": [subnet]}]
        else:
            body["resource_type"] = "PolicyBasedIPSecVPNSession"
            body["policy_rules"] = [
                {
                    "sources": [{"subnet": subnet} for subnet in rule.sources],
                    "destinations": [{"subnet": subnet} for subnet in rule.destinations],
                }
                for rule in session.rules
            ]
        if session.ppk is not None:
            body["ppk"] = {
                "id": session.ppk.id,
                "key": session.ppk.key,
                "required": session.ppk.required,
            }
        if session.ike is not None:
            body["ike_profile_id"] = self._profile(session.ike)
        if session.tunnel is not None:
            body["ipsec_tunnel_profile_id"] = self._profile(session.tunnel)
        if session.dpd is not None:
            body["dpd_profile_id"] = self._profile(session.dpd)
        if session.mss is not None:
            body["tcp_mss_clamping"] = {"direction": session.mss.direction}
            if session.mss.size is not None:
                body["tcp_mss_clamping"]["max_segment_size"] = session.mss.size
        return body

    def _trust(self, certificates: Certificates) -> dict[str, Any]:
        """The local endpoint's part of authentication by certificate."""
        own = certificates.own
        trust: dict[str, Any] = {
            "certificate_id": self._import(
                "certificates",
                "".join([own.certificate, *own.chain]),
                private_key=own.encrypted_key,
                passphrase=own.passphrase,
            ),
            "trust_ca_ids": [self._import("certificates", certificates.authority)],
        }
        if certificates.crl is not None:
            trust["trust_crl_ids"] = [self._import("crls", certificates.crl)]
        return trust

    def _import(self, collection: str, pem: str, **more: str) -> str:
        """The id of what is imported at its first use."""
        if pem not in self._imported:
            answer = self.call(
                "POST", f"{TRUST}/{collection}?action=import", {"pem_encoded": pem, **more}
            )
            self._imported[pem] = str(answer["results"][0]["id"])
        return self._imported[pem]

    def _profile(self, profile: object) -> str:
        """The id of the profile in the daemon, which is made at its first use."""
        if profile not in self._profiles:
            if isinstance(profile, IkeProfile):
                kind, body = "ike-profiles", {
                    "resource_type": "IPSecVPNIKEProfile",
                    "ike_version": "IKE_V2",
                    "encryption_algorithms": list(profile.encryption),
                    "digest_algorithms": list(profile.digest),
                    "dh_groups": list(profile.groups),
                    "sa_life_time": profile.lifetime,
                    "additional_key_exchanges": list(profile.additional),
                }
            elif isinstance(profile, TunnelProfile):
                kind, body = "tunnel-profiles", {
                    "resource_type": "IPSecVPNTunnelProfile",
                    "encryption_algorithms": list(profile.encryption),
                    "digest_algorithms": list(profile.digest),
                    "dh_groups": list(profile.groups),
                    "sa_life_time": profile.lifetime,
                    "additional_key_exchanges": list(profile.additional),
                }
            elif isinstance(profile, DpdProfile):
                kind, body = "dpd-profiles", {
                    "resource_type": "IPSecVPNDPDProfile",
                    "dpd_probe_mode": profile.mode,
                    "dpd_probe_interval": profile.interval,
                    "retry_count": profile.retries,
                }
            else:
                raise TypeError(f"not a profile: {profile!r}")
            self._profiles[profile] = str(self.call("POST", f"{API}/{kind}", body)["id"])
        return self._profiles[profile]

    def logged(self, pattern: str) -> bool:
        return re.search(pattern, self.log.read_text()) is not None

    def child_suites(self, session: Session) -> list[str]:
        """Of each Child SA of the session, older ones first."""
        return [sa["suite"] for sa in self._made("child_sa", session)]

    def ike_sas_made(self, session: Session) -> list[dict[str, str]]:
        """What the log says of each IKE SA of the session, older ones first."""
        return self._made("ike_sa", session)

    def _made(self, kind: str, session: Session) -> list[dict[str, str]]:
        lines = self.log.read_text().splitlines()
        made = f"event={kind}.established session={session.id} "
        return [
            dict(word.split("=", 1) for word in line.split() if "=" in word)
            for line in lines
            if made in line
        ]

    def resident_kib(self) -> int:
        """The daemon's memory, for those who wonder."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        return int(found[1]) if found else 0


def is_image(folder: Path) -> bool:
    """Whether a folder holds the application image that the build makes."""
    return os.access(folder / "bin" / "edge-ipsecd", os.X_OK)
