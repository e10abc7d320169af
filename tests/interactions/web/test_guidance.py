"""Procedures and help beside a matter: shown, put into the answer, and kept that it helped."""

import pytest
from django.test import Client

from interactions.models import Interaction, Reading
from readiness.models import GuidanceUse, KnowledgeArticle
from readiness.processes.keep_knowledge import load_guidance
from tests.customers.factories import a_customer, a_party
from tests.interactions.factories import an_interaction
from tests.interactions.web.factories import a_desk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]


@pytest.fixture(autouse=True)
def _loaded(db: None) -> None:
    load_guidance()


def _url(one: Interaction, step: str) -> str:
    return f"/interactions/{one.public_id}/guidance{step}"


def _matter() -> Interaction:
    customer = a_customer(party=a_party(language="de"))
    return an_interaction(customer=customer, subject="Router: das dritte Licht ist rot")


@pytest.mark.req("R-CSR-5")
def test_what_fits_is_shown_and_kept_once() -> None:
    client, _user = a_desk()
    one = _matter()

    html = client.get(_url(one, "")).content.decode()
    client.get(_url(one, ""))

    assert "third light" in html
    assert "may be sent to the customer" in html.lower()
    article = KnowledgeArticle.objects.get(key="router-third-light")
    assert article.shown == 1


def test_link_goes_into_the_answer_in_the_customers_language_and_nothing_is_sent() -> None:
    client, user = a_desk()
    one = _matter()

    answer = client.post(
        _url(one, "/router-third-light/put"), {"body": "Guten Tag,"}, headers={"HX-Request": "true"}
    )

    html = answer.content.decode()
    assert "Guten Tag,\n\nWas das dritte Licht" in html
    assert "/help/router-third-light?lang=de" in html
    assert Reading.objects.get(interaction=one, user=user).draft["body"].startswith("Guten Tag,")
    assert one.messages.exists() is False
    assert GuidanceUse.objects.get(step="used").subject == f"interaction:{one.pk}"


def test_without_script_the_kept_draft_is_not_lost() -> None:
    client, user = a_desk()
    one = _matter()
    client.post(f"/interactions/{one.public_id}/draft", {"body": "Begun."})

    client.post(_url(one, "/router-third-light/put"), {})

    kept = Reading.objects.get(interaction=one, user=user).draft
    assert kept["body"].startswith("Begun.\n\nWas das dritte Licht")


def test_what_is_only_for_us_never_reaches_an_answer() -> None:
    client, user = a_desk()
    one = _matter()

    client.post(_url(one, "/port-refused/put"), {"body": "Hello"}, headers={"HX-Request": "true"})

    assert "help" not in Reading.objects.get(interaction=one, user=user).draft["body"]
    assert GuidanceUse.objects.filter(step="used").exists() is False


def test_it_helped_counts_as_used_and_solved() -> None:
    client, _user = a_desk()
    one = _matter()
    article = KnowledgeArticle.objects.get(key="router-third-light")

    client.post(_url(one, f"/article/{article.pk}/helped"))

    article.refresh_from_db()
    assert (article.used, article.solved) == (1, 1)


@pytest.mark.req("R-CSR-4")
def test_customers_read_an_article_without_signing_in_and_no_other() -> None:
    stranger = Client()

    found = stranger.get("/help/router-third-light?lang=de")

    assert found.status_code == 200
    assert "Was das dritte Licht" in found.content.decode()
    assert stranger.get("/help/port-refused").status_code == 404
    assert stranger.get("/help/nothing").status_code == 404
