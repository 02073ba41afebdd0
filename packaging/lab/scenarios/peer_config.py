"""The configuration that the API writes for the other side, taken as it is by that side."""

import re

from edgelab.lab import Lab
from edgelab.libreswan import Libreswan
from edgelab.scenario import scenario
from edgelab.session import Mode, Session
from edgelab.sites import LIBRESWAN, Setting
from edgelab.strongswan import StrongSwan

KINDS = ("policy-based", "route-based")


def _opened(lab: Lab, kind: str, name: str) -> Session:
    """A session that waits for its peer, and whose packets are guarded."""
    session = (
        lab.route_session(name, Mode.RESPOND_ONLY)
        if kind == "route-based"
        else lab.policy_session(name, Mode.RESPOND_ONLY, lab.rules(1, 2))
    )
    lab.a.put(session)
    if session.route_based:
        lab.route_at(lab.a, session)
    lab.protect(session)
    return session


def _text(lab: Lab, session: Session, form: str) -> str:
    status, text = lab.edge.request("GET", f"{lab.edge.path(session)}/peer-config?format={form}")
    assert status == 200, text
    return text


def _commands(lab: Lab, text: str) -> None:
    """The comment's commands for the tunnel interface."""
    commands = re.findall(r"^#   ip (.*)$", text, re.MULTILINE)
    inner = str(lab.network.other(lab.site_b).inner)
    lab.site_b.gateway.ip(*(command.replace("NETWORK", inner) for command in commands))


@scenario(variants=KINDS)
def swanctl_takes_the_text(lab: Lab, kind: str) -> None:
    """strongSwan loads the swanctl.conf as it is written, and the tunnel comes up."""
    session = _opened(lab, kind, "told-strongswan")
    text = _text(lab, session, "swanctl")
    assert isinstance(lab.b, StrongSwan)
    file = lab.results / f"told-{kind}.swanctl.conf"
    file.write_text(text)
    if session.route_based:
        _commands(lab, text)
    try:
        lab.b.load_file(file)
        lab.a.wait_up(session)
        lab.expect_pings()
    finally:
        lab.b.unload_file()
        if session.route_based:
            interface = re.findall(r"link add (\S+)", text)[0]
            lab.site_b.gateway.ip(f"link delete {interface}")


@scenario(Setting(site_b=LIBRESWAN))
def libreswan_takes_the_text(lab: Lab) -> None:
    """libreswan reads the two files as they are written, and the tunnels come up."""
    session = _opened(lab, "policy-based", "told-libreswan")
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
