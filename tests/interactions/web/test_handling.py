"""The page of a matter: later, elsewhere, together, apart; macros, files, and who else is here."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from crm.access import SYSTEM
from crm.audit.models import Access
from interactions.macros import check_text, load_macros
from interactions.models import Attachment, Interaction, Macro, MacroText, Reading
from interactions.processes.update_interaction import add_message, ask_customer
from tests.customers.factories import a_customer, a_party, a_team
from tests.interactions.factories import an_interaction
from tests.interactions.web.factories import a_desk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]

HOUR = timedelta(hours=1)


def url(one: Interaction, step: str = "") -> str:
    return f"/interactions/{one.public_id}{step}"


def send(client: Client, one: Interaction, **fields: object) -> int:
    given = {"kind": "reply", "channel": "phone", "body": "We are on it."} | fields
    return client.post(url(one, "/answer"), given).status_code


def tomorrow() -> str:
    return timezone.localtime(timezone.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")


@pytest.mark.req("R-TMI-1")
def test_it_is_snoozed_woken_escalated_transferred_and_followed_up_from_its_page() -> None:
    client, user = a_desk()
    team, one = a_team(), an_interaction(owner_id=user.pk)

    client.post(url(one, "/snooze"), {"snooze-until": tomorrow()})
    one.refresh_from_db()
    assert one.snoozed_until is not None
    assert "Wakes" in client.get(url(one)).content.decode()
    client.post(url(one, "/wake"))
    client.post(url(one, "/escalate"), {"escalate-reason": "The part is lost"})
    later = {"later-kind": "call", "later-note": "Ring", "later-due_at": tomorrow()}
    client.post(url(one, "/follow-up"), later)
    client.post(url(one, "/transfer"), {"transfer-team": team.pk, "transfer-reason": "Repair"})

    moved = Interaction.objects.get(pk=one.pk)
    assert (moved.snoozed_until, moved.escalation, moved.team_id) == (None, 1, team.pk)
    page = client.get(url(one)).content.decode()
    for said in ("asks for help: The part is lost", "Given to a team", "Ring", "Escalated"):
        assert said in page


def test_a_time_that_is_over_is_refused_beside_its_field() -> None:
    client, _user = a_desk()
    one = an_interaction()

    answer = client.post(url(one, "/snooze"), {"snooze-until": "2020-01-01T09:00"})

    assert answer.status_code == 422
    assert "Let it wake between now" in answer.content.decode()


@pytest.mark.req("R-TMI-4")
def test_merged_matters_are_read_as_one_thread_and_come_apart_again() -> None:
    client, _user = a_desk()
    customer = a_customer()
    one, other = an_interaction(customer), an_interaction(customer, text="By phone now.")
    add_message(interaction_id=one.pk, body="Photo of it.", direction="inbound", actor=SYSTEM)

    client.post(url(one, "/merge"), {"merge-other": other.reference})
    page = client.get(url(other)).content.decode()
    for said in ("Photo of it.", "Since Monday.", "By phone now.", "was merged into this"):
        assert said in page
    assert "it goes on there" in client.get(url(one)).content.decode()

    client.post(url(one, "/unmerge"))
    assert "Photo of it." not in client.get(url(other)).content.decode()


def test_messages_are_split_off_and_the_new_page_offers_the_way_back() -> None:
    client, _user = a_desk()
    one = an_interaction()
    bill = add_message(
        interaction_id=one.pk, body="And the bill?", direction="inbound", actor=SYSTEM
    )

    answer = client.post(url(one, "/split"), {"message": bill.pk, "split-subject": "The bill"})

    new = Interaction.objects.get(subject="The bill")
    assert answer["Location"] == url(new)
    assert "And the bill?" in client.get(url(new)).content.decode()
    client.post(url(new, "/undo-split"))
    assert "And the bill?" in client.get(url(one)).content.decode()


def test_links_are_made_by_the_id_people_read_out_and_taken_back() -> None:
    client, _user = a_desk()
    one, other = an_interaction(), an_interaction(subject="The other")

    client.post(url(one, "/link"), {"link-other": other.reference, "link-kind": "caused_by"})
    assert "The other" in client.get(url(one)).content.decode()
    assert one.reference in client.get(url(other)).content.decode()
    client.post(url(one, f"/links/{one.links.get().pk}/undo"))
    assert "The other" not in client.get(url(one)).content.decode()
    refused = client.post(url(one, "/link"), {"link-other": "INT-99 999", "link-kind": "related"})
    assert refused.status_code == 422


@pytest.mark.req("R-TMI-11")
def test_a_question_we_no_longer_need_is_withdrawn() -> None:
    client, _user = a_desk()
    one = an_interaction()
    request = ask_customer(
        interaction_id=one.pk, question="Which lamp?", due_at=timezone.now() + HOUR,
        on_silence="proceed", silence_note="Keep four bills", actor=SYSTEM,
    )  # fmt: skip
    page = client.get(url(one)).content.decode()
    assert "Keep four bills" in page
    assert "Reminded next" in page

    client.post(url(one, f"/questions/{request.pk}/withdraw"))

    one.refresh_from_db()
    assert one.status == "in_progress"


def test_a_macro_comes_in_the_customers_language_with_its_blanks_filled() -> None:
    load_macros()
    client, _user = a_desk()
    one = an_interaction(
        a_customer(party=a_party(language="de"), name="Jörg <b>"), subject="$agent's router"
    )
    MacroText.objects.filter(macro__key="done", language="de").update(
        body="Guten Tag $name, zu „$subject“. $agent $unknown"
    )

    answer = client.post(
        url(one, "/macro"), {"macro": "done", "body": "Vorweg.", "kind": "reply"},
        headers={"HX-Request": "true"},
    )  # fmt: skip

    html = answer.content.decode()
    assert "Vorweg.\n\nGuten Tag Jörg &lt;b&gt;, zu „$agent&#x27;s router“. Ellie Marsh" in html
    assert 'lang="de"' in html
    assert Reading.objects.get(interaction=one).draft["language"] == "de"


def test_macros_are_there_once_and_refuse_blanks_nobody_fills() -> None:
    load_macros()
    load_macros()

    assert Macro.objects.count() == 4
    for text in MacroText.objects.all():
        check_text(text.body)
    for wrong in ("$password", "100 $"):
        with pytest.raises(Exception, match=r"Nobody fills|stands alone"):
            check_text(wrong)


def test_a_reply_keeps_its_language_and_its_files() -> None:
    client, user = a_desk()
    one = an_interaction()
    photo = SimpleUploadedFile("router.png", b"\x89PNG\r\n\x1a\n" + b"0" * 64, "text/plain")

    assert send(client, one, language="de", files=[photo]) == 303

    message, kept = one.messages.get(), Attachment.objects.get()
    assert (message.language, kept.message_id, kept.name) == ("de", message.pk, "router.png")
    assert "png" in kept.found_type
    path = url(one, f"/files/{kept.public_id}")
    assert path in client.get(url(one)).content.decode()
    answer = client.get(path)
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer.content == bytes(kept.content)
    assert Access.objects.filter(actor_id=user.pk, action="export").exists()


def test_a_file_that_could_do_harm_is_kept_and_opened_by_nobody() -> None:
    client, _user = a_desk()
    one = an_interaction()
    send(client, one, files=[SimpleUploadedFile("photo.png", b"MZ" + b"0" * 64, "image/png")])
    kept = Attachment.objects.get()

    answer = client.get(url(one, f"/files/{kept.public_id}"), headers={"HX-Request": "true"})

    assert kept.state == "held"
    assert answer.status_code == 409


def test_too_large_a_file_is_refused_and_nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interactions.web.attachments.MOST_BYTES", 10)
    client, _user = a_desk()
    one = an_interaction()

    refused = send(client, one, files=[SimpleUploadedFile("a.txt", b"x" * 11)])

    assert refused == 422
    assert one.messages.exists() is False


def test_files_stay_shut_for_who_may_not_see_people_and_for_other_matters() -> None:
    client, _user = a_desk()
    one, other = an_interaction(), an_interaction()
    send(client, one, files=[SimpleUploadedFile("a.txt", b"hello")])
    path = f"/files/{Attachment.objects.get().public_id}"
    auditor, _user = a_desk(role="auditor")

    assert auditor.get(url(one, path)).status_code == 404
    assert client.get(url(other, path)).status_code == 404


@pytest.mark.req("R-TMI-3")
def test_two_on_one_page_see_each_other_and_drafts_outlive_the_cache() -> None:
    client, _user = a_desk()
    other, _priya = a_desk()
    one = an_interaction()
    other.get(url(one, "/readers"))
    other.post(url(one, "/draft"), {"body": "I am", "kind": "reply"})

    seen = client.get(url(one, "/readers")).content.decode()

    assert "Ellie Marsh is writing" in seen
    assert "I am</textarea>" in other.get(url(one)).content.decode()
    Reading.objects.update(seen_at=timezone.now() - HOUR)
    assert "is writing" not in client.get(url(one, "/readers")).content.decode()


def test_the_proposed_promise_is_the_next_the_desk_can_keep() -> None:
    client, _user = a_desk()
    one = an_interaction(ago=HOUR)

    proposed = client.get(url(one)).context["proposed"]

    # Ten hours are promised to fix it: five more after the ten.
    assert proposed == (one.opened_at + 15 * HOUR).replace(microsecond=0)


@pytest.mark.req("R-TMI-2")
def test_a_second_open_matter_of_one_subject_is_offered_merged_or_declined() -> None:
    client, _user = a_desk()
    old = an_interaction()
    new = an_interaction(old.customer, subject="Re: Internet is slow")
    page = f"/interactions/{new.public_id}"
    assert "has the same subject: one matter?" in client.get(page).content.decode()

    client.post(f"{page}/apart/{old.pk}")
    declined = client.get(page).content.decode()
    client.post(f"{page}/apart/{old.pk}/undo")
    offered = client.get(f"/interactions/{old.public_id}").content.decode()
    client.post(f"{page}/merge", {"merge-other": old.reference})

    assert "one matter?" not in declined
    assert "Merge it into this" in offered
    new.refresh_from_db()
    assert new.merged_into == old


@pytest.mark.req("R-TMI-1")
def test_a_macro_shows_what_it_does_before_it_does_it_and_is_undone_whole() -> None:
    client, user = a_desk()
    load_macros()
    Macro.objects.filter(key="done").update(
        effects=[{"do": "take"}, {"do": "snooze", "hours": 5}, {"do": "priority", "priority": 2}]
    )
    one = an_interaction()
    page = f"/interactions/{one.public_id}"

    said = {"macro": "done", "body": "", "kind": "reply", "channel": "email", "language": "en"}
    shown = client.post(f"{page}/macro", said, headers={"HX-Request": "true"}).content.decode()
    one.refresh_from_db()
    assert one.owner is None
    done = client.post(f"{page}/macro/apply", {"macro": "done", "number": 1})
    one.refresh_from_db()

    assert "Make it mine" in shown
    assert "Snooze it for 5 hours" in shown
    assert done.status_code == 303
    assert (one.owner_id, one.priority) == (user.pk, 2)
    seq = one.events.get(type="macro_applied").seq
    client.post(f"{page}/macro/{seq}/undo")
    one.refresh_from_db()
    assert (one.owner_id, one.priority, one.snoozed_until) == (None, 3, None)


def test_a_macro_that_is_refused_says_why_and_did_nothing() -> None:
    client, _user = a_desk()
    load_macros()
    Macro.objects.filter(key="done").update(
        effects=[{"do": "take"}, {"do": "complete", "outcome": "nosuch"}]
    )
    one = an_interaction()

    answer = client.post(
        f"/interactions/{one.public_id}/macro/apply", {"macro": "done", "number": 1}
    )

    assert answer.status_code == 422
    assert "Nothing was done." in answer.content.decode()
    one.refresh_from_db()
    assert one.owner is None
