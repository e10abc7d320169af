"""Tags on matters: each once, from the list, each step on the timeline, replayed and taken back."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from crm.errors import RuleBroken
from interactions.models import Interaction, Tag
from interactions.processes.close_interaction import complete
from interactions.processes.keep_tags import merge_tags, retire_tag
from interactions.processes.manage_interaction import tag_many, undo_batch, untag_many
from interactions.processes.tag_interaction import AT_MOST, tag, untag
from interactions.processes.track_interaction import rebuild
from interactions.reads import tag_names
from tests.customers.factories import an_agent
from tests.interactions.factories import a_worker, an_interaction

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]

COIN = "interactions.coin_tag"


def worn(matter: Interaction) -> tuple[str, ...]:
    """Its tags as they are read, with the store as the events say."""
    matter.refresh_from_db()
    assert rebuild(interaction_id=matter.pk) == []
    return tag_names([matter]).get(matter.pk, ())


def types(matter: Interaction) -> list[str]:
    return list(matter.events.order_by("seq").values_list("type", flat=True))[1:]


@pytest.mark.req("R-TMI-1")
def test_a_tag_is_put_on_once_however_it_is_written_and_taken_off() -> None:
    lead, matter = a_worker(COIN), an_interaction()

    first = tag(interaction_id=matter.pk, name=" Call   back ", actor=lead)
    again = tag(interaction_id=matter.pk, name="CALLBACK", actor=lead)

    assert first == again
    assert worn(matter) == ("Call back",)
    untag(interaction_id=matter.pk, name="call back", actor=lead)
    untag(interaction_id=matter.pk, name="call back", actor=lead)
    assert worn(matter) == ()
    assert types(matter) == ["tagged", "untagged"]


def test_the_database_keeps_two_spellings_of_one_word_out() -> None:
    Tag.objects.create(name="Call back", coined_by="x")

    for name in ("callBACK", " Press", "a  b"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Tag.objects.create(name=name, coined_by="x")


def test_only_who_may_coin_adds_a_word_to_the_list() -> None:
    matter = an_interaction()

    with pytest.raises(RuleBroken) as refused:
        tag(interaction_id=matter.pk, name="Press", actor=a_worker())

    assert (refused.value.code, refused.value.field) == ("tag-unknown", "tag")
    assert not Tag.objects.exists()
    tag(interaction_id=matter.pk, name="Press", actor=a_worker(COIN))
    tag(interaction_id=matter.pk, name="press", actor=a_worker())
    assert worn(matter) == ("Press",)


def test_who_may_not_work_on_it_tags_nothing() -> None:
    matter = an_interaction()

    for step in (tag, untag):
        with pytest.raises(PermissionDenied):
            step(interaction_id=matter.pk, name="Press", actor=an_agent())
    assert types(matter) == []


@pytest.mark.parametrize("name", ["", "   ", "x" * 41])
def test_a_tag_has_a_name_of_some_letters(name: str) -> None:
    with pytest.raises(RuleBroken):
        tag(interaction_id=an_interaction().pk, name=name, actor=a_worker(COIN))


def test_a_retired_tag_stays_where_it_is_and_is_put_on_nothing_more() -> None:
    lead, before, after = a_worker(COIN, "interactions.change_tag"), *two()
    press = tag(interaction_id=before.pk, name="Press", actor=lead)
    retire_tag(tag_id=press.pk, actor=lead)

    with pytest.raises(RuleBroken, match="no longer used"):
        tag(interaction_id=after.pk, name="press", actor=lead)

    assert worn(before) == ("Press",)
    untag(interaction_id=before.pk, name="Press", actor=lead)
    assert worn(before) == ()


def test_a_merged_tag_is_read_found_and_taken_off_as_the_other() -> None:
    lead, old, new = a_worker(COIN, "interactions.change_tag"), *two()
    media = tag(interaction_id=old.pk, name="Media", actor=lead)
    press = tag(interaction_id=new.pk, name="Press", actor=lead)
    merge_tags(source_id=media.pk, target_id=press.pk, actor=lead)

    assert worn(old) == worn(new) == ("Press",)
    assert set(Interaction.objects.tagged(press)) == {old, new}
    tag(interaction_id=old.pk, name="media", actor=lead)
    assert types(old) == ["tagged"]
    untag(interaction_id=old.pk, name="Press", actor=lead)
    assert worn(old) == ()


def test_enough_is_enough() -> None:
    lead, matter = a_worker(COIN), an_interaction()
    for n in range(AT_MOST):
        tag(interaction_id=matter.pk, name=f"t{n}", actor=lead)

    with pytest.raises(RuleBroken):
        tag(interaction_id=matter.pk, name="one more", actor=lead)


@pytest.mark.req("R-TMI-1")
def test_many_are_tagged_each_with_its_own_event_and_put_back() -> None:
    lead, one, other = a_worker(COIN), *two()
    tag(interaction_id=one.pk, name="Press", actor=lead)
    complete(interaction_id=other.pk, outcome="resolved", actor=lead)

    put = tag_many(interaction_ids=[one.pk, other.pk], name="Repeated", actor=lead)

    assert (worn(one), worn(other)) == (("Press", "Repeated"), ("Repeated",))
    assert (types(one)[-1], types(other)[-1]) == ("tagged", "tagged")
    undo_batch(batch_id=put.pk, actor=lead)
    assert (worn(one), worn(other)) == (("Press",), ())

    off = untag_many(interaction_ids=[one.pk, other.pk], name="press", actor=lead)
    assert worn(one) == ()
    undo_batch(batch_id=off.pk, actor=lead)
    assert worn(one) == ("Press",)


def two() -> tuple[Interaction, Interaction]:
    return an_interaction(), an_interaction()
