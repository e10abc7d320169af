"""A toaster: a small governed behaviour of our own, so that these tests need no other app."""

from collections.abc import Mapping
from typing import Any

import pytest

from readiness.registry import cases, slots
from readiness.registry.cases import Case, Shown

SLOT = "toaster.policy"


def check_toaster(config: Mapping[str, Any]) -> None:
    if not isinstance(config.get("seconds"), int):
        raise ValueError("Say for how many seconds it toasts.")


def browns(config: Mapping[str, Any]) -> Shown:
    return Shown(config["seconds"] >= 60, f"{config['seconds']} s", {"seconds": config["seconds"]})


@pytest.fixture
def toaster(own_registry: None) -> str:
    """A slot whose configuration passes its readiness test from 60 seconds on."""
    slots.declare(
        slots.Slot(
            key=SLOT,
            title="Toaster",
            unit="customer",
            processes=("1.3.6",),
            baseline={"seconds": 90},
            check_config=check_toaster,
        )
    )
    cases.declare(
        Case(
            key="toaster.browns",
            title="It browns",
            slots=("toaster.",),
            category="systems",
            check=browns,
        )
    )
    return SLOT
