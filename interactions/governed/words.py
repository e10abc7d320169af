"""How the governed settings of interactions read to those who fill them in and compare them."""

from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from readiness.registry.resolve import CapabilityOff, resolve
from readiness.registry.settings import Choices, Setting

CHANNELS: Final[Choices] = {
    "phone": _("Phone"),
    "email": _("E-mail"),
    "web": _("Web form and portal"),
    "chat": _("Chat"),
    "sms": _("SMS"),
    "whatsapp": _("WhatsApp"),
    "shop": _("Shop"),
    "letter": _("Letter"),
    "social": _("Social media"),
    "app": _("App"),
    "api": _("Partner systems"),
}
_PAUSES: Final[Choices] = {
    "waiting_customer": _("while we wait for the customer"),
    "waiting_third_party": _("while we wait for a partner"),
}
_TOLD: Final[Choices] = {"owner": _("the owner"), "leads": _("the team leads")}


def _calendars() -> Choices:
    """The calendars in use now; a policy can only promise by hours that exist."""
    try:
        config: Mapping[str, Any] = resolve("sla.calendar").config
    except CapabilityOff:
        return {}
    return {name: name for name in sorted(config.get("calendars", {}))}


def _tiers() -> Choices:
    try:
        config: Mapping[str, Any] = resolve("sla.policy").config
    except CapabilityOff:
        return {}
    return {str(tier): str(tier) for tier in config.get("tiers", [])}


_PROMISED: Final[Mapping[str, Setting]] = {
    "first_response": Setting(_("First reply"), _("Service time until somebody answers.")),
    "next_response": Setting(_("Every further reply"), _("Service time until the next answer.")),
    "resolution": Setting(_("Fix"), _("Service time until the matter is solved.")),
    "periodic_update": Setting(_("News in between"), _("Service time between two updates.")),
}

SLA_POLICY: Final[Mapping[str, Setting]] = {
    "tiers": Setting(
        _("Service tiers"), _("Known tiers, with commas; customers without one are “standard”.")
    ),
    "rules": Setting(
        _("Promises"),
        _("Each combination of tier, customer type, channel and priority meets one at most."),
        one=_("Promise"),
    ),
    "rules.*.name": Setting(_("Name")),
    "rules.*.when": Setting(_("Applies to"), _("Nothing ticked in a row means any.")),
    "rules.*.when.tier": Setting(_("Tier"), choices=_tiers),
    "rules.*.when.type": Setting(
        _("Customer type"),
        choices={
            "consumer": _("Consumer"),
            "business": _("Business"),
            "unknown": _("Not known yet"),
        },
    ),
    "rules.*.when.priority": Setting(
        _("Priority"),
        choices={"1": _("1 (most urgent)"), "2": "2", "3": "3", "4": "4", "5": _("5 (least)")},
    ),
    "rules.*.when.channel": Setting(_("Channel"), choices=CHANNELS),
    "rules.*.calendar": Setting(
        _("Service hours"), _("Time counts only while this calendar is open."), choices=_calendars
    ),
    "rules.*.targets": Setting(_("We promise")),
    **{f"rules.*.targets.{key}": setting for key, setting in _PROMISED.items()},
    "default": Setting(_("Everything else"), _("What no promise above speaks about gets this.")),
    "default.name": Setting(_("Name")),
    "default.calendar": Setting(_("Service hours"), choices=_calendars),
    "default.targets": Setting(""),
    **{f"default.targets.{key}": setting for key, setting in _PROMISED.items()},
    "pauses": Setting(_("The clock pauses"), choices=_PAUSES),
    "max_pause_seconds": Setting(_("Longest pause"), _("Then the clock runs on by itself.")),
    "stages": Setting(
        _("Stages"), _("Shares of the time at which something may happen, with commas."), "%"
    ),
    "at_risk_stage": Setting(_("At risk from"), _("From here the queue says “at risk”."), "%"),
    "tell": Setting(_("Who is told at which stage")),
    **{
        f"tell.{stage}": Setting(f"{stage} %", choices=_TOLD)
        for stage in (50, 75, 90, 100, 125, 150)
    },
    "customer_notice": Setting(_("Notice to the customer, before we are late")),
    "customer_notice.automatic": Setting(
        _("Sent by itself"), _("On a permitted channel, in the customer's language.")
    ),
    "customer_notice.stage": Setting(_("Sent at"), _("One of the stages."), "%"),
    "customer_notice.targets": Setting(
        _("For the promises"), choices={key: one.label for key, one in _PROMISED.items()}
    ),
    "customer_notice.extend_percent": Setting(
        _("New promise later by"), _("Share of the promised time."), "%"
    ),
    "customer_notice.silent_after_seconds": Setting(
        _("Missed and nothing said for"),
        _("Then the customer is told a new time by itself, also where that is left to people."),
    ),
}


SLA_CALENDAR: Final[Mapping[str, Setting]] = {
    "calendars": Setting(
        _("Calendars"),
        _("Hours such as 08:00–20:00, several with commas; an empty day is closed."),
        one=_("Calendar"),
    ),
    "calendars.*.tz": Setting(_("Time zone"), _("A name such as Europe/London.")),
    "calendars.*.always": Setting(_("Open day and night")),
    "calendars.*.weekly": Setting("", also=tuple("1234567")),
    **{
        f"calendars.*.weekly.{number}": Setting(day, kind="hours")
        for number, day in {
            "1": _("Monday"),
            "2": _("Tuesday"),
            "3": _("Wednesday"),
            "4": _("Thursday"),
            "5": _("Friday"),
            "6": _("Saturday"),
            "7": _("Sunday"),
        }.items()
    },
    "calendars.*.exceptions": Setting(
        _("Holidays and other days"),
        _("Days that differ from the week. Empty hours mean closed."),
        one=_("Day"),
        keyed=_("Date"),
    ),
    "calendars.*.exceptions.*.name": Setting(_("What it is")),
    "calendars.*.exceptions.*.intervals": Setting(_("Open"), kind="hours"),
}

TEMPLATES: Final[Mapping[str, Setting]] = {
    "templates": Setting(
        _("Messages"),
        _("Blanks such as $name, $reference, $new_due and $brand are filled in for each customer."),
        one=_("Language"),
    ),
    "templates.*.delay": Setting(_("We will be late")),
    "templates.*.question": Setting(_("We have a question")),
    "templates.*.answer": Setting(_("Our answer")),
    "templates.*.closed": Setting(_("Written to us while we are closed")),
    "templates.*.*.subject": Setting(_("Subject line")),
    "templates.*.*.body": Setting(_("Text"), kind="long"),
}

CLOSING: Final[Mapping[str, Setting]] = {
    "outcomes": Setting(
        _("Outcomes"),
        _("What a matter may end with."),
        choices={
            "resolved": _("Solved"),
            "explained": _("Explained"),
            "credited": _("Credited"),
            "referred": _("Referred"),
            "no-answer": _("No answer"),
            "withdrawn": _("Withdrawn by the customer"),
            "not-resolved": _("Not solved"),
        },
    ),
    "informed_by": Setting(
        _("The customer knows by"),
        _("How a customer may have been told before a matter closes."),
        choices={
            "phone": _("Phone"),
            "email": _("E-mail"),
            "chat": _("Chat"),
            "sms": _("SMS"),
            "letter": _("Letter"),
            "in-person": _("In person"),
            "web": _("Portal"),
            "app": _("App"),
            "api": _("Partner"),
            "impossible": _("Proof that it was impossible"),
        },
    ),
    "reopen_days": Setting(_("Can be reopened for"), unit=_("days")),
    "close_after_days": Setting(
        _("Closes by itself after"), _("When it is done and the customer said nothing."), _("days")
    ),
    "needs_fact_decision": Setting(
        _("Learned facts are decided first"),
        _("A matter completes once each proposed fact is kept or dropped."),
    ),
}

CHANNEL: Final[Mapping[str, Setting]] = {
    "receives": Setting(_("Takes contacts in")),
    "delivery": Setting(
        _("Answers leave"),
        choices={
            "smtp": _("by our mail server"),
            "gateway": _("through a gateway"),
            "smpp": _("through an SMS centre (SMPP)"),
            "on-page": _("on the page where the customer wrote"),
            "by-hand": _("by a person"),
            "none": _("not at all"),
        },
    ),
    "medium": Setting(
        _("To the customer's"),
        choices={
            "": _("nothing kept"),
            "email": _("e-mail address"),
            "phone": _("phone number"),
            "mobile": _("mobile number"),
            "address": _("postal address"),
            "social": _("social media account"),
        },
    ),
    "reply_to": Setting(_("Answers come back to"), _("An address; empty means the sender's.")),
    "link_by": Setting(
        _("Joined to a customer by"),
        choices={"verified": _("a verified address"), "known": _("any known address")},
    ),
    "per_sender_hour": Setting(_("Most from one sender"), unit=_("an hour")),
    "most_bytes": Setting(_("Largest message"), unit=_("bytes")),
    "window_hours": Setting(_("May be answered freely for"), unit=_("hours")),
    "alarm_hours": Setting(_("Unread is an alarm after"), unit=_("hours")),
    "most_segments": Setting(_("Longest message"), unit=_("segments")),
    "notices_per_day": Setting(_("Most notices to one customer"), unit=_("a day")),
    "cost_cents": Setting(
        _("Cost of one contact"),
        format_lazy(
            _("In hundredths of {currency}; the cost report adds it up."),
            currency=settings.CRM_CURRENCY,
        ),
    ),
    "in_doubt": Setting(
        _("What may have arrived"),
        _("When something broke while it was handed to an SMS centre, which can't tell a repeat."),
        choices={"person": _("a person looks"), "again": _("is sent once more")},
    ),
    "url": Setting(_("Address of the gateway")),
}
