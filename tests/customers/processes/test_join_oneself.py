"""Becoming a customer by oneself: the code first, then the record every other door writes."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from crm.errors import RuleBroken
from crm.events.models import OutboxEvent
from customers import code_channels
from customers.consent_catalogue import load_consent_catalogue
from customers.models import (
    Consent,
    ContactCheck,
    ContactMedium,
    Customer,
    DuplicateCase,
    Party,
    SearchToken,
)
from customers.models.matching import MatchKey
from customers.processes.join_oneself import Told, ask_to_join, join
from tests.crm.tmf.partners import CUSTOMER, INDIVIDUAL, ORGANIZATION, a_partner
from tests.customers.factories import a_user

pytestmark = pytest.mark.django_db
EMAIL, MOBILE, ADDRESS = "zoe@example.org", "07700 900123", "14 Harbour Row"
PERSON = {"given_name": "Zoë", "family_name": "Luczak", "trading_name": "", "language": "pl"}
OFFERS = "Send me offers and news by e-mail. I can stop this at any time."


@pytest.fixture(autouse=True)
def _mailing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(code_channels, "resolve", lambda *_args, **_more: None)
    cache.clear()
    yield
    cache.clear()


def told(**more: Any) -> Told:
    given: dict[str, Any] = {"email": EMAIL, "business": False, "fields": PERSON}
    return Told(**given | more)


def the_code() -> str:
    found = re.search(r"\b\d{6}\b", str(mail.outbox[-1].body))
    assert found
    return found[0]


def test_nothing_is_recorded_before_the_code_is_back() -> None:
    application = ask_to_join(told())
    assert not Party.objects.exists()

    customer = join(application=application, code=the_code())

    assert (customer.name, customer.source) == ("Zoë Luczak", "self-service")
    assert ContactMedium.objects.get().state == "verified"
    assert not Consent.objects.exists()


def test_three_wrong_codes_end_the_attempt() -> None:
    application = ask_to_join(told())
    said = []
    for code in ("1", "2", "3", the_code()):
        with pytest.raises(RuleBroken) as broken:
            join(application=application, code=code)
        said.append(broken.value.code)

    assert said == ["wrong-code"] * 3 + ["no-code-waits"]
    assert not Party.objects.exists()


def test_a_code_works_once() -> None:
    application = ask_to_join(told())
    join(application=application, code=the_code())

    with pytest.raises(RuleBroken):
        join(application=application, code=the_code())

    assert Customer.objects.count() == 1


def test_the_code_of_another_application_is_wrong() -> None:
    first = ask_to_join(told())
    ask_to_join(told(email="else@example.org"))

    with pytest.raises(RuleBroken):
        join(application=first, code=the_code())


def test_a_code_that_cannot_be_counted_is_not_tried() -> None:
    application = ask_to_join(told())
    cache.delete(f"join:{application}:tries")

    with pytest.raises(RuleBroken):
        join(application=application, code=the_code())

    assert not Party.objects.exists()


def test_without_a_cache_nobody_is_mailed_a_code_that_cannot_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cache, "get", lambda *_args: None)

    with pytest.raises(RuleBroken):
        ask_to_join(told())

    assert mail.outbox == []


def test_somebody_known_is_recorded_flagged_and_told_nothing() -> None:
    known = join(application=ask_to_join(told()), code=the_code())

    customer = join(application=ask_to_join(told()), code=the_code())

    case = DuplicateCase.objects.get()
    assert {case.left_id, case.right_id} == {known.party_id, customer.party_id}


@pytest.mark.req("R-CIM-16")
@pytest.mark.parametrize("business", [False, True])
def test_the_same_customer_through_three_doors_is_the_same_in_every_row(business: bool) -> None:
    load_consent_catalogue()
    by_oneself, by_an_agent, by_a_partner = (
        _alone(door, business) for door in (_by_oneself, _by_an_agent, _by_a_partner)
    )

    assert by_oneself["media"], by_oneself["keys"]
    assert by_oneself == by_an_agent
    assert by_oneself == by_a_partner


def _alone(door: Callable[[bool], None], business: bool) -> dict[str, list[dict[str, Any]]]:
    """What a door leaves in an empty base, so that none is a duplicate of another."""
    cache.clear()
    with transaction.atomic():
        # Words to search by include the number: the next one is the same each time.
        with connection.cursor() as cursor:
            cursor.execute("SELECT setval('customers_customer_number', 4711)")
        door(business)
        rows = _rows(Customer.objects.get())
        transaction.set_rollback(True)
    return rows


def _by_oneself(business: bool) -> None:
    client = Client()
    form = _form(business) | {"offers": "on"}
    client.post(reverse("customers:join"), form)
    answer = client.post(reverse("customers:join_code"), {"code": the_code()})
    assert answer["Location"] == reverse("customers:joined")


def _by_an_agent(business: bool) -> None:
    client = _agent()
    answer = client.post(reverse("customers:record"), _form(business))
    assert answer.status_code == 303
    _proved(client)


def _by_a_partner(business: bool) -> None:
    partner = a_partner()
    media = [
        {"mediumType": "email", "characteristic": {"emailAddress": EMAIL}},
        {"mediumType": "mobile", "characteristic": {"phoneNumber": MOBILE}},
        {"mediumType": "address", "characteristic": {"street1": ADDRESS}},
    ]
    who: dict[str, Any] = {"givenName": "Zoë", "familyName": "Luczak"}
    who["languageAbility"] = [{"languageCode": "pl", "isFavouriteLanguage": True}]
    if business:
        who = {"tradingName": "Harbour Bakery", "name": "Harbour Bakery"}
    path = ORGANIZATION if business else INDIVIDUAL
    made = partner.post(path, who | {"contactMedium": media})
    party = {"id": made.json()["id"], "@referredType": made.json()["@type"]}
    name = "Harbour Bakery" if business else "Zoë Luczak"
    assert partner.post(CUSTOMER, {"name": name, "engagedParty": party}).status_code == 201
    _proved(_agent())


def _form(business: bool) -> dict[str, str]:
    who = {"type": "business", "trading_name": "Harbour Bakery"}
    person = {"type": "consumer", "given_name": "Zoë", "family_name": "Luczak", "language": "pl"}
    how = {"email": EMAIL, "mobile": MOBILE, "address": ADDRESS}
    return (who if business else person) | how


def _agent() -> Client:
    client = Client()
    client.force_login(a_user(role="agent"))
    return client


def _proved(client: Client) -> None:
    """Where nobody stood at the page, an agent has the code said and writes the consent down."""
    customer, medium = Customer.objects.get(), ContactMedium.objects.get(type="email")
    where = [customer.pk, medium.pk]
    client.post(reverse("customers:send_code", args=where))
    client.post(reverse("customers:confirm_code", args=where), {"code": the_code()})
    answer = {"purpose": "marketing", "channel": "email", "given": "yes", "wording": OFFERS}
    client.post(reverse("insight:consents", args=[customer.pk]), answer)


# Whose hand it was, when, and what ties the rows together; the rest is the customer.
_OF_THE_DOOR = {
    "id", "public_id", "source", "as_given", "actor_id", "actor_name", "captured_by",
    "code_hash", "party", "customer", "medium", "revision",
    "created_at", "updated_at", "recorded_at", "valid_from", "verified_at", "started_at",
    "sent_at", "expires_at", "decided_at", "captured_at", "status_since", "status_changed_at",
}  # fmt: skip


def _rows(customer: Customer) -> dict[str, list[dict[str, Any]]]:
    party = customer.party
    assert party
    return {
        "customer": _plain(customer),
        "party": _plain(party),
        "media": _plain(*party.contact_media.all()),
        "checks": _plain(*ContactCheck.objects.filter(medium__party=party)),
        "consents": _plain(*party.consents.all()),
        "words": _plain(*SearchToken.objects.filter(customer=customer)),
        "keys": _plain(*MatchKey.objects.filter(party=party)),
        "events": [
            {"name": name}
            for name in sorted(set(OutboxEvent.objects.values_list("name", flat=True)))
        ],
    }


def _plain(*rows: Model) -> list[dict[str, Any]]:
    found = [
        {
            field.name: getattr(row, field.attname)
            for field in row._meta.concrete_fields
            if field.name not in _OF_THE_DOOR
        }
        for row in rows
    ]
    return sorted(found, key=repr)
