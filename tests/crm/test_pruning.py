"""Old rows go in small bites; young ones, and those that somebody holds, stay."""

import threading
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from oauth2_provider.models import get_access_token_model

from crm import pruning
from crm.accounts.models import ResetRequest, SignInTry
from crm.accounts.tasks import forget_old_entries
from crm.pruning import prune
from crm.tmf.models import HubDelivery, HubListener, IdempotentAnswer
from crm.tmf.tasks import forget_kept_answers
from crm.web.models import AgentNotice
from crm.web.tasks import forget_old_notices
from tests.crm.web.factories import a_user

NOW = timezone.now


def tries(count: int) -> QuerySet[SignInTry]:
    SignInTry.objects.bulk_create(
        SignInTry(typed=f"{number}", identity="", address="192.0.2.1") for number in range(count)
    )
    return SignInTry.objects.all()


@pytest.mark.django_db
def test_all_goes_though_each_bite_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "_BITE", 3)
    old = tries(10)

    assert prune(old) == 10
    assert old.exists() is False


@pytest.mark.django_db
def test_what_the_time_does_not_suffice_for_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "_BITE", 3)
    old = tries(10)

    assert prune(old, seconds=0) == 3
    assert old.count() == 7


@pytest.mark.django_db(transaction=True)
def test_a_row_that_somebody_holds_is_left_and_nobody_waits() -> None:
    old = tries(3)
    done: list[int] = []

    def prune_meanwhile() -> None:
        done.append(prune(SignInTry.objects.all()))
        connection.close()

    with transaction.atomic():
        held = old.select_for_update().filter(typed="1").get()
        other = threading.Thread(target=prune_meanwhile)
        other.start()
        other.join(10)

    assert done == [2]
    assert list(old) == [held]


@pytest.mark.django_db
def test_entries_are_forgotten_when_they_are_old() -> None:
    tries(2)
    SignInTry.objects.filter(typed="0").update(at=NOW() - timedelta(days=31))
    for name, days in (("old", -1), ("new", 1)):
        Session.objects.create(
            session_key=name, session_data="", expire_date=NOW() + timedelta(days=days)
        )
        ResetRequest.objects.create(
            typed=name, address="", asked_at=NOW() - timedelta(days=1 - days)
        )

    forget_old_entries()

    assert SignInTry.objects.get().typed == "1"
    assert Session.objects.get().session_key == "new"
    assert ResetRequest.objects.get().typed == "new"


@pytest.mark.django_db
def test_notices_are_forgotten_after_three_months() -> None:
    user = a_user()
    for name in ("old", "new"):
        AgentNotice.objects.create(user=user, title=name, dedupe_key=name)
    AgentNotice.objects.filter(title="old").update(created_at=NOW() - timedelta(days=91))

    forget_old_notices()

    assert AgentNotice.objects.get().title == "new"


@pytest.mark.django_db
def test_what_partners_were_told_is_forgotten_and_what_is_owed_is_not() -> None:
    owner = a_user("partner", is_partner=True)
    listener = HubListener.objects.create(api="x", callback="https://a.example", owner=owner)
    month, moment = NOW() - timedelta(days=31), NOW()
    for number, ends in enumerate(
        [{"delivered_at": month}, {"dead_at": month}, {"delivered_at": moment}, {}]
    ):
        HubDelivery.objects.create(
            listener=listener, event_id=f"{number:032x}", event_type="x", body={}, **ends
        )
    for key, days in (("old", 2), ("new", 0)):
        IdempotentAnswer.objects.create(
            owner=owner, key=key, fingerprint="", created_at=NOW() - timedelta(days=days)
        )
        get_access_token_model().objects.create(
            token=key, token_checksum=key, scope="", expires=NOW() - timedelta(days=days)
        )

    forget_kept_answers()

    assert HubDelivery.objects.filter(delivered_at=None, dead_at=None).count() == 1
    assert HubDelivery.objects.count() == 2
    assert IdempotentAnswer.objects.get().key == "new"
    assert get_access_token_model().objects.count() == 1
