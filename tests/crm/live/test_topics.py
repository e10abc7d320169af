"""Topics: apps answer for their kinds; unknown ones lead nowhere."""

import pytest

from crm.access import SYSTEM, Actor
from crm.live import topics


def test_unknown_topic_leads_to_no_room() -> None:
    assert topics.rooms_of("nothing:1", SYSTEM) == frozenset()
    assert topics.quiet_for("nothing:1") == 0.0


def test_notices_are_heard_by_their_reader_alone() -> None:
    ana = Actor(pk=7, name="ana")

    assert topics.rooms_of("notices:8", ana) == {"notices:7"}


@pytest.mark.parametrize("name", ["Queue", "", "a:b"])
def test_kind_is_a_slug(name: str) -> None:
    with pytest.raises(ValueError, match="slug"):
        topics.register(name, lambda actor, key: frozenset(), quiet_for=1)


def test_kind_has_one_owner() -> None:
    with pytest.raises(ValueError, match="already"):
        topics.register("notices", lambda actor, key: frozenset(), quiet_for=1)
