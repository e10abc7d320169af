"""Tags on the page of a matter, in the queue and over the API."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from interactions.models import Batch, Tag
from interactions.processes.keep_tags import merge_tags
from interactions.processes.tag_interaction import tag
from interactions.reads import tag_names
from tests.crm.administrators import a_staff_browser
from tests.interactions.factories import a_worker, an_interaction
from tests.interactions.web.factories import a_desk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]


@pytest.mark.req("R-TMI-1")
def test_a_tag_is_put_on_by_name_and_taken_off_with_undo() -> None:
    client, _user = a_desk(role="team-lead")
    one = an_interaction()
    url = f"/interactions/{one.public_id}"

    put = client.post(f"{url}/tags", {"tag-name": "Call back"})
    page = client.get(url).content.decode()
    client.post(f"{url}/tags/off", {"name": "call back"})
    one.refresh_from_db()

    assert put["Location"] == f"{url}#tags"
    assert '<span translate="no">Call back</span>' in page
    assert "put on the tag “Call back”" in page
    assert one.tags == []
    client.post(f"{url}/tags/{Tag.objects.get().pk}/again")
    one.refresh_from_db()
    assert one.tags == [Tag.objects.get().pk]


def test_a_word_that_is_not_on_the_list_is_refused_beside_the_field() -> None:
    client, _user = a_desk()
    one = an_interaction()

    answer = client.post(f"/interactions/{one.public_id}/tags", {"tag-name": "Press"})

    assert answer.status_code == 422
    assert "ask a lead to add it" in answer.content.decode()
    assert not Tag.objects.exists()


def test_the_list_is_offered_without_what_is_retired() -> None:
    client, _user = a_desk()
    press = Tag.objects.create(name="Press & radio", coined_by="x")
    media = Tag.objects.create(name="Media", coined_by="x")
    keeper = a_worker("interactions.change_tag")
    merge_tags(source_id=media.pk, target_id=press.pk, actor=keeper)

    answer = client.get(reverse("interactions:tags"), headers={"HX-Request": "true"})

    assert answer.content.decode().strip() == '<option value="Press &amp; radio"></option>'


@pytest.mark.req("R-TMI-1")
def test_the_queue_shows_tags_and_is_filtered_and_kept_by_one() -> None:
    client, user = a_desk()
    lead = a_worker("interactions.coin_tag", "interactions.change_tag")
    one, other = an_interaction(owner_id=user.pk), an_interaction(owner_id=user.pk)
    media = tag(interaction_id=one.pk, name="Media", actor=lead)
    press = tag(interaction_id=other.pk, name="Press", actor=lead)
    client.post(reverse("interactions:keep_filter"), {"name": "Papers", "query": "tag=media"})
    merge_tags(source_id=media.pk, target_id=press.pk, actor=lead)

    all_rows = client.get("/desk").content.decode()
    found = client.get("/desk?tag=press").content.decode()
    nothing = client.get("/desk?tag=nosuch").content.decode()

    assert all_rows.count('<span class="worn" translate="no">Press</span>') == 2
    assert one.reference in found
    assert other.reference in found
    assert one.reference not in nothing
    assert '<span translate="no">Papers</span> 2' in all_rows


def test_matters_without_tags_ask_nothing_about_them() -> None:
    matters = [an_interaction(), an_interaction()]

    with CaptureQueriesContext(connection) as asked:
        assert tag_names(matters) == {}
    assert len(asked) == 0


def test_selected_rows_get_and_lose_a_tag() -> None:
    client, user = a_desk(role="team-lead")
    one = an_interaction(owner_id=user.pk)

    for step in ("tag", "untag"):
        said = {"pick": one.pk, "step": step, "tag": "Press", "back": ""}
        assert client.post(reverse("interactions:batch"), said).status_code == 303

    one.refresh_from_db()
    assert one.tags == []
    assert [each.kind for each in Batch.objects.order_by("pk")] == ["tag", "untag"]


def test_an_administrator_merges_and_retires_on_the_list() -> None:
    client = a_staff_browser(role="administrator")
    media = Tag.objects.create(name="Media", coined_by="x")
    press = Tag.objects.create(name="Press", coined_by="x")
    url = reverse("admin:interactions_tag_changelist")
    chosen = {"_selected_action": media.pk}

    client.post(url, {"action": "merge", "merge_into": press.pk, **chosen})
    assert Tag.objects.get(name="Media").merged_into == press
    client.post(url, {"action": "bring_back", **chosen})
    client.post(url, {"action": "retire", **chosen})
    media.refresh_from_db()
    assert (media.merged_into_id, media.retired_at is None) == (None, False)
    assert client.get(url).status_code == 200


def test_a_character_that_no_text_has_is_refused_in_words() -> None:
    client, _user = a_desk()

    filtered = client.get(reverse("interactions:desk"), {"tag": "a\x00"})

    assert filtered.status_code == 400
    assert "a character that no text has" in filtered.content.decode()
