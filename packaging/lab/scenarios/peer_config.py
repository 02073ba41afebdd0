"""The configuration that the API writes for the other side, taken as it is by that side."""

import re

from edgelab.lab import Lab
from edgelab.libreswan import Libreswan
from edgelab.scenario import scenario
from edgelab.session import Mode, Session
from edgelab.sites import LIBRESWAN, Setting


def _opened(lab: Lab, name: str) -> Session:
    """A session that waits for its peer, and whose packets are guarded."""
    session = lab.policy_session(name, Mode.RESPOND_ONLY, lab.rules(1, 2))
    lab.a.put(session)
    lab.protect(session)
    return session


def _text(lab: Lab, session: Session, form: str) -> str:
    status, text = lab.edge.request("GET", f"{lab.edge.path(session)}/peer-config?format={form}")
    assert status == 200, text
    return text


@scenario(Setting(site_b=LIBRESWAN))
def libreswan_takes_the_text(lab: Lab) -> None:
    """libreswan reads the two files as they are written, and the tunnels come up."""
    session = _opened(lab, "told-libreswan")
    assert isinstance(lab.b, Libreswan)
    text = _text(lab, session, "libreswan")
    (lab.results / "told.libreswan.txt").write_text(text)
    _, connections, secrets = re.split(r"^# ==== .*$", text, flags=re.MULTILINE)
    names = lab.b.load_files(connections, secrets)
    try:
        lab.a.wait_up(session)
        lab.expect_pings()
    finally:
        lab.b.unload_files(names)
