"""Who works by a procedure confirms its new wording; who keeps it hears when its review is due."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from crm.access import SYSTEM, actor_for
from crm.errors import RuleBroken
from crm.web.models import AgentNotice
from readiness.models import Acknowledgement, Procedure, ProcedureVersion
from readiness.processes import acknowledge_procedure
from readiness.processes.acknowledge_procedure import acknowledge, tell_of_reviews
from readiness.processes.keep_procedures import approve_procedure, draft_procedure
from readiness.registry.guidance import unread
from readiness.web import procedures
from tests.readiness.factories import a_manager, a_managing_user

pytestmark = pytest.mark.django_db

READER = "follow_procedure"


def in_effect(procedure: Procedure | None = None, **how: bool) -> ProcedureVersion:
    about = procedure or Procedure.objects.create(
        key="line-drops", title="Line drops", process="1.3.5.2", verticals=["assurance"]
    )
    draft = draft_procedure(
        procedure_id=about.pk, body="Ask.\nTest.", change_note="Ask first", actor=SYSTEM, **how
    )
    return approve_procedure(version_id=draft.pk, actor=SYSTEM)


@pytest.mark.req("R-CSR-22")
def test_a_new_wording_is_asked_for_until_it_is_confirmed_and_the_next_one_again() -> None:
    reader = a_manager(READER)
    first = in_effect()
    assert [one.number for one in unread(reader)] == [1]

    acknowledge(version_id=first.pk, actor=reader)
    acknowledge(version_id=first.pk, actor=reader)

    assert unread(reader) == []
    assert Acknowledgement.objects.count() == 1
    in_effect(first.procedure)
    assert [one.number for one in unread(reader)] == [2]


def test_what_needs_no_reading_and_who_does_not_work_by_it_are_not_asked() -> None:
    in_effect(to_be_read=False)
    assert unread(a_manager(READER)) == []

    in_effect(Procedure.objects.get())
    assert unread(a_manager("draft_procedure")) == []


def test_only_what_is_in_effect_is_confirmed_and_only_by_who_works_by_it() -> None:
    first = in_effect()
    in_effect(first.procedure)

    with pytest.raises(RuleBroken, match="Another wording"):
        acknowledge(version_id=first.pk, actor=a_manager(READER))
    with pytest.raises(PermissionDenied):
        acknowledge(version_id=first.pk, actor=a_manager("draft_procedure"))


def test_a_confirmation_stays() -> None:
    said = acknowledge(version_id=in_effect().pk, actor=a_manager(READER))

    with pytest.raises(DatabaseError), transaction.atomic():
        said.delete()


@pytest.mark.req("R-CSR-22")
def test_who_keeps_it_is_told_once_that_its_review_is_due() -> None:
    owner, approver = a_managing_user(READER), a_managing_user("approve_procedure")
    kept = in_effect()
    in_effect(Procedure.objects.create(key="other", title="Other", process="1", verticals=[]))
    Procedure.objects.filter(pk=kept.procedure_id).update(owner=owner)
    assert tell_of_reviews() == 0

    with time_machine.travel(timezone.now() + timedelta(days=366)):
        tell_of_reviews()
        assert tell_of_reviews() == 0

    told = AgentNotice.objects.values_list("user", "title")
    assert set(told) == {
        (owner.pk, "Review is due: Line drops"), (approver.pk, "Review is due: Other"),
    }  # fmt: skip


def test_more_reviews_than_one_batch_are_all_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acknowledge_procedure, "_BATCH", 1)
    a_managing_user("approve_procedure")
    in_effect()
    in_effect(Procedure.objects.create(key="other", title="Other", process="1", verticals=[]))

    with time_machine.travel(timezone.now() + timedelta(days=366)):
        assert tell_of_reviews() == 2


def _page(*permissions: str) -> tuple[Client, str]:
    client = Client()
    client.force_login(a_managing_user(*permissions))
    return client, f"/procedures/{in_effect().procedure.key}"


def test_it_is_read_and_confirmed_on_its_page() -> None:
    client, page = _page(READER)
    assert "I have read it" in client.get(page).content.decode()

    client.post(f"{page}/read", {"version": "1"})

    assert "You have read it" in client.get(page).content.decode()
    assert "1 of 1" in client.get("/procedures").content.decode()


def test_wording_that_came_meanwhile_is_not_confirmed_unread() -> None:
    client, page = _page(READER)
    in_effect(Procedure.objects.get())

    client.post(f"{page}/read", {"version": "1"})

    assert not Acknowledgement.objects.exists()


def test_who_answers_for_it_sees_who_has_not_read_it_yet() -> None:
    client, page = _page("approve_procedure", READER)
    reader = a_managing_user(READER, name="tomasz")
    acknowledge(version_id=ProcedureVersion.objects.get().pk, actor=actor_for(reader))

    said = client.get(page)

    assert said.context["read_n"] == 1
    assert "Not yet" in said.content.decode()


def test_the_library_goes_on_page_by_page_what_is_unread_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(procedures, "_LISTED", 2)
    reader = a_managing_user(READER)
    for name in "abcde":
        about = Procedure.objects.create(key=name, title=name, process="1", verticals=[])
        in_effect(about, to_be_read=name in "bd")
    client, after, listed = Client(), "", list[str]()
    client.force_login(reader)

    for _page in range(3):
        context = client.get("/procedures", {"after": after}).context
        listed += [row.procedure.title for row in context["rows"]]
        after = context["further"]

    assert ("".join(listed), after) == ("bdace", "")
