"""Own fields on the page of a matter, in the queue and over the API."""

from typing import Any

import pytest
from django.urls import reverse

from interactions.models import Interaction, OwnField
from tests.crm.tmf.partners import a_partner
from tests.interactions.factories import an_interaction
from tests.interactions.web.factories import a_desk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]


def defined(key: str, value_type: str = "text", **more: Any) -> OwnField:
    return OwnField.objects.create(key=key, label=key.title(), value_type=value_type, **more)


@pytest.mark.req("R-TMI-1")
def test_own_fields_are_filled_in_on_the_page_and_needed_to_complete() -> None:
    client, _user = a_desk()
    defined("cause", required=True)
    defined("floor", "whole", most=9)
    one = an_interaction()
    url = f"/interactions/{one.public_id}"
    assert "1 needed to complete" in client.get(url).content.decode()

    refused = client.post(f"{url}/complete", {"wrap-outcome": "resolved"})
    wrong = client.post(f"{url}/own-fields", {"own-attribute_floor": "12"})
    kept = client.post(
        f"{url}/own-fields", {"own-attribute_cause": "Water", "own-attribute_floor": "3"}
    )
    done = client.post(f"{url}/complete", {"wrap-outcome": "resolved"})

    assert refused.status_code == 422
    assert "Fill in first: Cause" in refused.content.decode()
    assert wrong.status_code == 422
    assert "Floor must be at most 9" in wrong.content.decode()
    assert (kept.status_code, done.status_code) == (303, 303)
    assert "Water" in client.get(url).content.decode()


@pytest.mark.req("R-TMI-1")
def test_an_older_page_keeps_what_a_colleague_filled_in_meanwhile() -> None:
    client, _user = a_desk()
    defined("cause")
    defined("seen", "flag")
    one = an_interaction()
    url = f"/interactions/{one.public_id}"
    older = client.get(url).content.decode()
    assert 'name="initial-own-attribute_cause"' in older

    client.post(f"{url}/own-fields", {"own-attribute_cause": "Water"})
    client.post(
        f"{url}/own-fields",
        {"initial-own-attribute_cause": "", "own-attribute_cause": ""},
    )
    one.refresh_from_db()
    assert one.characteristics == [{"name": "cause", "value": "Water"}]

    client.post(
        f"{url}/own-fields",
        {"initial-own-attribute_cause": "Water", "own-attribute_cause": ""},
    )
    one.refresh_from_db()
    assert one.characteristics == []


def test_without_a_definition_there_is_no_panel() -> None:
    client, _user = a_desk()

    page = client.get(f"/interactions/{an_interaction().public_id}").content.decode()

    assert 'id="own"' not in page


@pytest.mark.req("R-TMI-1")
def test_the_queue_is_filtered_by_a_value_and_offers_those_that_are_known() -> None:
    client, user = a_desk()
    defined("colour", "choice", choices=["red", "blue"])
    defined("floor", "whole")
    one, other = an_interaction(owner_id=user.pk), an_interaction(owner_id=user.pk)
    client.post(
        f"/interactions/{one.public_id}/own-fields",
        {"own-attribute_colour": "red", "own-attribute_floor": "3"},
    )

    for said, there in (
        ("colour=red", True),
        ("floor=3", True),
        ("floor=up", False),
        ("x=1", False),
    ):
        page = client.get(reverse("interactions:desk"), {"tag": said}).content.decode()
        assert (one.reference in page) is there
        assert other.reference not in page
    offered = client.get(reverse("interactions:tags"), {"fields": 1}).content.decode()
    assert 'value="colour=blue"' in offered
    assert 'value="floor="' in offered


def test_who_may_not_read_the_values_finds_nobody_by_them() -> None:
    worker, _user = a_desk()
    masked, _manager = a_desk(role="readiness-manager")
    defined("cause")
    one = an_interaction()
    worker.post(f"/interactions/{one.public_id}/own-fields", {"own-attribute_cause": "Water"})
    asked = {"tab": "all", "tag": "cause=Water"}

    seen, guessed = (
        client.get(reverse("interactions:desk"), asked).content.decode()
        for client in (worker, masked)
    )

    assert one.reference in seen
    assert one.reference not in guessed


@pytest.mark.req("R-TMI-1")
def test_a_partner_reads_and_writes_them_as_characteristics() -> None:
    defined("floor", "whole")
    partner = a_partner()
    body = {
        "reason": "Lift broken",
        "direction": "inbound",
        "channel": [{"id": "web"}],
        "characteristic": [{"name": "floor", "value": "3"}],
    }
    path = "/tmf-api/partyInteraction/v4/partyInteraction"

    made = partner.post(path, body)
    one = Interaction.objects.get(public_id=made.json()["id"])
    own = f"/api/v1/interactions/{one.public_id}/own-fields"
    changed = partner.patch(own, {"floor": 4})
    read = partner.get(f"{path}/{one.public_id}").json()

    assert made.status_code == 201
    assert changed.json()["field"][0]["value"] == 4
    assert read["characteristic"] == [{"name": "floor", "value": 4}]
    again = partner.patch(f"{path}/{one.public_id}", {"characteristic": []})
    assert "characteristic" not in again.json()
    assert partner.patch(own, {"floor": "up"}).status_code == 422
