"""Authorities and certificates, made by OpenSSL when a scenario needs them."""

from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Optional

from edgelab.process import run

# What `openssl genpkey` is told for each kind of key.
KEYS = {
    "rsa-2048": ("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"),
    "ecdsa-p256": ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"),
    "ecdsa-p384": ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"),
    "ecdsa-p521": ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"),
    "ed25519": ("-algorithm", "ED25519"),
}

_SETTINGS = """
[ca]
default_ca = this
[this]
dir = {folder}
database = $dir/index
serial = $dir/serial
crlnumber = $dir/crlnumber
new_certs_dir = $dir
certificate = $dir/authority.pem
private_key = $dir/authority.key
default_md = sha256
default_days = 30
default_crl_days = 30
policy = anything
copy_extensions = copy
x509_extensions = end_entity
unique_subject = no
[anything]
organizationName = optional
commonName = supplied
[end_entity]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
"""


@dataclass(frozen=True)
class Issued:
    """A certificate and its private key in PEM."""

    name: str
    kind: str
    """Of its key, as in KEYS."""
    certificate: str
    key: str = field(repr=False)
    encrypted_key: str = field(repr=False)
    passphrase: str = field(repr=False)
    file: Path
    chain: tuple[str, ...] = ()
    """The certificates between it and its root, in PEM."""


@dataclass(frozen=True)
class Certificates:
    """How a session authenticates by certificate, as its own side has it."""

    own: Issued
    peer: Issued
    authority: str
    """The authority of both, in PEM."""
    crl: Optional[str] = None
    """What this side knows to be revoked."""

    def seen_from_peer(self) -> "Certificates":
        return Certificates(own=self.peer, peer=self.own, authority=self.authority)


class Authority:
    """One authority; its keys lie in a folder of its own that goes with it.

    With an issuer it is an intermediate one, whose certificates come with their chain.
    """

    def __init__(
        self, name: str = "Authority of the lab", issuer: "Optional[Authority]" = None
    ) -> None:
        self._temporary = TemporaryDirectory(prefix="edge-ipsec-lab-pki-")
        folder = self._folder = Path(self._temporary.name)
        self._settings = folder / "openssl.cnf"
        self._settings.write_text(_SETTINGS.format(folder=folder))
        (folder / "index").touch()
        (folder / "serial").write_text("1000\n")
        (folder / "crlnumber").write_text("01\n")
        key = self._new_key("authority", "ecdsa-p256")
        own = folder / "authority.pem"
        subject = ("req", "-new", "-key", str(key), "-subj", f"/O=edge-ipsec/CN={name}")
        if issuer is None:
            self._openssl(
                *subject, *("-x509", "-days", "30", "-extensions", "authority", "-out", str(own))
            )
        else:
            self._openssl(*subject, "-out", str(folder / "authority.csr"))
            issuer._sign(folder / "authority.csr", own, "-extensions", "authority")
        self.certificate = own.read_text()
        self._chain: tuple[str, ...] = (self.certificate, *issuer._chain) if issuer else ()

    def _openssl(self, command: str, *arguments: str) -> str:
        config = ("-config", str(self._settings)) if command in ("req", "ca") else ()
        return run(["openssl", command, *config, *arguments])

    def _new_key(self, name: str, kind: str) -> Path:
        file = self._folder / f"{name}.key"
        self._openssl("genpkey", *KEYS[kind], "-out", str(file))
        return file

    def issue(self, name: str, kind: str, days: Optional[tuple[str, str]] = None) -> Issued:
        """A certificate for a host name; `days` are its first and last, as YYMMDDHHMMSSZ."""
        key = self._new_key(name, kind)
        request, certificate = self._folder / f"{name}.csr", self._folder / f"{name}.pem"
        self._openssl(
            *("req", "-new", "-key", str(key), "-subj", f"/O=edge-ipsec/CN={name}"),
            *("-addext", f"subjectAltName=DNS:{name}", "-out", str(request)),
        )
        validity = ("-startdate", days[0], "-enddate", days[1]) if days else ()
        self._sign(request, certificate, *validity)
        passphrase = f"passphrase of {name}"
        encrypted = self._folder / f"{name}.encrypted.key"
        self._openssl(
            *("pkcs8", "-topk8", "-v2", "aes-256-cbc", "-in", str(key)),
            *("-out", str(encrypted), "-passout", f"pass:{passphrase}"),
        )
        return Issued(
            name,
            kind,
            certificate.read_text(),
            key.read_text(),
            encrypted.read_text(),
            passphrase,
            certificate,
            self._chain,
        )

    def _sign(self, request: Path, certificate: Path, *options: str) -> None:
        files = ("-in", str(request), "-out", str(certificate))
        self._openssl("ca", "-batch", "-notext", *options, *files)

    def revoke(self, issued: Issued) -> None:
        self._openssl("ca", "-revoke", str(issued.file))

    def crl(self) -> str:
        """The list of all that is revoked now."""
        file = self._folder / "crl.pem"
        self._openssl("ca", "-gencrl", "-out", str(file))
        return file.read_text()
