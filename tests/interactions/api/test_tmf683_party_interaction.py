"""TMF683 partyInteraction."""

from typing import Any

import pytest

from crm.events.models import OutboxEvent
from interactions.models import Interaction, SlaClock
from tests.crm.tmf.partners import INTERACTION, Partner, a_partner
from tests.customers.factories import a_customer
from tests.interactions.factories import an_interaction, governed

pytestmark = pytest.mark.django_db
LEAST = {"channel": [{"id": "phone"}], "direction": "inbound", "reason": "Slow internet"}


@pytest.fixture(autouse=True)
def _in_use(db: None) -> None:
    governed()


@pytest.mark.req("R-TMI-4")
def test_least_body_is_enough_and_starts_clocks(partner: Partner) -> None:
    answer = partner.post(INTERACTION, LEAST)

    body = answer.json()
    assert answer.status_code == 201
    assert body["href"] == answer.headers["Location"]
    assert {name: body[name] for name in LEAST} == LEAST
    assert (body["@type"], body["status"]) == ("PartyInteraction", "opened")
    assert {"interactionDate", "creationDate"} <= body.keys()
    interaction = Interaction.objects.get()
    assert (interaction.channel, interaction.subject) == ("phone", "Slow internet")
    assert SlaClock.objects.filter(interaction=interaction).exists()


def test_every_attribute_of_the_specification_comes_back_as_given(partner: Partner) -> None:
    body = {
        "creationDate": "2020-01-01T00:00:00Z",
        "description": "Wants a new tariff",
        "direction": "inbounds",
        "reason": "Product enquiry",
        "status": "ongoing",
        "statusChangeDate": "2020-01-02T00:00:00Z",
        "interactionDate": {
            "startDateTime": "2020-09-23T16:42:23.0Z",
            "endDateTime": "2020-09-23T16:48:23.0Z",
        },
        "channel": [
            {
                "id": "7",
                "href": "https://h/7",
                "name": "Facebook",
                "role": "support",
                "@type": "Ref",
            }
        ],
        "attachment": [
            {"id": "4aafacbd", "href": "https://h/a", "mimeType": "image/png", "url": "https://h/x"}
        ],
        "interactionItem": [
            {
                "id": "01",
                "reason": "enquiry",
                "resolution": "answered",
                "itemDate": {"startDateTime": "2020-09-23T16:42:23.0Z"},
                "item": {"id": "o-1", "role": "order", "@referredType": "ProductOrder"},
                "note": [{"id": "1", "text": "first"}],
            }
        ],
        "interactionRelationship": [{"id": "5", "relationshipType": "follows"}],
        "note": [
            {"id": "1", "author": "Ana", "date": "2020-09-23T16:42:23Z", "text": "Called twice"}
        ],
        "relatedParty": [
            {
                "id": "unknown-1",
                "role": "customer",
                "href": "https://h/c",
                "@referredType": "Customer",
            }
        ],
        "@baseType": "Interaction",
        "mood": "calm",
    }

    shown = partner.get(partner.post(INTERACTION, body).json()["href"]).json()

    assert {name: shown[name] for name in body} == body
    interaction = Interaction.objects.get()
    assert (interaction.status, interaction.direction, interaction.channel) == (
        "in_progress",
        "inbound",
        "social",
    )


@pytest.mark.parametrize(
    ("said", "direction", "status", "said_status"),
    [
        ("inbounds", "inbound", "logged", "opened"),
        ("Outbound", "outbound", "in_progress", "inProgress"),
        ("sideways", "inbound", "logged", "brand-new"),
        ("in", "inbound", "completed", "Completed"),
        ("in", "inbound", "cancelled", "cancelled"),
    ],
)
def test_words_of_partners_have_a_canonical_value(
    said: str, direction: str, status: str, said_status: str, partner: Partner
) -> None:
    body = partner.post(INTERACTION, {**LEAST, "direction": said, "status": said_status}).json()

    interaction = Interaction.objects.get()
    assert (body["direction"], body["status"]) == (said, said_status)
    assert (interaction.direction, interaction.status) == (direction, status)


def test_unknown_channel_is_recorded_as_that_of_partners(partner: Partner) -> None:
    body = partner.post(INTERACTION, {**LEAST, "channel": [{"id": "drum-9"}]}).json()

    assert body["channel"] == [{"id": "drum-9"}]
    assert Interaction.objects.get().channel == "api"


@pytest.mark.parametrize("missing", ["channel", "direction", "reason"])
def test_profile_attributes_are_required(missing: str, partner: Partner) -> None:
    body = {name: value for name, value in LEAST.items() if name != missing}

    answer = partner.post(INTERACTION, body)

    assert answer.status_code == 400
    assert missing in answer.json()["message"]
    assert Interaction.objects.count() == 0


@pytest.mark.parametrize("channel", [[], [{}], {"id": "1"}, "phone", [{"id": 7}]])
def test_channel_of_another_shape_is_400(channel: Any, partner: Partner) -> None:
    assert partner.post(INTERACTION, {**LEAST, "channel": channel}).status_code == 400


def test_related_customer_is_linked(partner: Partner) -> None:
    customer = a_customer()

    partner.post(
        INTERACTION,
        {
            **LEAST,
            "relatedParty": [
                {"id": str(customer.public_id), "role": "customer", "@referredType": "Customer"}
            ],
        },
    )

    assert Interaction.objects.get().customer == customer


def test_interaction_of_an_agent_is_shown_in_the_same_words(partner: Partner) -> None:
    customer = a_customer()
    interaction = an_interaction(customer, channel="phone", text="Since Monday.")

    body = partner.get(f"{INTERACTION}/{interaction.public_id}").json()

    assert (body["direction"], body["status"], body["description"]) == (
        "inbound",
        "opened",
        "Since Monday.",
    )
    assert body["channel"] == [{"id": "phone", "name": "phone", "@type": "RelatedChannel"}]
    assert body["relatedParty"][0]["id"] == str(customer.public_id)


def test_patch_moves_the_status_and_keeps_the_word(partner: Partner) -> None:
    made = partner.post(INTERACTION, LEAST).json()

    ongoing = partner.patch(
        made["href"], {"status": "ongoing", "note": [{"text": "Working on it"}]}
    )
    done = partner.patch(made["href"], {"status": "completed"})

    assert (ongoing.json()["status"], done.json()["status"]) == ("ongoing", "completed")
    assert done.json()["note"] == [{"text": "Working on it"}]
    assert Interaction.objects.get().status == "completed"


def test_status_moved_by_us_is_no_longer_the_word_of_the_partner(partner: Partner) -> None:
    made = partner.post(INTERACTION, {**LEAST, "status": "brand-new"}).json()
    Interaction.objects.update(status="waiting_customer")

    assert partner.get(made["href"]).json()["status"] == "inProgress"


def test_interactions_are_not_deleted(partner: Partner) -> None:
    made = partner.post(INTERACTION, LEAST).json()

    answer = partner.delete(made["href"])

    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS, PATCH"
    assert answer.json()["@type"] == "Error"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("direction=inbound", 2),
        ("direction=inbounds", 1),
        ("reason=Slow internet", 2),
        ("status=opened", 2),
        ("status=logged", 2),
        ("channel.id=phone", 2),
        ("creationDate.gt=2020-01-01T00:00:00Z", 2),
        ("creationDate<2020-01-01", 0),
        ("direction=outbound", 0),
    ],
)
def test_filters(query: str, found: int, partner: Partner) -> None:
    partner.post(INTERACTION, LEAST)
    partner.post(INTERACTION, {**LEAST, "direction": "inbounds"})

    assert len(partner.get(f"{INTERACTION}?{query}").json()) == found


def test_filter_by_id_and_by_whole_href(partner: Partner) -> None:
    made = [partner.post(INTERACTION, LEAST).json() for _ in range(2)]

    for query in (f"id={made[0]['id']}", f"href={made[0]['href']}"):
        assert [one["id"] for one in partner.get(f"{INTERACTION}?{query}").json()] == [
            made[0]["id"]
        ]


def test_client_without_permission_changes_nothing() -> None:
    reader = a_partner("interactions.view_interaction", "interactions.view_all_interactions")
    interaction = an_interaction()
    before = OutboxEvent.objects.count()

    assert reader.post(INTERACTION, LEAST).status_code == 403
    assert (
        reader.patch(f"{INTERACTION}/{interaction.public_id}", {"description": "x"}).status_code
        == 403
    )
    assert (Interaction.objects.count(), OutboxEvent.objects.count()) == (1, before)


def test_page_costs_one_statement(partner: Partner, django_assert_num_queries: Any) -> None:
    for _ in range(5):
        an_interaction()
    partner.get(INTERACTION)

    with django_assert_num_queries(1):
        assert len(partner.get(INTERACTION).json()) == 5
