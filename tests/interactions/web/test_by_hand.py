"""A letter or a visit is taken in by hand: dated by its day, in the queue, with its scan."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from interactions.models import Attachment, Interaction, Reason
from interactions.processes.receive_message import by_hand
from tests.customers.factories import a_customer
from tests.interactions.factories import an_interaction, the_clock
from tests.interactions.web.factories import a_desk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]


def _said(who: str, **more: object) -> dict[str, object]:
    reason = Reason.objects.order_by("key").values_list("key", flat=True)[0]
    return {"who": who, "reason": reason, "text": "I object to the bill.", "once": "f-1"} | more


def _letter(who: str, **more: object) -> dict[str, object]:
    return _said(who, received_on=timezone.localdate().isoformat(), **more)


@pytest.mark.req("R-TMI-4")
def test_promises_of_a_letter_run_from_the_day_it_came() -> None:
    client, _user = a_desk()
    customer = a_customer(number="C-77")
    came = timezone.localdate() - timedelta(days=9)

    answer = client.post("/log/letter", _said("C-77", received_on=came.isoformat()))

    logged = Interaction.objects.get()
    assert answer["Location"] == f"/interactions/{logged.public_id}"
    assert (logged.customer_id, logged.channel, logged.owner_id) == (customer.pk, "letter", None)
    assert timezone.localdate(logged.opened_at) == came
    assert the_clock(logged).started_at == logged.opened_at
    assert the_clock(logged, "first_response").state == "breached"
    assert logged.messages.get(kind="public").direction == "inbound"


def test_its_scan_stands_with_it_and_may_be_all_it_says() -> None:
    client, _user = a_desk()
    a_customer(number="C-77")
    scan = SimpleUploadedFile("letter.pdf", b"%PDF-1.4 scan")

    client.post("/log/letter", _letter("C-77", text="", files=scan))

    kept = Attachment.objects.get()
    assert (kept.name, bytes(kept.content)) == ("letter.pdf", b"%PDF-1.4 scan")
    page = client.get(f"/interactions/{kept.interaction.public_id}").content.decode()
    assert str(kept.public_id) in page


def test_sent_twice_it_is_one() -> None:
    client, _user = a_desk()
    a_customer(number="C-77")

    for _each in range(2):
        client.post("/log/letter", _letter("C-77"))

    assert Interaction.objects.count() == 1


def test_gone_back_to_and_written_anew_it_is_another_letter() -> None:
    client, _user = a_desk()
    a_customer(number="C-77")
    other = a_customer(number="C-78")

    client.post("/log/letter", _letter("C-77"))
    client.post("/log/letter", _letter("C-77", text="I also want to move."))
    client.post("/log/letter", _letter("C-78"))

    assert Interaction.objects.count() == 3
    assert Interaction.objects.filter(customer=other).count() == 1


def test_a_letter_about_an_open_matter_goes_into_it() -> None:
    client, _user = a_desk()
    matter = an_interaction(customer=a_customer(number="C-77"))

    client.post("/log/letter", _letter("C-77", choice=f"matter:{matter.pk}"))

    assert Interaction.objects.count() == 1
    message = matter.messages.get(direction="inbound")
    assert (message.channel, message.body) == ("letter", "I object to the bill.")


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"received_on": "2999-01-01"}, "That day is still to come."),
        ({"text": ""}, "Write what it is about, or add the scan."),
        ({"text": "", "who": "nobody at all", "choice": "none"}, "Write what it is about"),
        ({"who": "nobody at all"}, "Nobody found."),
    ],
)
def test_what_makes_no_sense_is_said_and_nothing_is_kept(more: dict[str, object], why: str) -> None:
    client, _user = a_desk()
    a_customer(number="C-77")

    answer = client.post("/log/letter", _letter("C-77") | more)

    assert answer.status_code == 422
    assert why in answer.content.decode()
    assert Interaction.objects.exists() is False


@pytest.mark.req("R-TMI-4")
def test_a_visit_is_answered_at_the_desk_and_says_where_it_was() -> None:
    client, user = a_desk()
    customer = a_customer(number="C-77")
    told = {"answer": "A new SIM, today.", "store": "High Street", "desk": "3", "ticket": "A41"}

    client.post("/log/visit", _said("C-77", **told))

    logged = Interaction.objects.get()
    assert (logged.customer_id, logged.channel, logged.owner_id) == (customer.pk, "shop", user.pk)
    assert the_clock(logged, "first_response").state == "met"
    page = client.get(f"/interactions/{logged.public_id}").content.decode()
    assert "High Street · 3 · A41" in page
    assert 'value="High Street"' in client.get("/log/visit").content.decode()


def test_a_visit_in_an_open_matter_keeps_its_own_shop_desk_and_number() -> None:
    client, _user = a_desk()
    a_customer(number="C-77")
    first = {"answer": "Come back.", "store": "High Street", "desk": "3", "ticket": "A41"}
    client.post("/log/visit", _said("C-77", **first))
    logged = Interaction.objects.get()
    again = {"answer": "Here it is.", "store": "Mill Lane", "desk": "1", "ticket": "B7"}

    again["choice"] = f"matter:{logged.pk}"
    client.post("/log/visit", _said("C-77", **again) | {"once": "f-2"})

    (second,) = logged.messages.filter(visit__store="Mill Lane")
    assert second.visit == {"store": "Mill Lane", "desk": "1", "ticket": "B7"}
    page = client.get(f"/interactions/{logged.public_id}").content.decode()
    assert "High Street · 3 · A41" in page
    assert "Mill Lane · 1 · B7" in page


def test_a_visit_cut_short_before_its_answer_is_whole_when_it_is_sent_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client, user = a_desk()
    a_customer(number="C-77")
    client.raise_request_exception = False
    told = _said("C-77", answer="A new SIM, today.", store="", desk="", ticket="")

    def killed(**_said: object) -> None:
        raise RuntimeError("killed here")

    with monkeypatch.context() as patched:
        patched.setattr(by_hand, "take", killed)
        client.post("/log/visit", told)
    for _each in range(2):
        client.post("/log/visit", told)

    logged = Interaction.objects.get()
    assert logged.owner_id == user.pk
    assert [one.body for one in logged.messages.filter(direction="outbound")] == [told["answer"]]


def test_who_may_log_and_not_work_on_matters_takes_in_letters_and_no_visits() -> None:
    client, _user = a_desk(role="data-steward")
    a_customer(number="C-77")

    assert "/log/visit" not in client.get("/log/letter").content.decode()
    assert client.post("/log/visit", _said("C-77")).status_code == 403
    assert Interaction.objects.exists() is False


def test_who_may_not_log_takes_nothing_in() -> None:
    client, _user = a_desk(role="auditor")

    assert client.get("/log/letter").status_code == 403
    assert client.post("/log/visit", {}).status_code == 403
