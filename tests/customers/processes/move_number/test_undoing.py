"""A move taken back, with everything it took along."""

import pytest

from crm.access import SYSTEM
from crm.errors import RuleBroken
from customers.processes.keep_contacts import change_contact_point
from customers.processes.move_number import undo_move
from tests.customers.number_factories import (
    a_subscriber,
    as_it_stands,
    found,
    moved,
    party_of,
    somebody,
)

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-6")]


def test_taken_back_everything_stands_as_before() -> None:
    old, new = a_subscriber(), somebody("Zola")
    before = as_it_stands()
    move = moved(new, services_follow=True)
    assert as_it_stands() != before

    undone = undo_move(move_id=move.pk, reason="It was right after all", actor=SYSTEM)

    assert (undone.back, undone.kept) == (4, ())
    assert as_it_stands() == before
    assert found() == [old.pk]


def test_what_was_changed_since_stays_and_is_named() -> None:
    old, new = a_subscriber(), somebody("Zola")
    move = moved(new)
    medium = party_of(old).contact_media.get()
    change_contact_point(
        medium_id=medium.pk,
        changes={"valid_to": None},
        trigger="customer-notified",
        actor=SYSTEM,
    )

    undone = undo_move(move_id=move.pk, reason="Wrong person", actor=SYSTEM)

    assert undone.kept == (str(medium),)
    medium.refresh_from_db()
    assert medium.preferred is False


def test_number_that_has_moved_on_is_not_taken_back_over_anybodys_head() -> None:
    a_subscriber()
    first = moved(somebody("Zola"))
    last = somebody("Yara")
    moved(last)

    with pytest.raises(RuleBroken) as refused:
        undo_move(move_id=first.pk, reason="Wrong person", actor=SYSTEM)

    assert refused.value.code == "moved-on"
    assert found() == [last.pk]
