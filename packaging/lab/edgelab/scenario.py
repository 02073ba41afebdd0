"""How scenarios register themselves and are found."""

import importlib
import pkgutil
from dataclasses import dataclass, replace
from typing import Callable, Optional, Sequence

from edgelab.lab import Lab
from edgelab.sites import PLAIN, Setting


@dataclass(frozen=True)
class Scenario:
    name: str
    setting: Setting
    function: Callable[..., Optional[str]]
    variant: Optional[str] = None
    portable: bool = False
    """Whether it makes sense with strongSwan at site A, to test the lab itself."""
    alone: bool = False
    """Whether it changes something for the whole machine and must have no other beside it."""

    def run(self, lab: Lab) -> str:
        if self.variant is None:
            return self.function(lab) or ""
        return self.function(lab, self.variant) or ""


_registry: list[Scenario] = []


def scenario(
    setting: Setting = PLAIN,
    variants: Sequence[str] = (),
    portable: bool = False,
    alone: bool = False,
) -> Callable[[Callable[..., Optional[str]]], Callable[..., Optional[str]]]:
    """Registers a function as a scenario; with variants, once for each, as `name[variant]`."""

    def register(function: Callable[..., Optional[str]]) -> Callable[..., Optional[str]]:
        name = function.__name__.replace("_", "-")
        for variant in variants or (None,):
            full = f"{name}[{variant}]" if variant else name
            _registry.append(Scenario(full, setting, function, variant, portable, alone))
        return function

    return register


def all_scenarios() -> list[Scenario]:
    """Every scenario of every file in scenarios/, those with the same sites together."""
    package = importlib.import_module("scenarios")
    for module in sorted(found.name for found in pkgutil.iter_modules(package.__path__)):
        importlib.import_module(f"scenarios.{module}")
    return sorted(_registry, key=lambda each: each.setting)


def with_site_a(scenarios: Sequence[Scenario], kind: str) -> list[Scenario]:
    """The portable scenarios with another gateway at site A."""
    return sorted(
        (
            replace(each, setting=replace(each.setting, site_a=kind))
            for each in scenarios
            if each.portable or each.setting.site_a == kind
        ),
        key=lambda each: each.setting,
    )
