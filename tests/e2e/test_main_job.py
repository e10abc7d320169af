"""The main job as one story on one database, through the doors that people and programs use."""

import json
import statistics
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from crm.celery import app
from crm.events.models import Delivery, OutboxEvent
from customers import imports as customer_imports
from customers.insight.models import Fact, Outcome
from customers.models import ArchivedRecord, Customer, ImportRun
from interactions import imports as interaction_imports
from interactions.models import Commitment, Interaction, InteractionEvent, Message, SlaClock
from readiness.models import CapabilityVersion, OrtRun
from tests.crm.tmf.partners import CUSTOMER, INTERACTION
from tests.e2e.house import PASSWORD, House, counted, page, posted, ran
from tests.e2e.partner import a_partner_system
from tests.interactions.workers import wait_for

pytestmark = [
    pytest.mark.browser,
    pytest.mark.enable_socket,
    pytest.mark.django_db(transaction=True),
]

FILES = Path(__file__).parent / "files"
REAL = Path(__file__).resolve().parents[3] / "shared" / "data"
CUSTOMERS_MAPPING = Path(customer_imports.__file__).parent / "mappings" / "telco_churn.json"
COMPLAINTS_MAPPING = (
    Path(interaction_imports.__file__).parent / "mappings" / "comcast_complaints.json"
)
TICK, SEND = "interactions.tasks.fire_due_clocks", "interactions.tasks.send_queued_messages"
ARCHIVE = "customers.tasks.archive_by_policy"
real_files = pytest.mark.skipif(not REAL.is_dir(), reason="../shared/data is not here")


def worker_is_idle() -> bool:
    return not Delivery.objects.waiting().exists()


# Step 1


@pytest.mark.req("R-CIM-5")
def test_a_trial_of_the_customer_file_and_its_import_report_the_same(house: House) -> None:
    file = FILES / "customers.csv"

    trial = ran("import_customers", file, mapping=CUSTOMERS_MAPPING, dry_run=True)
    assert Customer.objects.exists() is False
    real = ran("import_customers", file, mapping=CUSTOMERS_MAPPING)

    assert counted(trial) == counted(real) == [6, 5, 0, 0, 1]
    (problem,) = real["problems"]
    assert (problem["line"], problem["column"], problem["value"]) == (6, "MonthlyCharges", "plenty")
    assert problem["reason"] == "Not a number"
    assert trial["problems"] == real["problems"]
    house.kept["number"] = "4107-KESTR"
    assert house.customer.name == "4107-KESTR"
    assert house.customer.accounts.get().total_charged is not None


@pytest.mark.req("R-CIM-5")
def test_the_wizard_takes_in_a_file_with_the_same_mapping_through_the_worker(house: House) -> None:
    text = (FILES / "customers.csv").read_text(encoding="utf-8").replace("41", "52")

    trial, real = through_the_wizard(house, "more.csv", text)

    assert trial == real == (6, 5, 0, 0, 1)
    assert Customer.objects.filter(number="5207-KESTR").exists()


@real_files
@pytest.mark.req("R-CIM-5")
def test_the_wizard_takes_in_the_real_telecom_file(house: House) -> None:
    text = (REAL / "telco_churn.csv").read_text(encoding="utf-8")

    trial, real = through_the_wizard(house, "telco_churn.csv", text)

    assert trial == real == (7043, 7043, 0, 0, 0)
    wait_for(worker_is_idle)
    assert Fact.objects.filter(customer__number="7590-VHVEG", key="contract.tenure_months").exists()


def through_the_wizard(house: House, name: str, text: str) -> tuple[tuple[int, ...], ...]:
    """Upload, wait for the trial, import, wait for the end; the numbers of both."""
    steward = house.signed_in("data-steward")
    mapping = CUSTOMERS_MAPPING.read_bytes()
    posted(
        steward,
        "customers:upload",
        file=SimpleUploadedFile(name, text.encode()),
        mapping=SimpleUploadedFile("mapping.json", mapping),
    )
    run = ImportRun.objects.latest("pk")
    trial = numbers_when(run, "tried")
    html = page(steward, "customers:import", run.public_id)
    assert f"Import {run.created:,} rows" in html.replace("\xa0", " ")
    posted(steward, "customers:start_import", run.public_id)
    real = numbers_when(run, "done")
    for problem in run.problems.all():
        assert f">{problem.line}<" in html
        assert problem.reason in html
    return trial, real


def numbers_when(run: ImportRun, state: str) -> tuple[int, ...]:
    def there() -> bool:
        run.refresh_from_db()
        assert run.state != "failed", run.message
        return run.state == state

    wait_for(there)
    return run.total, run.created, run.updated, run.unchanged, run.failed


def test_whether_a_customer_left_is_shown_nowhere_as_a_fact(house: House) -> None:
    wait_for(worker_is_idle)
    number = "4112-CRANE"
    left = Customer.objects.get(number=number)

    assert Outcome.objects.get(customer=left).kind == "churn"
    assert Fact.objects.filter(key__icontains="churn").exists() is False
    steward = house.signed_in("data-steward")
    shown = [
        page(steward, "customers:page", left.pk),
        page(steward, "customers:changes", left.pk),
        *(page(steward, f"insight:{name}", left.pk) for name in ("panel", "facts", "trust")),
    ]
    partner = a_partner_system(house.url, "reader")
    (told,) = partner.get(CUSTOMER, name=number).json()
    profile = partner.get(f"/api/v1/customers/{left.public_id}/profile", purpose="service")
    assert profile.status_code == 200, profile.text
    shown += [json.dumps(told), profile.text]
    assert not [text for text in shown if "churn" in text.casefold()]


# Step 2 and 3


@pytest.fixture(scope="module")
def desk(house: House, browser: Browser) -> Iterator[Page]:
    """An agent's browser, after signing in as everybody does."""
    context = browser.new_context(base_url=house.url, viewport={"width": 1440, "height": 900})
    opened = context.new_page()
    opened.set_default_timeout(10_000)
    opened.goto("/")
    opened.get_by_label("User name or work e-mail").fill("agent")
    opened.get_by_label("Password", exact=True).fill(PASSWORD)
    opened.keyboard.press("Enter")
    opened.wait_for_url("**/desk*")
    yield opened
    context.close()


@pytest.mark.parametrize("typed", ["kes", "4107", "4107-KESTR"])
def test_an_agent_who_signed_in_finds_the_customer(house: House, desk: Page, typed: str) -> None:
    desk.goto("/desk")
    desk.keyboard.press("/")
    desk.keyboard.type(typed)
    desk.get_by_role("option").or_(desk.get_by_role("link")).filter(
        has_text="4107-KESTR"
    ).first.click()

    desk.wait_for_url(f"**/customers/{house.customer.pk}/")
    expect(desk.get_by_role("heading", level=1)).to_have_text("4107-KESTR")


@pytest.mark.req("R-TMI-4", "R-TMI-5")
def test_a_call_is_logged_in_three_fields_and_gets_its_times(house: House, desk: Page) -> None:
    desk.goto("/desk")
    desk.keyboard.press("l")
    desk.keyboard.type("4107-KESTR")
    expect(desk.locator("#log-caller")).to_contain_text("4107-KESTR")
    desk.select_option("[name=reason]", "no-service")
    desk.fill("[name=agreed]", "We test the line today.")
    desk.keyboard.press("Control+Enter")

    desk.wait_for_url("**/interactions/*")
    logged = Interaction.objects.get(customer=house.customer)
    house.kept["call"] = logged.pk
    clock = logged.clocks.get(target="resolution")
    assert clock.state == "running"
    assert clock.capability_version.slot.key == "sla.policy"
    assert clock.calendar_version.slot.key == "sla.calendar"
    expect(desk.locator("#times")).to_contain_text("left")
    desk.locator("#times").get_by_role("link", name="Why this time?").last.click()
    expect(desk.locator("#why-panel")).to_contain_text(f"rule “{clock.rule}”")
    expect(desk.locator("#why-panel")).to_contain_text("Due ")


# Step 4


@pytest.mark.req("R-TMI-4")
def test_a_trial_of_the_complaints_and_their_import_report_the_same(house: House) -> None:
    file = FILES / "complaints.csv"
    before = Interaction.objects.count()

    trial = ran("import_interactions", file, mapping=COMPLAINTS_MAPPING, dry_run=True)
    assert Interaction.objects.count() == before
    real = ran("import_interactions", file, mapping=COMPLAINTS_MAPPING)

    assert counted(trial) == counted(real) == [6, 5, 0, 0, 1]
    (problem,) = real["problems"]
    assert trial["problems"] == real["problems"]
    assert (problem["line"], problem["value"]) == (6, "31-Jun-15")
    assert problem["reason"] == "Not a date or time that the mapping knows"
    second = Interaction.objects.get(external_id="900002")
    assert second.opened_at.isoformat() == "2015-05-04T16:05:00+00:00"
    assert SlaClock.objects.filter(interaction__source=second.source).exists() is False
    told = a_partner_system(house.url, "historian").get(f"{INTERACTION}/{second.public_id}")
    # Nobody wrote down when it ended, so nobody is told an end.
    assert told.json()["interactionDate"] == {"startDateTime": "2015-05-04T16:05:00.000Z"}


@real_files
@pytest.mark.req("R-TMI-4")
def test_the_real_complaints_are_taken_in(house: House) -> None:
    file = REAL / "comcast_complaints.csv"

    trial = ran("import_interactions", file, mapping=COMPLAINTS_MAPPING, dry_run=True)
    real = ran("import_interactions", file, mapping=COMPLAINTS_MAPPING)

    assert counted(trial) == counted(real) == [2224, 2224, 0, 0, 0]


# Step 9


@pytest.mark.req("R-BCI-6")
def test_what_is_learnt_in_the_call_stands_in_the_profile_beside_the_file(house: House) -> None:
    agent, customer = house.signed_in("agent"), house.customer
    call = Interaction.objects.get(pk=house.kept["call"])
    wait_for(worker_is_idle)

    told = posted(
        agent, "insight:learned", customer.pk, call.public_id,
        key="household.size", value="4",
    )  # fmt: skip
    learnt = Fact.objects.get(customer=customer, interaction=call.public_id)
    assert "4" in told
    posted(agent, "insight:accept", learnt.pk)

    facts = page(agent, "insight:facts", customer.pk)
    filed = Fact.objects.get(customer=customer, key="contract.tenure_months")
    assert (filed.value, filed.source.key) == (31, "telco-sample")
    for fact in (learnt, filed):
        fact.refresh_from_db()
        assert fact.state in {"accepted", "verified"}
        assert fact.basis
        assert fact.source.name in facts
    profile = page(agent, "insight:panel", customer.pk)
    for section in ("Usage pattern", "Demographics", "Household", "Life stage"):
        assert section.casefold() in profile.casefold()
    assert "Why do we believe this" in profile


def test_the_name_and_address_told_in_the_call_are_recorded(house: House) -> None:
    agent, customer = house.signed_in("agent"), house.customer
    form = agent.get(reverse("customers:edit", args=[customer.pk])).context["form"]
    known = {name: value for name, value in form.initial.items() if value is not None}

    posted(
        agent, "customers:edit", customer.pk,
        **known | {
            "given_name": "Kestrel", "family_name": "Marsh", "email": "kestrel@customer.example",
            "trigger": "customer-notified",
        },
    )  # fmt: skip

    assert house.customer.name == "Kestrel Marsh"
    assert "kestrel@customer.example" in page(agent, "customers:page", customer.pk)


@pytest.mark.req("R-CIM-5")
def test_the_same_file_again_takes_nothing_back_of_what_was_told(house: House) -> None:
    again = ran("import_customers", FILES / "customers.csv", mapping=CUSTOMERS_MAPPING)

    assert counted(again) == [6, 0, 0, 5, 1]
    assert house.customer.name == "Kestrel Marsh"
    assert house.customer.party is not None
    assert house.customer.party.contact_media.current().get().type == "email"


# Step 5, with what a partner reported two days ago


@pytest.mark.req("R-TMI-9", "R-TMI-10")
def test_a_missed_deadline_tells_the_agent_and_the_customer_once(house: House) -> None:
    report_by_a_partner(house)
    matter, agent = house.matter, house.signed_in("agent")
    assert matter.customer == house.customer
    posted(agent, f"/interactions/{matter.public_id}/take")
    clock = matter.clocks.get(target="resolution")
    assert clock.due_at is not None
    assert clock.due_at < timezone.now()

    wait_for(lambda: Commitment.objects.filter(clock=clock, number=2).exists(), asking=TICK)
    notices = Message.objects.filter(interaction=matter, kind="notice")
    app.send_task(TICK)
    wait_for(lambda: notices.exists() and not notices.exclude(state="sent").exists(), asking=SEND)
    app.send_task(TICK)
    app.send_task(SEND)
    wait_for(lambda: house.mailbox.to("kestrel@customer.example"))
    wait_for(lambda: house.mailbox.to("agent@crm.example"), asking=SEND)

    promise = Commitment.objects.get(clock=clock, number=2)
    assert promise.due_at is not None
    assert promise.due_at > timezone.now()
    mails = house.mailbox.to("kestrel@customer.example")
    assert len({str(mail["Message-ID"]) for mail in mails}) == len(mails) == notices.count()
    told = promise.notice
    assert told is not None
    assert matter.reference in told.body + told.subject
    assert f"{timezone.localtime(promise.due_at):%Y}" in told.body
    assert told.capability_version_id is not None
    breaches = matter.events.filter(type="breached").order_by("data__target")
    assert [event.data["target"] for event in breaches] == ["first_response", "resolution"]
    assert matter.reference in page(agent, "web:notices")


def report_by_a_partner(house: House) -> None:
    """A fault of twenty days ago, told by another system only now."""
    partner = a_partner_system(house.url)
    reported = partner.post(
        INTERACTION,
        {
            "direction": "inbound",
            "reason": "no-service",
            "description": "The line is dead.",
            "channel": [{"id": "phone", "name": "Phone"}],
            "interactionDate": {
                "startDateTime": (timezone.now() - timedelta(days=20)).isoformat()
            },
            "relatedParty": [
                {"id": str(house.customer.public_id), "role": "customer",
                 "@referredType": "Customer"}
            ],
        },
    )  # fmt: skip
    assert reported.status_code == 201, reported.text
    house.kept["matter"] = Interaction.objects.get(public_id=reported.json()["id"]).pk


@pytest.mark.req("R-BCI-3")
def test_a_refusal_in_the_call_holds_for_the_very_next_message(house: House) -> None:
    agent, matter = house.signed_in("agent"), house.matter
    clock = matter.clocks.get(target="resolution")
    before = Message.objects.filter(direction="outbound", channel="email").count()
    posted(
        agent, "insight:consents", house.customer.pk,
        purpose="service", channel="email", given="no",
        wording="No mails any more", contact=str(matter.public_id),
    )  # fmt: skip

    due = timezone.localtime() + timedelta(days=3)
    html = posted(
        agent, "interactions:promise", matter.public_id, clock.pk,
        **{"promise-due_at": f"{due:%Y-%m-%dT%H:%M}", "promise-reason": "The part is late"},
    )  # fmt: skip

    assert Commitment.objects.filter(clock=clock, number=3).exists()
    assert "Nobody may write to the customer here" in html
    assert Message.objects.filter(direction="outbound", channel="email").count() == before


# Step 6


@pytest.mark.req("R-TMI-7")
def test_it_is_completed_and_closed_and_the_figures_show_it(house: House) -> None:
    agent, matter = house.signed_in("agent"), house.matter
    done = {"wrap-outcome": "resolved", "wrap-note": "New cable"}
    posted(agent, "interactions:complete", matter.public_id, **done)
    assert house.matter.status == "completed"
    posted(agent, "interactions:close", matter.public_id, **{"close-informed_by": "phone"})
    assert house.matter.status == "closed"

    lead = house.signed_in("team-lead")
    shown = lead.get(reverse("interactions:performance"), {"period": "month"}).context
    figures, month = shown["figures"], shown["report"].span
    ended = house.matter
    assert ended.completed_at is not None
    # The imported history of the same file counts nowhere: nobody knows when it ended.
    assert figures["E-3"]["n"] == 1
    took = (ended.completed_at - ended.opened_at).total_seconds()
    assert float(figures["E-3"]["value"]) == pytest.approx(took)
    assert figures["E-5"]["value"] == Interaction.objects.open().count()
    answered = [
        clock.consumed_seconds
        for clock in SlaClock.objects.filter(target="first_response", cancelled_at=None)
        if clock.stopped_at and clock.stopped_at >= month.start
    ]
    assert float(figures["E-2"]["value"]) == pytest.approx(statistics.median(answered))
    with connection.cursor() as cursor:
        # The example of the KPI catalogue, on our table.
        cursor.execute(
            "SELECT count(*) FILTER (WHERE stopped_at<=due_at)::numeric/NULLIF(count(*),0)"
            " FROM interactions_slaclock"
            " WHERE due_at>=%s AND due_at<%s AND cancelled_at IS NULL",
            [month.start, month.end],
        )
        assert figures["S-1"]["value"] == cursor.fetchone()[0]


# Step 7


@pytest.mark.req("R-CIM-14")
def test_the_nightly_job_archives_and_one_restore_brings_a_row_back(house: House) -> None:
    old = Interaction.objects.get(external_id="900001")
    due = set(
        Interaction.objects.filter(status="closed", closed_at__year=2015).values_list(
            "pk", flat=True
        )
    )
    before = everything_of(old.pk)
    assert old.pk in due

    app.send_task(ARCHIVE)
    wait_for(lambda: ArchivedRecord.objects.count() >= len(due))

    assert set(ArchivedRecord.objects.values_list("source_id", flat=True)) == due
    assert Interaction.objects.filter(pk__in=due).exists() is False
    record = ArchivedRecord.objects.get(source_id=old.pk)
    assert record.capability_version.slot.key == "retention.policy"
    steward = house.signed_in("privacy-officer")
    found = page(steward, "customers:archive", reference=old.reference)
    assert "No internet for three days" in found
    html = posted(steward, "customers:restore_archived", record.pk)
    assert "is back, exactly as it was" in html
    assert everything_of(old.pk) == before


def everything_of(pk: int) -> list[Any]:
    events = InteractionEvent.objects.filter(interaction=pk).order_by("seq").values()
    return [Interaction.objects.values().get(pk=pk), *events]


# Step 10


@pytest.mark.req("R-CSR-19", "R-CSR-20")
def test_what_is_in_use_from_the_start_passed_its_test_and_was_accepted(
    house: House,
) -> None:
    serving = CapabilityVersion.objects.filter(state="general_availability")

    keys = set(serving.values_list("slot__key", flat=True))
    assert {"sla.policy", "sla.calendar", "retention.policy", "channel.email"} <= keys
    for version in serving:
        run = version.runs.get()
        assert (run.verdict, run.results.exclude(outcome="pass").exists()) == ("passed", False)
        assert version.acceptances.filter(decision="accept").exists()


@pytest.mark.req("R-CSR-18", "R-CSR-19", "R-CSR-23", "R-CSR-24")
def test_a_second_policy_rules_new_clocks_only_once_it_is_introduced(house: House) -> None:
    writer = house.signed_in("readiness-manager")
    first = CapabilityVersion.objects.get(slot__key="sla.policy", number=1)
    assert first.runs.get().results.filter(outcome="pass").exists()
    config = json.loads(json.dumps(first.config))
    config["default"]["targets"]["resolution"] = 5 * 3600

    posted(
        writer, "readiness:draft", "sla.policy",
        **{"as": "json"}, change_note="Five hours for everybody", config=json.dumps(config),
    )  # fmt: skip
    second = CapabilityVersion.objects.get(slot__key="sla.policy", number=2)
    assert the_policy_of_a_new_call(house) == first
    posted(writer, "readiness:test", second.pk)
    wait_for(lambda: OrtRun.objects.get(version=second).verdict == "passed")
    refused = writer.post(
        reverse("readiness:accept", args=[second.pk]), {"role": "operations", "decision": "accept"}
    )
    second.refresh_from_db()
    assert (refused.status_code, second.state) == (409, "in_test")
    house.kept["second"] = second.pk
    assert the_policy_of_a_new_call(house) == first

    accepter = house.signed_in("team-lead")
    posted(accepter, "readiness:accept", second.pk, role="operations", decision="accept")
    assert the_policy_of_a_new_call(house) == first
    posted(writer, "readiness:introduce", second.pk, shares="100", min_hours="0")
    assert the_policy_of_a_new_call(house) == second
    running = SlaClock.objects.filter(interaction=house.kept["call"], target="resolution")
    assert running.get().capability_version_id == first.pk


def the_policy_of_a_new_call(house: House) -> CapabilityVersion:
    """The version that the clocks of a call logged now on the page are made by."""
    agent = house.signed_in("agent")
    customer = Customer.objects.get(number="4108-WRENS")
    said = {"reason": "no-service", "agreed": "We look.", "choice": f"customer:{customer.pk}"}
    posted(agent, "interactions:log", who=customer.number, **said)
    return Interaction.objects.latest("pk").clocks.get(target="resolution").capability_version


def test_every_clock_message_and_archived_row_names_the_version_behind_it(house: House) -> None:
    written = Message.objects.filter(direction="outbound").exclude(kind="note")

    for rows in (SlaClock.objects.all(), written, ArchivedRecord.objects.all()):
        assert rows.exists()
        assert rows.filter(capability_version=None).exists() is False


# Step 11


def test_the_administrator_sees_all_of_it_and_changes_no_state_by_hand(house: House) -> None:
    admin = house.signed_in("administrator")
    index = admin.get("/admin/")
    models = [model for app_ in index.context["app_list"] for model in app_["models"]]
    names = {model["object_name"] for model in models}

    assert {
        "Customer", "Interaction", "SlaClock", "Message", "Commitment", "CapabilityVersion", "Fact",
        "OutboxEvent", "Delivery", "ArchivedRecord", "ImportRun", "HubListener",
    } <= names  # fmt: skip
    for model in models:
        listed = admin.get(model["admin_url"])
        assert listed.status_code == 200, model["admin_url"]
        first = next(iter(listed.context["cl"].result_list), None)
        if first is not None:
            opened = admin.get(f"{model['admin_url']}{first.pk}/change/")
            assert opened.status_code == 200, opened.request["PATH_INFO"]
    one = house.matter
    answer = admin.post(f"/admin/interactions/interaction/{one.pk}/change/", {"status": "logged"})
    assert answer.status_code in {200, 302, 403}
    assert house.matter.status == "closed"


def test_a_state_is_changed_by_an_action_that_asks_the_process(house: House) -> None:
    admin = house.signed_in("administrator")
    listed = "/admin/customers/customer/"
    leaver = Customer.objects.get(number="4110-EGRET")

    admin.post(
        listed,
        {
            "action": "terminate",
            "_selected_action": [leaver.pk],
            "reason": "customer-asked",
            "stop_services": "on",
        },
        follow=True,
    )

    leaver.refresh_from_db()
    assert leaver.status == "terminated"
    assert OutboxEvent.objects.filter(aggregate=f"customer:{leaver.pk}").exists()
