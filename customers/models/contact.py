"""How to reach a party, and how they want to be reached."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.audit.history import tracked
from crm.ids import new_id
from customers.models.party import Party


class ContactMediumQuerySet(models.QuerySet["ContactMedium"]):
    def current(self) -> Self:
        return self.at(timezone.now())

    def at(self, moment: datetime) -> Self:
        """Those that are theirs at a moment."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=moment), valid_from__lte=moment)

    def reachable(self) -> Self:
        return self.current().exclude(state=ContactMedium.State.UNREACHABLE)


@tracked(exclude=())
class ContactMedium(models.Model):
    """One address at which a party can be reached (TMF contactMedium)."""

    class Type(models.TextChoices):
        EMAIL = "email", _("E-mail")
        MOBILE = "mobile", _("Mobile")
        PHONE = "phone", _("Phone")
        ADDRESS = "address", _("Address")
        SOCIAL = "social", _("Social")

    class State(models.TextChoices):
        UNVERIFIED = "unverified", _("Unverified")
        VERIFIED = "verified", _("Verified")
        UNREACHABLE = "unreachable", _("Unreachable")

    class Proof(models.TextChoices):
        EMAIL_CODE = "email-code", _("Code by e-mail")
        SMS_CODE = "sms-code", _("Code by SMS")
        CALL_BACK = "call-back", _("Call-back")
        DOCUMENT = "document", _("Document")

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    party = models.ForeignKey(Party, models.PROTECT, related_name="contact_media")
    type = models.CharField(_("type"), max_length=8, choices=Type)
    type_as_given = models.CharField(_("type as given"), max_length=60, blank=True)
    value = models.CharField(_("value"), max_length=320, blank=True)
    normalised = models.CharField(_("normalised"), max_length=320, blank=True)
    reversed_digits = models.CharField(_("digits from the end"), max_length=20, blank=True)
    characteristic = models.JSONField(_("parts"), default=dict, blank=True)
    role = models.CharField(_("used for"), max_length=60, blank=True)
    preferred = models.BooleanField(_("preferred"), default=False)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.UNVERIFIED)
    verified_at = models.DateTimeField(_("verified at"), null=True, blank=True)
    verified_by = models.CharField(
        _("verified by"), max_length=10, choices=Proof, blank=True, db_default=""
    )
    unreachable_because = models.CharField(
        _("unreachable because"), max_length=200, blank=True, db_default=""
    )
    valid_from = models.DateTimeField(_("from"), default=timezone.now)
    valid_to = models.DateTimeField(_("until"), null=True, blank=True)
    recorded_at = models.DateTimeField(null=True, db_default=Now(), editable=False)

    objects = ContactMediumQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact point")
        verbose_name_plural = _("contact points")
        constraints = [
            models.CheckConstraint(
                name="contactmedium_type_known",
                condition=Q(type__in=["email", "mobile", "phone", "address", "social"]),
            ),
            models.CheckConstraint(
                name="contactmedium_verified_means_dated",
                condition=~Q(state="verified") | Q(verified_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["normalised"], name="contactmedium_normalised", condition=Q(valid_to=None)
            ),
            models.Index(
                fields=["reversed_digits"],
                name="contactmedium_by_last_digits",
                opclasses=["varchar_pattern_ops"],
                condition=Q(valid_to=None) & ~Q(reversed_digits=""),
            ),
            models.Index(
                fields=["valid_to"],
                name="contactmedium_ending",
                condition=Q(valid_to__isnull=False),
            ),
            models.Index(
                fields=["valid_from"],
                name="contactmedium_beginning",
                condition=Q(valid_from__gt=F("recorded_at")),
            ),
        ]

    def __str__(self) -> str:
        return self.value


@tracked(exclude=())
class CommunicationNeed(models.Model):
    """How a party wants to hear about one topic: channel, language, hours, format, and who."""

    class Topic(models.TextChoices):
        SERVICE = "service", _("Anything else")
        BILL = "bill", _("Bills")
        OUTAGE = "outage", _("Faults and outages")
        ORDER = "order", _("Orders")
        MARKETING = "marketing", _("Offers and news")
        SURVEY = "survey", _("Surveys")

    class Format(models.TextChoices):
        USUAL = "", _("As usual")
        PLAIN = "plain-language", _("Plain language")
        LARGE = "large-print", _("Large print")
        BRAILLE = "braille", _("Braille")
        AUDIO = "audio", _("Read aloud")
        PAPER = "paper", _("On paper")

    party = models.ForeignKey(Party, models.PROTECT, related_name="communication_needs")
    topic = models.CharField(_("topic"), max_length=40, default=Topic.SERVICE)
    channel = models.CharField(_("channel"), max_length=20)
    language = models.CharField(_("language"), max_length=12, blank=True)
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_to = models.TimeField(_("quiet until"), null=True, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    accessibility = models.CharField(_("accessibility"), max_length=120, blank=True)
    format = models.CharField(
        _("format"), max_length=16, choices=Format, blank=True, default="", db_default=""
    )
    contact_person = models.ForeignKey(
        Party, models.PROTECT, related_name="+", null=True, blank=True
    )
    recorded_at = models.DateTimeField(null=True, db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("communication need")
        verbose_name_plural = _("communication needs")
        constraints = [
            models.UniqueConstraint(
                fields=["party", "topic"], name="communicationneed_one_per_topic"
            )
        ]

    def __str__(self) -> str:
        return f"{self.topic}: {self.channel}"
