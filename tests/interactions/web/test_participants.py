"""Who takes part, on the page, over the API and in TMF683."""

import pytest

from interactions.models import Participant
from interactions.processes.keep_participants import add_participant
from tests.crm.tmf.partners import a_partner
from tests.customers.factories import a_party
from tests.interactions.factories import a_worker, an_interaction
from tests.interactions.web.factories import a_desk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]

ANA = {"part-name": "Ana Lima", "part-address": "ana@example.org", "part-role": "onBehalfOf"}


@pytest.mark.req("R-TMI-3")
def test_a_second_person_is_added_shown_with_a_role_and_taken_out() -> None:
    client, _user = a_desk()
    one = an_interaction()
    url = f"/interactions/{one.public_id}"

    added = client.post(f"{url}/participants", ANA)
    page = client.get(url).content.decode()
    ana = Participant.objects.get()
    client.post(f"{url}/participants/{ana.pk}/out")
    ana.refresh_from_db()
    gone = client.get(url).content.decode()

    assert added["Location"] == f"{url}#participants"
    assert "Ana Lima" in page
    assert "On whose behalf" in page
    assert ana.removed_at is not None
    assert "Ana Lima" not in gone
    client.post(f"{url}/participants/{ana.pk}/again")
    assert Participant.objects.taking_part().count() == 1


def test_somebody_unreachable_is_refused_beside_the_field() -> None:
    client, _user = a_desk()
    one = an_interaction()

    answer = client.post(
        f"/interactions/{one.public_id}/participants", ANA | {"part-address": "x@"}
    )

    assert answer.status_code == 422
    assert "This is no e-mail address." in answer.content.decode()


def test_who_may_not_see_people_sees_initials_only() -> None:
    client, _user = a_desk(role="readiness-manager")
    one = an_interaction()
    add_participant(
        interaction_id=one.pk, name="Ana Lima", address="ana@example.org", actor=a_worker()
    )

    page = client.get(f"/interactions/{one.public_id}").content.decode()

    assert "Ana Lima" not in page
    assert "ana@example.org" not in page
    assert "A. L." in page


@pytest.mark.req("R-TMI-3")
def test_a_partner_reads_who_takes_part_with_the_role_and_writes_none_twice() -> None:
    partner, one = a_partner(), an_interaction()
    own = f"/api/v1/interactions/{one.public_id}/participants"
    tmf = f"/tmf-api/partyInteraction/v4/partyInteraction/{one.public_id}"

    made = partner.post(own, {"name": "Ana Lima", "address": "ana@example.org"})
    related = partner.get(tmf).json()["relatedParty"]
    partner.patch(tmf, {"description": "Changed"})
    after = partner.get(tmf).json()["relatedParty"]

    assert made.status_code == 201
    assert [each["role"] for each in related] == ["customer", "contact"]
    assert related[1]["id"] == made.json()["id"]
    assert after == related
    assert partner.delete(f"{own}/{made.json()['id']}").status_code == 204
    assert [each["role"] for each in partner.get(tmf).json()["relatedParty"]] == ["customer"]
    assert partner.get(own).json()["participant"] == []


@pytest.mark.req("R-TMI-3")
def test_whom_a_partners_document_drops_is_not_heard_any_more() -> None:
    partner, one, party = a_partner(), an_interaction(), a_party()
    tmf = f"/tmf-api/partyInteraction/v4/partyInteraction/{one.public_id}"
    customer = partner.get(tmf).json()["relatedParty"]
    other = {
        "id": str(party.public_id), "role": "contact", "@type": "RelatedParty",
        "@referredType": "Individual",
    }  # fmt: skip
    partner.patch(tmf, {"relatedParty": [*customer, other]})
    assert one.participants.taking_part().get().party == party

    answer = partner.patch(tmf, {"relatedParty": customer})

    assert answer.status_code == 200
    assert not one.participants.taking_part().exists()


def test_a_partner_who_may_not_see_people_learns_no_name_by_an_address() -> None:
    may = ("view_interaction", "view_all_interactions", "update_interaction")
    partner, one = a_partner(*(f"interactions.{each}" for each in may)), an_interaction()
    add_participant(
        interaction_id=one.pk, name="Ana Lima", address="ana@example.org", actor=a_worker()
    )

    answer = partner.post(
        f"/api/v1/interactions/{one.public_id}/participants", {"address": "ana@example.org"}
    )

    assert answer.status_code == 201
    assert answer.json()["name"] is None
