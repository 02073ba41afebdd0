"""What the profiles offer, negotiated with somebody else's implementation and used by the kernel."""

from edgelab.lab import Lab
from edgelab.scenario import scenario
from edgelab.session import IkeProfile, TunnelProfile

ALGORITHMS = {
    "aes-gcm-256+ecp384": (
        IkeProfile(("AES_GCM_256",), ("SHA2_384",), ("GROUP20",)),
        TunnelProfile(("AES_GCM_256",), (), ("GROUP20",)),
    ),
    "aes-cbc-256+sha2-512+ecp521": (
        IkeProfile(("AES_256",), ("SHA2_512",), ("GROUP21",)),
        TunnelProfile(("AES_256",), ("SHA2_512",), ("GROUP21",)),
    ),
    "chacha20-poly1305+curve25519": (
        IkeProfile(("CHACHA20_POLY1305",), ("SHA2_256",), ("GROUP31",)),
        TunnelProfile(("CHACHA20_POLY1305",), (), ("GROUP31",)),
    ),
    "aes-gcm-192+modp3072": (
        IkeProfile(("AES_GCM_192",), ("SHA2_256",), ("GROUP15",)),
        TunnelProfile(("AES_GCM_192",), (), ("GROUP15",)),
    ),
    "aes-cbc-128+sha2-384+ecp256": (
        IkeProfile(("AES_128",), ("SHA2_384",), ("GROUP19",)),
        TunnelProfile(("AES_128",), ("SHA2_384",), ("GROUP19",)),
    ),
    "aes-cbc-256+sha1+modp4096": (
        IkeProfile(("AES_256",), ("SHA1",), ("GROUP16",)),
        TunnelProfile(("AES_256",), ("SHA1",), ("GROUP16",)),
    ),
    "gmac-128+modp1024": (
        IkeProfile(("AES_GCM_128",), ("SHA2_256",), ("GROUP2",)),
        TunnelProfile(("NO_ENCRYPTION_AUTH_AES_GMAC_128",), (), ("GROUP2",)),
    ),
    "gmac-192+modp1536": (
        IkeProfile(("AES_128",), ("SHA2_512",), ("GROUP5",)),
        TunnelProfile(("NO_ENCRYPTION_AUTH_AES_GMAC_192",), (), ("GROUP5",)),
    ),
    "gmac-256+modp2048": (
        IkeProfile(("AES_256",), ("SHA2_384",), ("GROUP14",)),
        TunnelProfile(("NO_ENCRYPTION_AUTH_AES_GMAC_256",), (), ("GROUP14",)),
    ),
    "null+sha2-256": (
        IkeProfile(("AES_256",), ("SHA2_256",), ("GROUP31",)),
        TunnelProfile(("NO_ENCRYPTION",), ("SHA2_256",), ("GROUP31",)),
    ),
}


@scenario(variants=tuple(ALGORITHMS), portable=True)
def algorithms(lab: Lab, suite: str) -> str:
    """Each family of algorithms is negotiated as the profiles say, and traffic passes with it."""
    ike, tunnel = ALGORITHMS[suite]
    session = lab.policy_session("algorithms").but(ike=ike, tunnel=tunnel)
    lab.establish(session)
    lab.expect_pings()
    return lab.states()[0].algorithm
