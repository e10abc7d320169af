"""Own fields of matters: typed at every door, replayed, found, and asked for at completion."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from crm.access import SYSTEM
from crm.errors import RuleBroken
from interactions.models import Interaction, OwnField, Reason
from interactions.processes.close_interaction import complete
from interactions.processes.fill_own_fields import fill_in, keep_characteristics
from interactions.processes.track_interaction import rebuild
from tests.customers.factories import an_agent
from tests.interactions.factories import a_worker, an_interaction

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]


def defined(key: str, value_type: str = "text", **more: Any) -> OwnField:
    return OwnField.objects.create(key=key, label=key.title(), value_type=value_type, **more)


def values(matter: Interaction) -> dict[str, Any]:
    """What it says, with the store as the events say."""
    matter.refresh_from_db()
    assert rebuild(interaction_id=matter.pk) == []
    return {one["name"]: one["value"] for one in matter.characteristics}


@pytest.mark.req("R-TMI-1")
def test_a_value_is_kept_in_its_type_changed_and_taken_away_each_as_an_event() -> None:
    defined("floor", "whole")
    defined("colour", "choice", choices=["red", "blue"])
    worker, matter = a_worker(), an_interaction()

    fill_in(interaction_id=matter.pk, values={"floor": "3", "colour": "red"}, actor=worker)
    fill_in(interaction_id=matter.pk, values={"colour": "blue"}, actor=worker)
    fill_in(interaction_id=matter.pk, values={"colour": "blue"}, actor=worker)
    assert values(matter) == {"floor": 3, "colour": "blue"}
    fill_in(interaction_id=matter.pk, values={"floor": ""}, actor=worker)

    assert values(matter) == {"colour": "blue"}
    said = matter.events.filter(type="own_fields_changed").order_by("seq")
    assert [event.data["changed"] for event in said] == [["colour", "floor"], ["colour"], ["floor"]]


@pytest.mark.parametrize("wrong", [{"floor": "high"}, {"nosuch": "1"}, {"bill": "1"}])
def test_what_does_not_fit_or_is_of_another_kind_is_refused_beside_its_field(
    wrong: dict[str, str],
) -> None:
    defined("floor", "whole")
    defined("bill", vertical="billing")
    matter = an_interaction()

    with pytest.raises(RuleBroken) as refused:
        fill_in(interaction_id=matter.pk, values=wrong, actor=a_worker())

    assert refused.value.field == f"attribute_{next(iter(wrong))}"
    assert values(matter) == {}


def test_a_field_may_speak_of_one_reason_only() -> None:
    reason = Reason.objects.get(key="bill-question")
    field = defined("invoice", reason=reason)
    asked, other = an_interaction(reason_key="bill-question"), an_interaction()

    assert list(OwnField.objects.for_matter(asked)) == [field]
    assert not OwnField.objects.for_matter(other).exists()


@pytest.mark.req("R-TMI-1")
def test_a_required_field_is_asked_for_when_somebody_completes_it() -> None:
    defined("cause", required=True)
    defined("old", required=True, retired_at=timezone.now())
    defined("bill", required=True, vertical="billing")
    worker, matter = a_worker(), an_interaction()

    with pytest.raises(RuleBroken, match="Fill in first: Cause") as refused:
        complete(interaction_id=matter.pk, outcome="resolved", actor=worker)
    assert refused.value.details == {"fields": ["cause"]}

    fill_in(interaction_id=matter.pk, values={"cause": "Water"}, actor=worker)
    done = complete(interaction_id=matter.pk, outcome="resolved", actor=worker)
    assert done.status == Interaction.Status.COMPLETED


def test_the_machine_ends_what_it_ends_without_them() -> None:
    defined("cause", required=True)

    done = complete(interaction_id=an_interaction().pk, outcome="resolved", actor=SYSTEM)

    assert done.status == Interaction.Status.COMPLETED


def test_what_a_partner_says_is_typed_where_defined_and_kept_as_given_else() -> None:
    defined("floor", "whole")
    matter = an_interaction()
    given: list[dict[str, Any]] = [
        {"name": "floor", "value": "3"},
        {"name": "x", "value": {"a": 1}, "valueType": "o"},
    ]

    keep_characteristics(interaction_id=matter.pk, given=given, actor=a_worker())

    assert values(matter) == {"floor": 3, "x": {"a": 1}}
    with pytest.raises(RuleBroken):
        keep_characteristics(
            interaction_id=matter.pk, given=[{"name": "floor", "value": "up"}], actor=a_worker()
        )


def test_a_matter_is_found_by_a_value_in_its_type() -> None:
    defined("floor", "whole")
    one, _other = an_interaction(), an_interaction()
    fill_in(interaction_id=one.pk, values={"floor": 3}, actor=a_worker())

    assert list(Interaction.objects.all().saying("floor", 3)) == [one]
    assert not Interaction.objects.all().saying("floor", 4).exists()


def test_who_may_not_work_on_it_fills_in_nothing() -> None:
    defined("floor", "whole")
    matter = an_interaction()

    with pytest.raises(PermissionDenied):
        fill_in(interaction_id=matter.pk, values={"floor": 3}, actor=an_agent())
    assert values(matter) == {}
