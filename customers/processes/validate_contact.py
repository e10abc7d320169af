"""Validate Contact: does a contact point reach its owner, and what deliveries tell us about it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.audit.history import because
from crm.errors import RuleBroken
from crm.events.catalogue import ContactPointUnreachable, ContactPointVerified
from crm.events.publish import publish
from customers import code_channels, codes
from customers.contact_points import written
from customers.contactability import may_contact
from customers.models import CheckState, ContactCheck, ContactMedium, Customer, Party

ETOM = "1.3.6.2"

_Method = ContactCheck.Method
# Which code reaches which kind of contact point.
CODE_CHANNELS = {
    ContactMedium.Type.EMAIL: ("email", _Method.EMAIL_CODE),
    ContactMedium.Type.MOBILE: ("sms", _Method.SMS_CODE),
}
_BY_HAND = frozenset({_Method.CALL_BACK, _Method.DOCUMENT})


@dataclass(frozen=True, slots=True)
class Validity:
    """What is known of a contact point, and why."""

    status: str
    because: str
    normalised: str = ""
    medium: ContactMedium | None = None
    holders: list[Customer] = field(default_factory=list)


def validate_contact(
    *, type: str, value: str, customer_id: int | None = None, actor: Actor
) -> Validity:
    """valid, unreachable, unknown or duplicate: asked before a contact point is used or added."""
    require(actor, "customers.view_customer")
    require(actor, "customers.view_personal_data")
    if type not in ContactMedium.Type.values:
        raise RuleBroken(
            "unknown-type",
            _("A contact point is one of %(known)s.")
            % {"known": ", ".join(ContactMedium.Type.values)},
            field="type",
            kind="input",
        )
    customer = None
    if customer_id is not None:
        customer = Customer.objects.visible_to(actor).get(pk=customer_id)
    spelling = written(type, value, region=settings.CRM_REGION).normalised
    if not spelling:
        return Validity("unreachable", _("Nothing can be reached at this; it cannot be read."))
    return _known(spelling, type, customer, actor)


def _known(spelling: str, type: str, customer: Customer | None, actor: Actor) -> Validity:
    standing = list(
        ContactMedium.objects.current()
        .filter(normalised=spelling, type__in=_alike(type), party__removed_at=None)
        .order_by("pk")[:50]
    )
    own = [one for one in standing if customer and one.party_id == customer.party_id]
    if own:
        return _own(own[0], spelling)
    if standing:
        seen = Customer.objects.visible_to(actor)
        holders = list(seen.filter(party__in={one.party_id for one in standing})[:10])
        if customer is not None or len({one.party_id for one in standing}) > 1:
            return Validity(
                "duplicate", _("Somebody else is reached there."), spelling, None, holders
            )
        found = _own(standing[0], spelling)
        return Validity(found.status, found.because, spelling, standing[0], holders)
    return Validity("unknown", _("Well formed, and nobody has verified it yet."), spelling)


def _own(medium: ContactMedium, spelling: str) -> Validity:
    if medium.state == ContactMedium.State.UNREACHABLE:
        why = medium.unreachable_because or _("The last attempt came back.")
        return Validity("unreachable", why, spelling, medium)
    if medium.state == ContactMedium.State.VERIFIED and medium.verified_at:
        day = timezone.localtime(medium.verified_at).strftime("%Y-%m-%d")
        return Validity("valid", _("Verified on %(day)s.") % {"day": day}, spelling, medium)
    return Validity("unknown", _("Recorded, and never verified."), spelling, medium)


def _alike(type: str) -> Iterable[str]:
    phones = (ContactMedium.Type.MOBILE, ContactMedium.Type.PHONE)
    return phones if type in phones else (type,)


def send_code(*, medium_id: int, actor: Actor) -> ContactCheck:
    """Send a one-time code to a contact point; the answer says whether it left.

    The code itself is nowhere: its hash is kept, and a newer code replaces an older one.
    """
    check, code = _start_code(medium_id, actor)
    channel, _method = CODE_CHANNELS[ContactMedium.Type(check.medium.type)]
    problem = code_channels.send(
        channel,
        check.medium.value,
        _("Your code"),
        _("%(code)s is your code to confirm this address with %(brand)s. It works for 10 minutes.")
        % {"code": code, "brand": settings.CRM_BRAND},
    )
    if problem:
        _withdraw(check.pk)
        raise RuleBroken(
            "code-not-sent",
            _("The code could not be sent: %(why)s. Nothing was verified.") % {"why": problem},
            field="method",
        )
    ContactCheck.objects.filter(pk=check.pk).update(sent_at=timezone.now())
    check.refresh_from_db()
    return check


@transaction.atomic
def _start_code(medium_id: int, actor: Actor) -> tuple[ContactCheck, str]:
    medium = _medium(medium_id, actor)
    known = CODE_CHANNELS.get(ContactMedium.Type(medium.type))
    if known is None:
        raise RuleBroken(
            "no-code-there",
            _("A code cannot be sent there. Verify by call-back or document."),
            field="method",
            kind="invalid",
        )
    channel, method = known
    code_channels.require_available(channel)
    medium.checks.filter(state=CheckState.PENDING).update(
        state=CheckState.REPLACED, decided_at=timezone.now()
    )
    code, now = codes.new_code(), timezone.now()
    check = ContactCheck(
        medium=medium,
        method=method,
        started_at=now,
        expires_at=now + codes.LIVES,
        actor_id=actor.pk,
        actor_name=actor.name,
    )
    check.code_hash = codes.hashed(check.public_id, code)
    check.save()
    return check, code


def confirm_code(*, medium_id: int, code: str, actor: Actor) -> ContactMedium:
    """The code came back: the contact point is verified; three wrong ones end the attempt."""
    medium, right = _tried(medium_id, code, actor)
    if not right:
        raise RuleBroken(
            "wrong-code",
            _("That is not the code. After %(most)d tries a new one is needed.")
            % {"most": codes.MOST_TRIES},
            field="code",
            kind="invalid",
        )
    return medium


@transaction.atomic
def _tried(medium_id: int, code: str, actor: Actor) -> tuple[ContactMedium, bool]:
    """Count the try and keep the outcome, right or wrong, before anything is refused."""
    medium = _medium(medium_id, actor)
    now = timezone.now()
    check = medium.checks.filter(state=CheckState.PENDING, expires_at__gt=now).first()
    if check is None:
        raise RuleBroken(
            "no-code-waits",
            _("No code waits for an answer, or its time is over. Send a new one."),
            field="code",
        )
    check.tries += 1
    right = codes.matches(check.public_id, code, check.code_hash)
    if right or check.tries >= codes.MOST_TRIES:
        check.state = CheckState.PASSED if right else CheckState.FAILED
        check.decided_at, check.code_hash = now, ""
    check.save()
    if right:
        _verify(medium, check.method, actor, now)
    return medium, right


@transaction.atomic
def confirm_by_earlier_code(
    *, medium_id: int, sent_at: datetime, tries: int, actor: Actor
) -> ContactMedium:
    """The code came back before anybody was recorded; the check stands as if made afterwards."""
    medium = _medium(medium_id, actor)
    _channel, method = CODE_CHANNELS[ContactMedium.Type(medium.type)]
    now = timezone.now()
    ContactCheck.objects.create(
        medium=medium,
        method=method,
        state=CheckState.PASSED,
        tries=tries,
        actor_id=actor.pk,
        actor_name=actor.name,
        started_at=sent_at,
        sent_at=sent_at,
        expires_at=sent_at + codes.LIVES,
        decided_at=now,
    )
    _verify(medium, method, actor, now)
    return medium


@transaction.atomic
def confirm_by_hand(*, medium_id: int, method: str, reference: str, actor: Actor) -> ContactMedium:
    """Somebody was called back or showed a document; what exactly stays on record."""
    if method not in _BY_HAND:
        raise RuleBroken(
            "unknown-method", _("There is no such way to verify."), field="method", kind="input"
        )
    if not reference.strip():
        raise RuleBroken(
            "reference-needed",
            _("Say who answered the call, or which document it was."),
            field="reference",
            kind="invalid",
        )
    medium = _medium(medium_id, actor)
    now = timezone.now()
    ContactCheck.objects.create(
        medium=medium,
        method=method,
        state=CheckState.PASSED,
        reference=reference.strip()[:120],
        actor_id=actor.pk,
        actor_name=actor.name,
        started_at=now,
        decided_at=now,
    )
    _verify(medium, method, actor, now)
    return medium


@transaction.atomic
def mark_unreachable(*, medium_id: int, reason: str, actor: Actor) -> bool:
    """A message came back: the point is not used until verified again, and another is named."""
    medium = (
        ContactMedium.objects.reachable()
        .select_for_update(of=("self",))
        .filter(pk=medium_id)
        .first()
    )
    if medium is None:
        return False
    with because(actor, f"undeliverable: {reason}"[:200]):
        medium.state = ContactMedium.State.UNREACHABLE
        medium.unreachable_because = reason[:200]
        medium.save(update_fields=["state", "unreachable_because"])
    following = may_contact(party_id=medium.party_id, purpose="service")
    customers = Customer.objects.filter(party=medium.party_id, removed_at=None)
    publish(
        ContactPointUnreachable(
            party_id=medium.party_id,
            customer_id=customers.order_by("pk").values_list("pk", flat=True).first(),
            medium_id=medium.pk,
            next_channel=following.channel if following.medium else "",
            next_medium_id=following.medium.pk if following.medium else None,
        ),
        actor=actor,
    )
    return True


def _medium(medium_id: int, actor: Actor) -> ContactMedium:
    require(actor, "customers.update_information")
    seen = ContactMedium.objects.current().filter(party__in=Party.objects.visible_to(actor))
    return seen.select_for_update(of=("self",)).select_related("party").get(pk=medium_id)


def _verify(medium: ContactMedium, method: str, actor: Actor, now: datetime) -> None:
    with because(actor, f"verified by {method}"):
        medium.state, medium.verified_at = ContactMedium.State.VERIFIED, now
        medium.verified_by, medium.unreachable_because = method, ""
        medium.save(update_fields=["state", "verified_at", "verified_by", "unreachable_because"])
        Party.objects.filter(pk=medium.party_id).update(updated_at=now)
    publish(
        ContactPointVerified(party_id=medium.party_id, medium_id=medium.pk, method=method),
        actor=actor,
    )


@transaction.atomic
def _withdraw(check_id: int) -> None:
    ContactCheck.objects.filter(pk=check_id, state=CheckState.PENDING).update(
        state=CheckState.FAILED, decided_at=timezone.now(), code_hash=""
    )
