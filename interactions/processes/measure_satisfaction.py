"""Measure Customer Satisfaction: ask once after closing, rarely, and keep what was answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import SYSTEM, Actor
from crm.errors import RuleBroken
from crm.ids import new_id
from interactions.governed import SURVEY
from interactions.governed.surveys import asked_in, letter, words
from interactions.models import Interaction, Survey
from interactions.models.survey import SCALES
from interactions.processes.notify_customer import language_of, queue_notice
from interactions.processes.track_interaction.timeline import append, work_on
from readiness.registry.resolve import CapabilityOff, resolve

ETOM = "1.3.5.7"

PURPOSE = "survey"
_SALT = "interactions.survey"
_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Asked:
    """A survey as the customer sees it: the question in their language and its scale."""

    survey: Survey
    language: str
    question: str
    low: str
    high: str
    brand: str

    @property
    def scores(self) -> range:
        lowest, highest = SCALES[self.survey.kind]
        return range(lowest, highest + 1)


@transaction.atomic
def ask_opinion(*, interaction_id: int, actor: Actor = SYSTEM) -> Survey | None:
    """Ask the customer of a closed matter how we did; None when they are not to be asked.

    Once for each time it was closed, at most once in the policy's days of rest, and only on a
    channel the customer permits for surveys.
    """
    interaction = work_on(interaction_id, actor=actor)
    customer = interaction.customer
    if interaction.status != Interaction.Status.CLOSED or customer is None:
        return None
    if not _they_had_part(interaction):
        return None
    try:
        policy = resolve(SURVEY.key, unit=str(customer.public_id))
    except CapabilityOff:
        return None
    if interaction.outcome in policy.config["not_after"] or _rests(interaction, policy.config):
        return None
    survey = Survey(
        public_id=new_id(),
        interaction=interaction,
        customer_id=customer.pk,
        round=interaction.reopened,
        kind=policy.config["ask"],
        open_until=timezone.now() + timedelta(days=policy.config["open_days"]),
        capability_version_id=policy.version_id,
    )
    subject, body = _letter(interaction, survey, policy.config)
    message = queue_notice(
        interaction_id=interaction.pk,
        purpose=PURPOSE,
        subject=subject,
        body=body,
        dedupe_key=f"survey:{interaction.pk}:{interaction.reopened}",
        actor=actor,
    )
    if message is None:
        return None
    survey.message = message
    survey.save(force_insert=True)
    return survey


def _they_had_part(interaction: Interaction) -> bool:
    """Whoever was only told something, a report or a date, has nothing to rate."""
    return (
        interaction.direction == Interaction.Direction.INBOUND
        or interaction.messages.filter(direction=Interaction.Direction.INBOUND).exists()
    )


def _rests(interaction: Interaction, config: Mapping[str, Any]) -> bool:
    """Whether this closing was asked about, or this customer about anything, not long ago."""
    asked = Survey.objects.filter(interaction=interaction, round=interaction.reopened)
    since = timezone.now() - timedelta(days=config["rest_days"])
    lately = Survey.objects.filter(customer_id=interaction.customer_id, asked_at__gt=since)
    return asked.exists() or lately.exists()


def _letter(interaction: Interaction, survey: Survey, config: Mapping[str, Any]) -> tuple[str, str]:
    language = language_of(interaction, PURPOSE)
    said = words(config, language)
    lowest, highest = SCALES[survey.kind]
    meaning = {lowest: f" ({said['low']})", highest: f" ({said['high']})"}
    answers = "\n".join(
        f"{score}{meaning.get(score, '')}: {_link(survey, score)}"
        for score in range(highest, lowest - 1, -1)
    )
    blanks = {
        "name": interaction.customer.name if interaction.customer else "",
        "reference": interaction.reference,
        "subject": interaction.subject,
        "brand": settings.CRM_BRAND,
        "answers": answers,
    }
    return letter(config, language, blanks)


def _link(survey: Survey, score: int) -> str:
    path = reverse("interactions:opinion", args=[sign(survey)])
    return f"{settings.CRM_PUBLIC_URL.rstrip('/')}{path}?score={score}"


def sign(survey: Survey) -> str:
    """What the link carries: nobody can make one up, and it tells nothing."""
    return signing.Signer(salt=_SALT).sign(survey.public_id.hex)


def asked(*, token: str) -> Asked:
    """The survey a link leads to; RuleBroken when there is none, or not any more."""
    survey = _survey(token)
    config = survey.capability_version.config
    language = asked_in(config, survey.message.language)
    said = words(config, language)
    return Asked(survey, language, said["question"], said["low"], said["high"], settings.CRM_BRAND)


@transaction.atomic
def give_opinion(*, token: str, score: int, comment: str | None = None) -> Survey:
    """Keep what the customer answered; until the survey ends they may change their mind."""
    found = _survey(token)
    interaction = work_on(found.interaction_id, actor=SYSTEM)
    survey = Survey.objects.select_for_update().get(pk=found.pk)
    lowest, highest = SCALES[survey.kind]
    if not lowest <= score <= highest:
        raise RuleBroken(
            "off-the-scale",
            _("Choose an answer from %(lowest)d to %(highest)d.")
            % {"lowest": lowest, "highest": highest},
            field="score",
            kind="invalid",
        )
    said = survey.comment if comment is None else comment.strip()[:_LONGEST]
    if (survey.score, survey.comment) == (score, said):
        return survey
    survey.score, survey.comment, survey.answered_at = score, said, timezone.now()
    survey.save(update_fields=["score", "comment", "answered_at"])
    append(
        interaction,
        "opinion_given",
        actor=SYSTEM,
        channel=survey.message.channel,
        kind=survey.kind,
        score=score,
        of=highest,
    )
    return survey


def _survey(token: str) -> Survey:
    try:
        public_id = UUID(signing.Signer(salt=_SALT).unsign(token))
    except (signing.BadSignature, ValueError):
        raise RuleBroken("no-such-survey", _gone(), kind="invalid") from None
    survey = (
        Survey.objects.select_related("message", "capability_version")
        .filter(public_id=public_id, open_until__gt=timezone.now())
        .first()
    )
    if survey is None:
        raise RuleBroken("no-such-survey", _gone(), kind="invalid")
    return survey


def _gone() -> str:
    return _("Its time is over, or the link is damaged. Thank you all the same.")
