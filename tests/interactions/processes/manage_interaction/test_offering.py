"""Two open matters that may be one are offered, never merged by themselves, and kept apart."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from crm.access import SYSTEM
from interactions.models import Inbound, Interaction
from interactions.processes.close_interaction import complete
from interactions.processes.manage_interaction import keep_apart, merge, offer, offer_again, unmerge
from interactions.processes.manage_interaction.offering import plain_subject
from tests.customers.factories import a_customer, an_agent
from tests.interactions.factories import a_worker, an_interaction

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]


@pytest.mark.parametrize(
    ("subject", "plain"),
    [
        ("Re: AW: Internet is slow", "internet is slow"),
        ("[#4711] Fwd: re: Internet  is slow!", "internet is slow"),
        ("WG: Internet is slow (INT-118 204)", "internet is slow"),
        ("Ticket 4711: Internet is slow", "internet is slow"),
        ("Störung", "störung"),
        ("RE: [Ticket 12]", ""),
        ("Reset 2 routers", "reset 2 routers"),
    ],
)
def test_a_subject_is_compared_without_what_machines_add(subject: str, plain: str) -> None:
    assert plain_subject(subject) == plain


@pytest.mark.req("R-TMI-2")
def test_equal_subjects_of_one_customer_are_offered_the_newer_into_the_older() -> None:
    customer = a_customer()
    old = an_interaction(customer, ago=timedelta(days=30))
    new = an_interaction(customer, subject="Re: INTERNET is slow")
    an_interaction(customer, subject="My bill")
    an_interaction(a_customer())

    for one in (old, new):
        found = offer(interaction_id=one.pk, actor=a_worker())
        assert found is not None
        assert (found.source, found.target, found.by_subject) == (new, old, True)
    assert not Interaction.objects.filter(status="merged").exists()


def test_the_same_reason_is_offered_within_the_window_only() -> None:
    customer = a_customer()
    an_interaction(customer, ago=timedelta(days=15), subject="A", reason_key="bill-question")
    new = an_interaction(customer, subject="B", reason_key="bill-question")
    assert offer(interaction_id=new.pk, actor=SYSTEM) is None

    near = an_interaction(customer, ago=timedelta(days=13), subject="C", reason_key="bill-question")
    found = offer(interaction_id=new.pk, actor=SYSTEM)
    assert found is not None
    assert (found.target, found.by_subject) == (near, False)


def test_somebody_unknown_is_known_by_their_address() -> None:
    one, other, stranger = (an_unknown(address) for address in ("a@b.example", "a@b.example", "c"))

    found = offer(interaction_id=other.pk, actor=SYSTEM)

    assert found is not None
    assert (found.source, found.target) == (other, one)
    assert offer(interaction_id=stranger.pk, actor=SYSTEM) is None


@pytest.mark.req("R-TMI-2")
def test_what_was_declined_is_not_offered_again_until_that_is_taken_back() -> None:
    worker, customer = a_worker(), a_customer()
    one, other = an_interaction(customer), an_interaction(customer)

    keep_apart(interaction_id=one.pk, other_id=other.pk, actor=worker)
    keep_apart(interaction_id=other.pk, other_id=one.pk, actor=worker)

    for each in (one, other):
        assert offer(interaction_id=each.pk, actor=worker) is None
        assert [event.type for event in each.events.order_by("seq")][1:] == ["kept_apart"]
    offer_again(interaction_id=one.pk, other_id=other.pk, actor=worker)
    assert offer(interaction_id=other.pk, actor=worker) is not None


def test_what_has_ended_or_may_not_be_seen_is_not_offered() -> None:
    customer = a_customer()
    one, other = an_interaction(customer), an_interaction(customer)
    blind = an_agent("interactions.view_interaction")
    with pytest.raises(Interaction.DoesNotExist):
        offer(interaction_id=one.pk, actor=blind)
    with pytest.raises(PermissionDenied):
        keep_apart(interaction_id=one.pk, other_id=other.pk, actor=blind)

    complete(interaction_id=other.pk, outcome="resolved", actor=SYSTEM)

    assert offer(interaction_id=one.pk, actor=SYSTEM) is None
    assert offer(interaction_id=other.pk, actor=SYSTEM) is None


def test_an_offer_that_is_taken_is_the_merge_with_its_undo() -> None:
    customer = a_customer()
    one, other = an_interaction(customer), an_interaction(customer)
    found = offer(interaction_id=other.pk, actor=SYSTEM)
    assert found is not None

    merge(source_id=found.source.pk, target_id=found.target.pk, actor=SYSTEM)
    assert offer(interaction_id=one.pk, actor=SYSTEM) is None
    unmerge(source_id=found.source.pk, actor=SYSTEM)

    assert offer(interaction_id=one.pk, actor=SYSTEM) is not None


def an_unknown(address: str) -> Interaction:
    matter = an_interaction()
    Interaction.objects.filter(pk=matter.pk).update(customer=None)
    Inbound.objects.create(
        channel="email", source="help", digest=str(matter.pk), raw=b"", sender=address,
        interaction=matter,
    )  # fmt: skip
    return matter
