"""Running a program outside the profile that its package brings.

On a machine with AppArmor, charon and tcpdump may touch only the files of a system-wide daemon; the
lab's private ones lie elsewhere. Root may ask for the program to run without its profile.
"""

import shutil
from pathlib import Path


def unconfined(*command: str) -> list[str]:
    profiles = Path("/sys/kernel/security/apparmor/profiles")
    try:
        loaded = profiles.read_text()
    except OSError:
        return list(command)
    tool = shutil.which("aa-exec")
    if not loaded or tool is None:
        return list(command)
    return [tool, "-p", "unconfined", "--", *command]
