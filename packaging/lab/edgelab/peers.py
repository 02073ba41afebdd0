"""The peers whose packages cannot be installed, as `packaging/lab/peers` unpacked them."""

import os
from pathlib import Path
from typing import Sequence

from edgelab.apparmor import unconfined

UNPACKED = Path(os.environ.get("EDGE_IPSEC_LAB_PEERS", "/var/cache/edge-ipsec-lab/peers"))


def in_place(mounts: dict[str, Path], command: Sequence[str]) -> list[str]:
    """Runs a command that finds at some paths what lies elsewhere, in a mount namespace of its own.

    It keeps the process id, so that signals reach the command itself.
    """
    script = "".join(f'mount --bind "{there}" "{path}" && ' for path, there in mounts.items())
    unshare = ["unshare", "--mount", "--propagation", "private"]
    return unconfined(*unshare, "sh", "-c", script + 'exec "$@"', "sh", *command)
