"""Other people's implementations."""

from edgelab.lab import Lab
from edgelab.scenario import scenario
from edgelab.sites import TO_LIBRESWAN
from scenarios.policy_based import ROLES


@scenario(TO_LIBRESWAN, variants=tuple(ROLES))
def libreswan(lab: Lab, role: str) -> None:
    """libreswan as peer, in both roles."""
    session = lab.policy_session("libreswan", ROLES[role])
    lab.establish(session)
    lab.expect_pings()
