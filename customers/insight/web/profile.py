"""The profile of one customer: sections, trust, and every fact with who said so."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.access import SYSTEM, Actor, require, signed_in
from crm.accounts.names import colleagues
from crm.audit.record import record_access
from crm.web.page import redirect_to, render_page, render_panel
from crm.web.undo import say, say_with_undo
from customers import masking
from customers.insight import keys, reads, wording
from customers.insight.models import Fact, Profile
from customers.insight.processes.gather_information import accept_fact, confirm_fact, reject_fact
from customers.models import ConsentPurpose, Customer

_SURE, _UNSURE = 70, 40
_TO_CONFIRM = 3
_GOOD, _FAIR = 80, 50


@dataclass(frozen=True, slots=True)
class Line:
    """One derived value with what a person asks of it."""

    title: str
    value: str
    reasons: list[str]
    confidence: int
    tone: str
    facts: list["Ground"]


@dataclass(frozen=True, slots=True)
class Ground:
    """One fact under a value: what was said, by which source, when."""

    title: str
    value: str
    source: str
    observed_at: datetime


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the trust in a profile."""

    title: str
    score: int
    share: float
    tone: str
    cure: str


def customer_in_sight(actor: Actor, pk: int, permission: str) -> Customer:
    """The customer, when this person may see both the customer and this part of the profile."""
    require(actor, permission)
    return Customer.objects.visible_to(actor).get(pk=pk)


@login_required
@require_GET
def panel(request: HttpRequest, pk: int) -> HttpResponse:
    """Insight: each section's values, each with its why."""
    actor = signed_in(request)
    customer = customer_in_sight(actor, pk, "insight.view_profile")
    record_access(actor=actor, action="view", subject="profile", ids=[pk], purpose="service")
    profile = Profile.objects.filter(customer=customer).first()
    sections = _sections(profile, billing=_sees_billing(actor, pk))
    context = {"customer": customer, "profile": profile, "sections": sections}
    return render_panel(request, "customers/insight/_panel.html", context, title=_("Insight"))


@login_required
@require_GET
def to_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Facts whose date to confirm has passed, the longest over first."""
    actor = signed_in(request)
    customer = customer_in_sight(actor, pk, "insight.view_profile")
    covered = reads.covered_purposes(pk)
    billing = _sees_billing(actor, pk)
    now = timezone.now()
    stale = [
        fact
        for fact in Fact.objects.believed()
        .filter(customer=pk, stale_after__lte=now)
        .order_by("stale_after", "pk")
        if fact.purpose in covered
        and not keys.named(fact.key).ours
        and wording.values_open(fact.key, billing=billing)
    ]
    context = {
        "customer": customer,
        "band": True,
        "stale_n": len(stale),
        "lines": [
            {
                "title": keys.named(fact.key).title,
                "value": wording.value_of(fact.key, fact.value),
                "days": (now - fact.stale_after).days if fact.stale_after else 0,
            }
            for fact in stale[:_TO_CONFIRM]
        ],
    }
    title = _("Ask them to confirm")
    return render_panel(request, "customers/insight/_to_confirm.html", context, title=title)


@login_required
@require_GET
def trust(request: HttpRequest, pk: int) -> HttpResponse:
    """Can we trust this profile: the parts, and what would raise them."""
    customer = customer_in_sight(signed_in(request), pk, "insight.view_profile")
    profile = Profile.objects.filter(customer=customer).first()
    context = {"customer": customer, "profile": profile, "parts": _parts(profile)}
    title = _("Can we trust this profile?")
    return render_panel(request, "customers/insight/_trust.html", context, title=title)


@login_required
@require_GET
def facts(request: HttpRequest, pk: int) -> HttpResponse:
    """Every fact ever held: who said so, when, in which contact, on what basis, until when."""
    actor = signed_in(request)
    customer = customer_in_sight(actor, pk, "insight.view_fact")
    record_access(actor=actor, action="view", subject="fact", ids=[pk], purpose="service")
    held = Fact.objects.of_customer(pk).select_related("source")
    covered = reads.covered_purposes(pk)
    purposes = dict(ConsentPurpose.objects.values_list("key", "name"))
    billing = _sees_billing(actor, pk)
    names = colleagues()
    rows = [
        _row(fact, covered, purposes, names, billing=billing)
        for fact in held.order_by("superseded_at", "key", "-observed_at")
    ]
    standing = [row for row in rows if row["standing"]]
    past = [row for row in rows if not row["standing"]]
    return render_page(
        request,
        "customers/insight/facts.html",
        {
            "customer": customer,
            "standing": standing,
            "past": past,
            "may_decide": actor.has_perm("insight.decide_fact"),
        },
    )


@login_required
@require_POST
def decide(request: HttpRequest, fact_id: int, decision: str) -> HttpResponse:
    """Accept, reject or confirm a fact; rejecting an accepted one is its undo."""
    actor = signed_in(request)
    fact = {"accept": accept_fact, "reject": reject_fact, "confirm": confirm_fact}[decision](
        fact_id=fact_id, actor=actor
    )
    title = keys.named(fact.key).title
    if decision == "accept":
        undo = reverse("insight:reject", args=[fact.pk])
        say_with_undo(
            request, _("“%(title)s” stands in the profile.") % {"title": title}, undo_url=undo
        )
    elif decision == "reject":
        undo = reverse("insight:accept", args=[fact.pk])
        say_with_undo(request, _("“%(title)s” is not held.") % {"title": title}, undo_url=undo)
    else:
        say(request, _("“%(title)s” is confirmed.") % {"title": title})
    return _back(request, fact)


def _back(request: HttpRequest, fact: Fact) -> HttpResponse:
    if fact.interaction and request.headers.get("HX-Target", "").startswith("learned"):
        from customers.insight.web.learned import learned_fragment

        return learned_fragment(request, fact.customer_id, fact.interaction)
    return redirect_to(request, reverse("insight:facts", args=[fact.customer_id]))


def _sees_billing(actor: Actor, customer_id: int) -> bool:
    return masking.sees_billing(actor, masking.caller_level(actor, customer_id))


def _sections(profile: Profile | None, *, billing: bool) -> list[Section]:
    if profile is None:
        return []
    used = {pk for values in profile.sections.values() for line in values for pk in line["facts"]}
    by_id = {fact.pk: fact for fact in Fact.objects.filter(pk__in=used).select_related("source")}
    found = []
    for name, title in wording.SECTIONS.items():
        lines = [_line(said, by_id, billing=billing) for said in profile.sections.get(name, ())]
        if lines:
            found.append(Section(str(title), lines))
    return found


def _line(said: dict[str, Any], by_id: dict[int, Fact], *, billing: bool) -> Line:
    sure = said["confidence"]
    grounds = [by_id[pk] for pk in said["facts"] if pk in by_id]
    told = all(wording.values_open(fact.key, billing=billing) for fact in grounds)
    return Line(
        title=wording.value_title(said["key"]),
        value=wording.value_of(said["key"], said["value"]),
        reasons=[wording.reason(part["code"], part["params"]) for part in said["reasons"]]
        if told
        else [_("What is charged and paid opens at level 2.")],
        confidence=sure,
        tone="ok" if sure >= _SURE else "warn" if sure >= _UNSURE else "bad",
        facts=[_ground(fact, billing=billing) for fact in grounds],
    )


def _ground(fact: Fact, *, billing: bool) -> Ground:
    return Ground(
        title=str(keys.named(fact.key).title),
        value=_value(fact, billing=billing),
        source=fact.source.name,
        observed_at=fact.observed_at,
    )


def _value(fact: Fact, *, billing: bool) -> str:
    opens = wording.values_open(fact.key, billing=billing)
    return wording.value_of(fact.key, fact.value) if opens else masking.HIDDEN


def _parts(profile: Profile | None) -> list[Part]:
    if profile is None:
        return []
    # What is not known at all is asked for once, not lamented in every part.
    unknown = set(profile.confidence_parts.get("completeness", {}).get("missing", ()))
    found = []
    for name, title in wording.PARTS.items():
        if part := profile.confidence_parts.get(name):
            score = part["score"]
            found.append(
                Part(
                    title=str(title),
                    score=score,
                    share=score / 100,
                    tone="ok" if score >= _GOOD else "warn" if score >= _FAIR else "bad",
                    cure=_cure(name, part["missing"], unknown),
                )
            )
    return found


def _cure(part: str, missing: list[str], unknown: set[str]) -> str:
    own = missing if part == "completeness" else [key for key in missing if key not in unknown]
    if part != "conflicts":
        own = [key for key in own if not keys.named(key).ours]
    return wording.cure(part, own) if own else ""


def _row(
    fact: Fact,
    covered: frozenset[str],
    purposes: Mapping[str, str],
    names: Mapping[str, str],
    *,
    billing: bool,
) -> dict[str, Any]:
    held = fact.state in {Fact.State.ACCEPTED, Fact.State.VERIFIED}
    stale = fact.stale_after is not None and fact.stale_after <= timezone.now()
    said = _value(fact, billing=billing)
    return {
        "fact": fact,
        "title": keys.named(fact.key).title,
        "value": said if fact.purpose in covered else _("Not allowed"),
        "covered": fact.purpose in covered,
        "basis": dict(ConsentPurpose.Basis.choices).get(fact.basis, fact.basis),
        "purpose": purposes.get(fact.purpose, fact.purpose),
        "hidden": not wording.values_open(fact.key, billing=billing),
        "by": ""
        if fact.recorded_by == SYSTEM.name
        else names.get(fact.recorded_by, fact.recorded_by),
        "standing": fact.superseded_at is None and fact.state != Fact.State.REJECTED,
        "held": held,
        "stale": stale,
    }
