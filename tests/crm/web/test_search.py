import pytest
from django.db import DatabaseError

from crm.access import SYSTEM, Actor
from crm.web import navigation, search
from tests.crm.web.factories import a_client, a_user

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "_searchers", {})
    monkeypatch.setattr(search, "_commands", {})
    monkeypatch.setattr(navigation, "_entries", {})


def _found(actor: Actor, text: str, limit: int) -> list[search.Hit]:
    names = ["Amara Okonjo-Reid", "Amara Lind"]
    hits = [search.Hit("customer", name, "/menu", "users") for name in names]
    return [hit for hit in hits if text.casefold() in hit.title.casefold()][:limit]


def _broken(actor: Actor, text: str, limit: int) -> list[search.Hit]:
    raise DatabaseError(text)


def test_groups_come_in_order_and_within_the_limit() -> None:
    search.register("late", _found, label="Late", order=2)
    search.register("early", _found, label="Early", order=1)

    groups = search.search(SYSTEM, "  amara ", 1)

    assert [(one.label, len(one.hits)) for one in groups] == [("Early", 1), ("Late", 1)]


def test_failing_searcher_leaves_the_others() -> None:
    search.register("bad", _broken, label="Bad", order=1)
    search.register("good", _found, label="Good", order=2)

    assert [one.label for one in search.search(SYSTEM, "amara", 5)] == ["Good"]


def test_commands_answer_to_the_beginnings_of_their_words() -> None:
    search.register_command("Log a call", "web:menu", icon="phone-plus", fragment="log")

    def titles(text: str) -> list[str]:
        return [hit.title for hit in search.commands_for(SYSTEM, text)]

    assert titles("lo ca") == titles("") == ["Log a call"]
    assert titles("og") == []


@pytest.mark.django_db
def test_only_exact_hit_opens_at_once_without_script() -> None:
    hit = search.Hit("interaction", "INT-118 204", "/notices", "mail", exact=True)
    search.register("ids", lambda actor, text, limit: [hit], label="Ids", order=1)
    client = a_client(a_user())

    assert client.get("/search?q=INT-118 204")["Location"] == "/notices"
    assert client.get("/search?q=INT-118 204", headers=HTMX).status_code == 200


@pytest.mark.django_db
def test_typed_text_is_escaped_and_nothing_found_says_so() -> None:
    html = a_client(a_user()).get("/search", {"q": "<b>x\x00"}).content.decode()

    assert "<b>x" not in html
    assert "Nothing answers to this" in html
