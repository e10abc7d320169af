"""Verify Caller: find out whether it is the customer who calls, before anything is disclosed."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.errors import RuleBroken
from crm.events.catalogue import CallerChecked
from crm.events.publish import publish
from customers import code_channels, codes
from customers.caller_questions import QUESTIONS, is_right
from customers.models import CallerCheck, CheckState, ContactMedium, Customer
from customers.processes.validate_contact import CODE_CHANNELS

ETOM = "1.3.4.2.1"

PERMISSION: Final = "customers.verify_caller"
# What each way proves at most; bill and call detail open at 2.
BY_QUESTIONS, BY_CODE, BY_DOCUMENT = 1, 2, 3
_RIGHT_ANSWERS: Final = 2
_STANDS: Final = timedelta(minutes=30)
_FAILURES: Final = 3
_LOCKED_FOR: Final = timedelta(hours=1)
_Method = CallerCheck.Method


@transaction.atomic
def answer_questions(*, customer_id: int, answers: Mapping[str, str], actor: Actor) -> CallerCheck:
    """Compare what the caller said with the record: two right and none wrong is level 1.

    The answers are not kept, only which question was answered rightly.
    """
    customer = _of(customer_id, actor)
    asked = {
        key: is_right(QUESTIONS[key], customer, said)
        for key, said in answers.items()
        if key in QUESTIONS and said.strip()
    }
    if len(asked) < _RIGHT_ANSWERS:
        raise RuleBroken(
            "too-few-answers",
            _("Ask at least %(least)d questions.") % {"least": _RIGHT_ANSWERS},
            kind="invalid",
        )
    check = _new(customer, _Method.QUESTIONS, actor)
    check.asked = asked
    return _decide(check, passed=all(asked.values()), level=BY_QUESTIONS, actor=actor)


def send_caller_code(*, customer_id: int, medium_id: int, actor: Actor) -> CallerCheck:
    """Send a one-time code to a verified contact point of record; only its hash is kept."""
    check, code = _start(customer_id, medium_id, actor)
    medium = check.medium
    if medium is None:
        raise ContactMedium.DoesNotExist
    channel, _method = CODE_CHANNELS[ContactMedium.Type(medium.type)]
    problem = code_channels.send(
        channel,
        medium.value,
        _("Your code"),
        _("%(code)s is your code for %(brand)s. Tell it only to whom you called yourself.")
        % {"code": code, "brand": settings.CRM_BRAND},
    )
    if problem:
        CallerCheck.objects.filter(pk=check.pk).update(
            state=CheckState.REPLACED, decided_at=timezone.now(), code_hash=""
        )
        raise RuleBroken(
            "code-not-sent",
            _("The code could not be sent: %(why)s. Ask questions instead.") % {"why": problem},
        )
    CallerCheck.objects.filter(pk=check.pk).update(sent_at=timezone.now())
    return check


def confirm_caller_code(*, customer_id: int, code: str, actor: Actor) -> CallerCheck:
    """The caller read the code out: level 2; three wrong ones end the attempt."""
    check = _tried(customer_id, code, actor)
    if check.state != CheckState.PASSED:
        raise RuleBroken(
            "wrong-code",
            _("That is not the code. After %(most)d tries a new one is needed.")
            % {"most": codes.MOST_TRIES},
            field="code",
            kind="invalid",
        )
    return check


@transaction.atomic
def see_document(*, customer_id: int, reference: str, actor: Actor) -> CallerCheck:
    """Somebody stands before us with a document: level 3."""
    customer = _of(customer_id, actor)
    if not reference.strip():
        raise RuleBroken(
            "reference-needed", _("Say which document it was."), field="reference", kind="invalid"
        )
    check = _new(customer, _Method.DOCUMENT, actor)
    check.reference = reference.strip()[:120]
    return _decide(check, passed=True, level=BY_DOCUMENT, actor=actor)


@transaction.atomic
def _start(customer_id: int, medium_id: int, actor: Actor) -> tuple[CallerCheck, str]:
    customer = _of(customer_id, actor)
    medium = ContactMedium.objects.current().get(pk=medium_id, party=customer.party_id)
    known = CODE_CHANNELS.get(ContactMedium.Type(medium.type))
    if known is None or medium.state != ContactMedium.State.VERIFIED:
        raise RuleBroken(
            "not-of-record",
            _("A code goes only to a verified e-mail address or mobile number of the record."),
            field="medium",
            kind="invalid",
        )
    code_channels.require_available(known[0])
    now = timezone.now()
    _waiting(customer, actor).update(state=CheckState.REPLACED, decided_at=now, code_hash="")
    code = codes.new_code()
    check = _new(customer, _Method.CODE, actor)
    check.medium, check.expires_at = medium, now + codes.LIVES
    check.code_hash = codes.hashed(check.public_id, code)
    check.save()
    return check, code


@transaction.atomic
def _tried(customer_id: int, code: str, actor: Actor) -> CallerCheck:
    """Count the try and keep the outcome, right or wrong, before anything is refused."""
    customer = _of(customer_id, actor)
    check = _waiting(customer, actor).filter(expires_at__gt=timezone.now()).first()
    if check is None:
        raise RuleBroken(
            "no-code-waits",
            _("No code waits for an answer, or its time is over. Send a new one."),
            field="code",
        )
    check.tries += 1
    right = codes.matches(check.public_id, code, check.code_hash)
    if right or check.tries >= codes.MOST_TRIES:
        check.code_hash = ""
        return _decide(check, passed=right, level=BY_CODE, actor=actor)
    check.save()
    return check


def _waiting(customer: Customer, actor: Actor) -> QuerySet[CallerCheck]:
    return CallerCheck.objects.filter(
        customer=customer, actor_id=actor.pk, method=_Method.CODE, state=CheckState.PENDING
    )


def _of(customer_id: int, actor: Actor) -> Customer:
    require(actor, PERMISSION)
    customer = Customer.objects.visible_to(actor).lock(customer_id)
    since = timezone.now() - _LOCKED_FOR
    failed = customer.caller_checks.filter(state=CheckState.FAILED, decided_at__gt=since).count()
    if failed >= _FAILURES:
        raise RuleBroken(
            "caller-locked",
            _("Verifying failed %(times)d times within an hour. Call back on a verified number.")
            % {"times": failed},
        )
    return customer


def _new(customer: Customer, method: str, actor: Actor) -> CallerCheck:
    return CallerCheck(customer=customer, method=method, actor_id=actor.pk, actor_name=actor.name)


def _decide(check: CallerCheck, *, passed: bool, level: int, actor: Actor) -> CallerCheck:
    now: datetime = timezone.now()
    check.state = CheckState.PASSED if passed else CheckState.FAILED
    check.level = level if passed else 0
    check.decided_at = now
    check.stands_until = now + _STANDS if passed else None
    check.save()
    publish(
        CallerChecked(
            customer_id=check.customer_id, check_id=check.pk, passed=passed, level=check.level
        ),
        actor=actor,
    )
    return check
