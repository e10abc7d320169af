"""A check sees its own configuration serve and be suspended; nobody else does."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from readiness.models import CapabilityVersion
from readiness.registry import slots
from readiness.registry.resolve import CapabilityOff, resolve
from readiness.registry.slots import Slot
from readiness.registry.trial import on_trial
from tests.readiness.factories import a_serving_version

SLOT = "test.trial"


@pytest.fixture(autouse=True)
def _declared(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(slots._declared, SLOT, Slot(key=SLOT, title="Trial"))
    return iter(())


@pytest.mark.django_db
@pytest.mark.req("R-CSR-19")
def test_it_serves_within_the_block_and_what_served_before_serves_after() -> None:
    a_serving_version(SLOT, {"who": "before"})

    with on_trial(SLOT, {"who": "tried"}) as trial:
        tried: Any = resolve(SLOT).config["who"]
        trial.suspend()
        with pytest.raises(CapabilityOff):
            resolve(SLOT)
        trial.resume()
        again = resolve(SLOT).config["who"]

    assert (tried, again, resolve(SLOT).config["who"]) == ("tried", "tried", "before")
    assert CapabilityVersion.objects.filter(slot__key=SLOT).count() == 1


@pytest.mark.django_db
def test_a_check_that_breaks_takes_its_trial_with_it() -> None:
    a_serving_version(SLOT, {"who": "before"})

    with pytest.raises(ZeroDivisionError), on_trial(SLOT, {"who": "tried"}):
        raise ZeroDivisionError

    assert resolve(SLOT).config["who"] == "before"


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_there_is_no_trial() -> None:
    with pytest.raises(RuntimeError, match="rolled back"), on_trial(SLOT, {}):
        pass
    assert transaction.get_connection().in_atomic_block is False
