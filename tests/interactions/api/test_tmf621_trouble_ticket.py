"""TMF621 troubleTicket: a partner's ticket is a matter with clocks."""

from typing import Any

import pytest

from interactions.api.tmf621_trouble_ticket.resource import PATH as TICKET
from interactions.models import Interaction, SlaClock, TroubleTicket
from interactions.processes.close_interaction import complete
from interactions.processes.update_interaction import change_fields
from tests.crm.tmf.partners import INTERACTION, Partner
from tests.customers.factories import a_customer
from tests.interactions.factories import a_worker, an_interaction, governed

pytestmark = pytest.mark.django_db
LEAST = {"description": "No light on the fibre", "severity": "major", "ticketType": "fault"}


@pytest.fixture(autouse=True)
def _in_use(db: None) -> None:
    governed()


@pytest.mark.req("R-TMI-4")
def test_a_ticket_is_a_matter_with_its_clocks_in_both_faces(partner: Partner) -> None:
    customer = a_customer()
    answer = partner.post(
        TICKET,
        {**LEAST, "relatedParty": [{"id": str(customer.public_id), "@referredType": "Customer"}]},
    )

    body = answer.json()
    assert answer.status_code == 201
    assert body["href"] == answer.headers["Location"]
    assert {name: body[name] for name in LEAST} == LEAST
    assert (body["status"], body["@type"]) == ("acknowledged", "TroubleTicket")
    assert "expectedResolutionDate" in body
    matter = Interaction.objects.get()
    assert (matter.customer_id, matter.priority, matter.verticals) == (
        customer.pk, 2, ["assurance"],
    )  # fmt: skip
    assert SlaClock.objects.filter(interaction=matter).exists()
    assert partner.get(f"{INTERACTION}/{matter.public_id}").status_code == 200


@pytest.mark.parametrize("missing", list(LEAST))
def test_what_the_specification_requires_is_required(missing: str, partner: Partner) -> None:
    body = {name: value for name, value in LEAST.items() if name != missing}

    assert partner.post(TICKET, body).status_code == 400
    assert Interaction.objects.exists() is False


def test_a_description_without_words_stands_in_the_answer_as_one(partner: Partner) -> None:
    answer = partner.post(TICKET, {**LEAST, "description": ""})

    assert (answer.status_code, answer.json()["description"]) == (201, "")


def test_a_ticket_that_says_nothing_is_a_fault_all_the_same(partner: Partner) -> None:
    answer = partner.post(TICKET, {**LEAST, "description": " ", "ticketType": ""})

    assert answer.status_code == 201
    assert Interaction.objects.get().subject == "Trouble ticket"


@pytest.mark.parametrize(
    "wrong", [{"note": {"text": "x"}}, {"status": "brand-new"}, {"channel": [{"id": "1"}]}]
)
def test_another_shape_is_400(wrong: dict[str, Any], partner: Partner) -> None:
    assert partner.post(TICKET, {**LEAST, **wrong}).status_code == 400


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("acknowledged", "logged"),
        ("inProgress", "in_progress"),
        ("pending", "waiting_customer"),
        ("held", "waiting_partner"),
        ("resolved", "completed"),
        ("closed", "completed"),
        ("cancelled", "cancelled"),
        ("rejected", "cancelled"),
    ],
)
def test_each_word_has_its_place_and_comes_back(said: str, status: str, partner: Partner) -> None:
    created = partner.post(TICKET, {**LEAST, "status": said}).json()
    patched = partner.post(TICKET, LEAST).json()
    moved = partner.patch(patched["href"], {"status": said})

    assert created["status"] == moved.json()["status"] == said
    assert set(Interaction.objects.values_list("status", flat=True)) == {status}


def test_a_word_of_the_partner_gives_way_when_we_move_on(partner: Partner) -> None:
    made = partner.post(TICKET, {**LEAST, "status": "inProgress"}).json()
    matter = Interaction.objects.get()
    change_fields(
        interaction_id=matter.pk, changes={"status": "waiting_customer"}, actor=a_worker()
    )
    assert partner.get(made["href"]).json()["status"] == "pending"

    complete(interaction_id=matter.pk, outcome="resolved", actor=a_worker())
    shown = partner.get(made["href"]).json()
    assert (shown["status"], "resolutionDate" in shown) == ("resolved", True)


def test_what_else_is_said_is_kept_and_can_be_changed(partner: Partner) -> None:
    given = {
        **LEAST,
        "name": "Fibre cut",
        "externalId": "T-9",
        "channel": {"id": "phone", "name": "Call centre"},
        "note": [{"id": "1", "text": "Dug up", "author": "Ana"}],
        "relatedEntity": [{"id": "ont-7", "role": "resource", "@referredType": "Resource"}],
        "requestedResolutionDate": "2030-01-01T00:00:00Z",
        "mood": "calm",
    }
    made = partner.post(TICKET, given).json()

    changed = partner.patch(made["href"], {"severity": "critical", "name": "Fibre cut twice"})

    assert {name: made[name] for name in given} == given
    body = changed.json()
    assert (body["severity"], body["name"], body["mood"]) == (
        "critical", "Fibre cut twice", "calm",
    )  # fmt: skip
    matter = Interaction.objects.get()
    assert (matter.priority, matter.subject, matter.channel) == (1, "Fibre cut twice", "phone")


@pytest.mark.parametrize(
    ("query", "found"),
    [("severity=major", 1), ("status=acknowledged", 1), ("ticketType=fault,other", 1),
     ("severity=minor", 0), ("externalId=T-9", 1), ("note.author=Ana", 1)],
)  # fmt: skip
def test_filters(query: str, found: int, partner: Partner) -> None:
    partner.post(TICKET, {**LEAST, "externalId": "T-9", "note": [{"text": "x", "author": "Ana"}]})

    assert len(partner.get(f"{TICKET}?{query}").json()) == found


def test_only_tickets_are_tickets(partner: Partner) -> None:
    an_interaction()

    assert partner.get(TICKET).json() == []


def test_a_ticket_opened_by_mistake_goes_out_of_sight(partner: Partner) -> None:
    made = partner.post(TICKET, LEAST).json()

    assert partner.delete(made["href"]).status_code == 204
    assert partner.get(made["href"]).status_code == 404
    assert (Interaction.objects.count(), TroubleTicket.objects.count()) == (1, 1)


def test_a_change_from_before_somebody_elses_is_refused(partner: Partner) -> None:
    made = partner.post(TICKET, LEAST)
    etag = made.headers["ETag"]
    partner.patch(made.json()["href"], {"severity": "minor"})

    late = partner.patch(made.json()["href"], {"severity": "critical"}, If_Match=etag)

    assert late.status_code == 412
    assert TroubleTicket.objects.get().severity == "minor"
