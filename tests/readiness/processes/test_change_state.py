import pytest

from crm.access import SYSTEM
from crm.errors import RuleBroken
from crm.events.models import OutboxEvent
from readiness.models import CapabilityVersion
from readiness.processes.change_state import WAYS, change_state
from tests.readiness.factories import a_version

pytestmark = pytest.mark.django_db

State = CapabilityVersion.State
PAIRS = [(old, new) for old in State.values for new in State.values]


@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_only_the_ways_of_the_state_chart_are_open(toaster: str, old: str, new: str) -> None:
    version = a_version(toaster, {"seconds": 90}, state=old)

    if new in WAYS[old]:
        change_state(version, new, actor=SYSTEM)
        assert OutboxEvent.objects.get().payload["new"] == new
    else:
        with pytest.raises(RuleBroken):
            change_state(version, new, actor=SYSTEM)
        assert not OutboxEvent.objects.exists()
    version.refresh_from_db()
    assert version.state == (new if new in WAYS[old] else old)


def test_nothing_ever_leaves_the_end() -> None:
    assert WAYS[State.WITHDRAWN] == WAYS[State.RETIRED] == frozenset()
