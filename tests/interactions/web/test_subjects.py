"""Several subjects on the page of a matter: each is noted, settled and shown by itself."""

import pytest

from interactions.models import InteractionItem
from interactions.processes.close_interaction import complete
from interactions.processes.settle_subjects import add_subject
from tests.interactions.factories import a_worker, an_interaction
from tests.interactions.web.factories import a_desk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]


@pytest.mark.req("R-TMI-3")
def test_two_wishes_of_one_contact_end_each_with_its_own_outcome() -> None:
    client, _user = a_desk()
    one = an_interaction()
    url = f"/interactions/{one.public_id}"
    for subject in ("Bill of March", "Dead line"):
        answer = client.post(f"{url}/subjects", {"subject-subject": subject})
        assert answer["Location"] == f"{url}#subjects"
    bill, line = InteractionItem.objects.all()
    assert "2 subjects without an outcome" in client.get(url).content.decode()

    refused = client.post(f"{url}/complete", {"wrap-outcome": "resolved"})
    for item, outcome in ((bill, "explained"), (line, "referred")):
        said = {f"settle-{item.pk}-outcome": outcome, f"settle-{item.pk}-note": "told"}
        assert client.post(f"{url}/subjects/{item.pk}", said).status_code == 303
    done = client.post(f"{url}/complete", {"wrap-outcome": "resolved"})

    assert refused.status_code == 422
    assert "Bill of March, Dead line" in refused.content.decode()
    assert done.status_code == 303
    page = client.get(url).content.decode()
    assert "Bill of March: Explained" in page
    assert "Dead line: Referred" in page


def test_a_subject_without_words_or_outcome_is_refused_on_the_page() -> None:
    client, _user = a_desk()
    one = an_interaction()
    item = add_subject(interaction_id=one.pk, subject="Bill", actor=a_worker())
    url = f"/interactions/{one.public_id}/subjects"

    assert client.post(url, {"subject-subject": " "}).status_code == 422
    assert client.post(f"{url}/{item.pk}", {}).status_code == 422
    assert InteractionItem.objects.get().settled_at is None


def test_a_subject_of_another_matter_is_not_there() -> None:
    client, _user = a_desk()
    one, other = an_interaction(), an_interaction()
    item = add_subject(interaction_id=other.pk, subject="Bill", actor=a_worker())

    said = {f"settle-{item.pk}-outcome": "explained"}
    answer = client.post(f"/interactions/{one.public_id}/subjects/{item.pk}", said)

    assert answer.status_code == 404
    assert InteractionItem.objects.get().settled_at is None


def test_what_has_ended_shows_its_subjects_and_takes_no_more() -> None:
    client, _user = a_desk()
    one = an_interaction()
    complete(interaction_id=one.pk, outcome="resolved", actor=a_worker())

    answer = client.post(f"/interactions/{one.public_id}/subjects", {"subject-subject": "Bill"})

    assert answer.status_code == 422
    assert InteractionItem.objects.exists() is False
