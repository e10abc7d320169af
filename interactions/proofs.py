"""Readiness cases of this app: each really runs what it vouches for, inside a savepoint."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from string import Template
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils import timezone

from crm.access import SYSTEM
from customers.contactability import may_contact
from customers.processes.manage_consent import record_consent
from customers.processes.record_customer import record_party
from customers.processes.validate_contact import mark_unreachable
from interactions import (
    assist,
    channel_proofs,  # noqa: F401  # declaring its cases is its effect
)
from interactions import clock as engine
from interactions.governed import SLA_CALENDAR, calendars, closing, policies, surveys, wording
from interactions.models.survey import SCALES
from interactions.processes.track_interaction.reminding import reminders
from readiness.registry import slots
from readiness.registry.cases import Case, Shown, declare
from readiness.registry.resolve import CapabilityOff, resolve

_STEP: Final = 60
_DAYS: Final = 3


def every_combination_has_one_promise(config: Mapping[str, Any]) -> Shown:
    """Ask the table about everything that can be asked."""
    asked, by_rule = 0, dict[str, int]()
    for channel, type_, tier, priority in policies.combinations(config):
        about: dict[str, Any] = {
            "channel": channel, "type": type_, "tier": tier, "priority": priority,
        }  # fmt: skip
        asked += 1
        if len(policies.matching(config, **about)) > 1:
            return Shown(False, f"Two rules promise something for {about}.")
        rule = policies.terms(config, **about).rule
        by_rule[rule] = by_rule.get(rule, 0) + 1
    return Shown(
        True,
        f"{asked} combinations of channel, customer type, tier and priority: one promise each.",
        {"combinations": asked, "by_rule": by_rule},
    )


def its_calendars_exist_and_every_promise_comes_due(config: Mapping[str, Any]) -> Shown:
    """Reckon the due time of every rule from now, on the calendars that serve."""
    try:
        serving = resolve(SLA_CALENDAR.key).config
    except CapabilityOff:
        serving = slots.named(SLA_CALENDAR.key).baseline
    now, due_last = engine.seconds(timezone.now()), 0
    for rule in (*config["rules"], config["default"]):
        calendar = calendars.calendar(serving, rule["calendar"])
        for target, amount in rule["targets"].items():
            due = calendar.reach(now, amount)
            if due is None:
                return Shown(False, f"{rule['name']}: {target} would never come due.")
            due_last = max(due_last, due)
    return Shown(
        True,
        "Every promise comes due on a calendar in use.",
        {"latest_due": engine.write_instant(due_last)},
    )


def calendars_agree_with_counting_minute_by_minute(config: Mapping[str, Any]) -> Shown:
    """Hold the arithmetic of each calendar against a count of single minutes.

    Around both changes of summer time, every exception of the coming year and today.
    """
    checked = 0
    for name, written in config["calendars"].items():
        calendar = calendars.calendar(config, name)
        for start in _telling_days(written):
            begin = engine.seconds(start)
            end = begin + _DAYS * 86_400
            counted = _STEP * sum(calendar.working(at) for at in range(begin, end, _STEP))
            measured = calendar.measure(begin, end)
            if counted != measured:
                return Shown(
                    False, f"{name} from {start:%Y-%m-%d}: {measured} s, counted {counted} s."
                )
            if measured and calendar.reach(begin, measured) is None:
                return Shown(False, f"{name} from {start:%Y-%m-%d}: what counts is never reached.")
            checked += 1
    return Shown(True, f"{checked} stretches of three days agree.", {"stretches": checked})


def every_language_says_every_occasion(config: Mapping[str, Any]) -> Shown:
    """Render each message in each language with telling blanks and look for them."""
    rendered = 0
    for language in config["templates"]:
        for occasion, names in wording.OCCASIONS.items():
            if not wording.says(config, occasion):
                continue
            blanks = {name: f"<{name}>" for name in names}
            text = wording.render(config, occasion, language=language, blanks=blanks)
            if text.language != language or not text.subject or "$" in text.subject + text.body:
                return Shown(False, f"{language}, {occasion}: a blank was left open.")
            if occasion == "delay" and "<new_due>" not in text.body:
                return Shown(False, f"{language}: the new date is not said.")
            rendered += 1
    return Shown(True, f"{rendered} messages rendered.", {"messages": rendered})


def outcomes_can_be_told_apart(config: Mapping[str, Any]) -> Shown:
    """The closing process works with these outcomes: silence and success need one each."""
    missing = {"no-answer", "resolved"} - set(config["outcomes"])
    if missing or "impossible" not in config["informed_by"]:
        return Shown(False, f"Needed and missing: {', '.join(missing) or 'impossible'}.")
    return Shown(True, f"{len(closing.OUTCOMES)} outcomes, reopening {config['reopen_days']} days.")


def every_answer_has_its_link(config: Mapping[str, Any]) -> Shown:
    """Write the question in each language and look for a link under every answer of its scale."""
    lowest, highest = SCALES[config["ask"]]
    answers = [f"<{score}>" for score in range(lowest, highest + 1)]
    blanks = {name: f"<{name}>" for name in surveys.BLANKS} | {"answers": "\n".join(answers)}
    for language in config["words"]:
        subject, body = surveys.letter(config, language, blanks)
        if "$" in subject + body or not all(answer in body for answer in answers):
            return Shown(False, f"{language}: an answer has no link or a blank was left open.")
    return Shown(
        True,
        f"{len(config['words'])} languages, {len(answers)} answers each.",
        {"answers": len(answers)},
    )


def the_assistant_answers_and_is_told_no_names(config: Mapping[str, Any]) -> Shown:
    """While it is off, nothing is asked; else a made-up matter is, and an answer has to come."""
    told = assist.without_persons("Ada Byron, ada@example.org, 07700 900 318", ["Ada Byron"])
    if any(part in told for part in ("Ada", "Byron", "@", "900")):
        return Shown(False, f"This would leave the house: {told}")
    if not config["on"]:
        return Shown(True, "Off: nothing is asked.")
    instructions = Template(config["instructions"]).safe_substitute(language="English")
    answer = assist.ask(config, instructions=instructions, material=f"Customer: Slow. {told}")
    return Shown(bool(answer.text), answer.problem or f"{len(answer.text)} characters came back.")


def reminders_come_in_time(config: Mapping[str, Any]) -> Shown:
    """Plan the reminders of a question of three days, and of one of an hour."""
    asked = timezone.now()
    for length in (timedelta(days=_DAYS), timedelta(hours=1)):
        planned = reminders(config, asked_at=asked, due_at=asked + length)
        if any(not asked < at < asked + length for at in planned) or planned != sorted(planned):
            return Shown(False, f"Within {length} a reminder would come too early or too late.")
    return Shown(
        True,
        f"{len(config['reminders_at_percent'])} reminders, room for {config['capacity']} each.",
    )


def doubt_comes_when_the_queue_says_so(config: Mapping[str, Any]) -> Shown:
    """Hold the moment of doubt against counting through made-up queues, quick and slow."""
    asked = 0
    for slowest in (30, 60, 100, 150, 400):
        durations = [slowest * n // 100 + n % 7 for n in range(1, 1001)]
        pace = engine.Pace.of(durations)
        for target in (20, 50, 90, 120):
            doubtful = pace.doubtful_from(target, config["ask_below"])
            counted = _first_doubt(durations, target, config["ask_below"])
            if counted is not None and (
                doubtful is None or abs(doubtful - counted) > slowest // 20
            ):
                return Shown(False, f"Of {slowest}, {target}: {doubtful}, counted {counted}.")
            asked += 1
    return Shown(True, f"{asked} queues and promises agree with counting.", {"asked": asked})


def _first_doubt(durations: list[int], target: int, below: int) -> int | None:
    for consumed in range(target):
        left = [one for one in durations if one > consumed]
        if sum(one <= target for one in left) * 100 < below * len(left):
            return consumed
    return None


def who_said_no_is_not_mailed(config: Mapping[str, Any]) -> Shown:
    """Record a customer with an address and a refusal, and ask whether we would write."""
    party_id = _probe()
    before = may_contact(party_id=party_id, purpose="service", channel="email")
    record_consent(
        party_id=party_id, purpose_key="service", given=False, source="readiness", actor=SYSTEM
    )
    after = may_contact(party_id=party_id, purpose="service", channel="email")
    return Shown(
        before.allowed and not after.allowed,
        f"Before the refusal: {before.because} After it: {after.because}",
    )


def unreachable_points_are_not_used(config: Mapping[str, Any]) -> Shown:
    """Let a contact point bounce, and ask whether we would write to it again."""
    party_id = _probe()
    before = may_contact(party_id=party_id, purpose="service", channel="email")
    if before.medium is None:
        return Shown(False, before.because)
    mark_unreachable(medium_id=before.medium.pk, reason="readiness", actor=SYSTEM)
    after = may_contact(party_id=party_id, purpose="service", channel="email")
    return Shown(not after.allowed, f"After the bounce: {after.because}")


def _probe() -> int:
    """A person with an address, gone when the case is over."""
    party = record_party(
        kind="individual",
        fields={"given_name": "Readiness", "family_name": "Probe"},
        contact_media=[{"type": "email", "value": "readiness@example.org"}],
        source="readiness",
        actor=SYSTEM,
    )
    return party.pk


def _telling_days(written: Mapping[str, Any]) -> list[datetime]:
    zone = ZoneInfo(written.get("tz", "UTC"))
    today = timezone.now().astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    year = [today + timedelta(days=day) for day in range(370)]
    changes = [a for a, b in pairwise(year) if a.utcoffset() != b.utcoffset()]
    soon = [
        datetime.fromisoformat(day).replace(tzinfo=zone)
        for day in written.get("exceptions", {})
        if day >= today.date().isoformat()
    ]
    return [at.astimezone(UTC) for at in (today, *changes[:2], *soon[:6])]


for _case in (
    Case(
        key="sla.policy.unique-hit",
        title="Every combination gets exactly one promise",
        slots=("sla.policy",),
        category="policy",
        check=every_combination_has_one_promise,
        clause="R-TMI-5",
    ),
    Case(
        key="sla.policy.comes-due",
        title="Every promise comes due on a calendar in use",
        slots=("sla.policy",),
        category="policy",
        check=its_calendars_exist_and_every_promise_comes_due,
        clause="R-TMI-5",
    ),
    Case(
        key="sla.calendar.golden",
        title="Working time agrees with counting minute by minute",
        slots=("sla.calendar",),
        category="data",
        check=calendars_agree_with_counting_minute_by_minute,
        clause="R-TMI-5",
    ),
    Case(
        key="jeopardy.by-its-queue",
        title="Doubt comes when the queue says so",
        slots=("jeopardy.predictor",),
        category="policy",
        check=doubt_comes_when_the_queue_says_so,
        clause="R-TMI-9",
    ),
    Case(
        key="notify.every-language",
        title="Every message can be said in every language",
        slots=("notify.template_set",),
        category="materials",
        check=every_language_says_every_occasion,
        clause="R-TMI-9",
    ),
    Case(
        key="close.outcomes",
        title="Silence, success and impossibility have their outcomes",
        slots=("close.policy",),
        category="policy",
        check=outcomes_can_be_told_apart,
        clause="R-TMI-8",
    ),
    Case(
        key="work.reminders",
        title="Customers are reminded before the time to answer is over",
        slots=("work.policy",),
        category="policy",
        check=reminders_come_in_time,
        clause="R-TMI-11",
    ),
    Case(
        key="assist.answers",
        title="The assistant answers and is told no names",
        slots=("assist.summary", "assist.draft"),
        category="security_privacy",
        check=the_assistant_answers_and_is_told_no_names,
        clause="R-TMI-3",
    ),
    Case(
        key="survey.answerable",
        title="Every answer can be given with one click, in every language",
        slots=("survey.satisfaction",),
        category="materials",
        check=every_answer_has_its_link,
        clause="R-CIM-8",
    ),
    Case(
        key="channel.email.opted-out",
        title="A customer who said no is not mailed",
        slots=("channel.email", "notify.template_set", "survey.satisfaction"),
        category="security_privacy",
        check=who_said_no_is_not_mailed,
        clause="R-CIM-18",
    ),
    Case(
        key="channel.email.bounced",
        title="An address that bounced is not used again",
        slots=("channel.email",),
        category="security_privacy",
        check=unreachable_points_are_not_used,
        clause="R-CIM-17",
    ),
):
    declare(_case)
