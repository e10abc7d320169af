"""Several subjects in one contact, each with its own outcome."""

import pytest

from crm.access import SYSTEM
from crm.errors import RuleBroken
from interactions.models import InteractionEvent, InteractionItem
from interactions.processes.close_interaction import complete
from interactions.processes.settle_subjects import add_subject, settle_subject
from tests.crm.tmf.partners import INTERACTION, a_partner
from tests.customers.factories import an_agent
from tests.interactions.factories import a_worker, an_interaction

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]


@pytest.mark.req("R-TMI-8", "R-TMI-3")
def test_each_subject_has_its_own_outcome_and_none_is_forgotten() -> None:
    matter, agent = an_interaction(), a_worker()
    bill = add_subject(
        interaction_id=matter.pk, subject="Bill of March", reason_key="bill-question",
        about={"type": "CustomerBill", "id": "b-3"}, actor=agent,
    )  # fmt: skip
    line = add_subject(interaction_id=matter.pk, subject="Dead line", actor=agent)
    settle_subject(item_id=bill.pk, outcome="explained", actor=agent)

    with pytest.raises(RuleBroken, match="Dead line"):
        complete(interaction_id=matter.pk, outcome="resolved", actor=agent)
    settle_subject(item_id=line.pk, outcome="not-resolved", note="Needs a visit", actor=agent)
    done = complete(interaction_id=matter.pk, outcome="resolved", actor=agent)

    assert done.status == "completed"
    assert list(InteractionItem.objects.values_list("number", "outcome")) == [
        (1, "explained"),
        (2, "not-resolved"),
    ]
    told = InteractionEvent.objects.filter(type__startswith="subject_")
    assert list(told.order_by("seq").values_list("type", flat=True)) == [
        "subject_added", "subject_added", "subject_settled", "subject_settled",
    ]  # fmt: skip


def test_said_twice_it_is_one_subject_settled_once() -> None:
    matter, agent = an_interaction(), a_worker()
    for _ in range(2):
        item = add_subject(interaction_id=matter.pk, subject="Bill", actor=agent)
        settle_subject(item_id=item.pk, outcome="explained", actor=agent)

    assert InteractionItem.objects.count() == 1
    assert InteractionEvent.objects.filter(type="subject_settled").count() == 1


@pytest.mark.parametrize(
    ("subject", "reason", "code"),
    [(" ", "", "nothing-said"), ("Bill", "weather", "unknown-reason")],
)
def test_a_subject_says_what_it_is_about(subject: str, reason: str, code: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        add_subject(
            interaction_id=an_interaction().pk, subject=subject, reason_key=reason, actor=SYSTEM
        )
    assert refused.value.code == code


def test_a_subject_of_a_matter_out_of_sight_is_not_there() -> None:
    item = add_subject(interaction_id=an_interaction().pk, subject="Bill", actor=SYSTEM)

    with pytest.raises(InteractionItem.DoesNotExist):
        settle_subject(
            item_id=item.pk, outcome="explained",
            actor=an_agent("interactions.update_interaction", "interactions.view_interaction"),
        )  # fmt: skip


def test_partners_see_each_subject_with_its_resolution() -> None:
    matter = an_interaction()
    item = add_subject(interaction_id=matter.pk, subject="Bill", actor=SYSTEM)
    settle_subject(item_id=item.pk, outcome="explained", actor=SYSTEM)

    shown = a_partner().get(f"{INTERACTION}/{matter.public_id}").json()

    (one,) = shown["interactionItem"]
    assert (one["reason"], one["resolution"]) == ("Bill", "explained")
