"""The process register: what eTOM asks, clause by clause, and what in this product answers."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ProcessElement(models.Model):
    """One eTOM process element, by its Frameworx 16.0 number."""

    number = models.CharField(_("number"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=120)
    level = models.PositiveSmallIntegerField(_("level"))
    original_id = models.CharField(_("original id"), max_length=30, blank=True)
    maturity = models.PositiveSmallIntegerField(_("maturity"), default=0)
    uid = models.CharField(_("UID"), max_length=20, blank=True)
    status = models.CharField(_("status"), max_length=20, blank=True)
    verticals = models.JSONField(_("verticals"), default=list)
    history = models.TextField(_("framework history"), blank=True)

    class Meta:
        verbose_name = _("process element")
        verbose_name_plural = _("process register")
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class View(models.TextChoices):
    """Who a feature serves: every view works on the same record."""

    CUSTOMER = "customer", _("customers")
    BACK_OFFICE = "back-office", _("back office")
    PARTNER = "partner", _("partner systems")


class Clause(models.Model):
    """One clause of a process definition, in our own words, with its requirement id."""

    class Status(models.TextChoices):
        DEFINITION = "definition", _("Definition")
        MANDATORY = "mandatory", _("Mandatory")
        OPTIONAL = "optional", _("Optional")
        EXPLANATORY = "explanatory", _("Explanatory")
        INTERACTION = "interaction", _("Interaction")

    process = models.ForeignKey(ProcessElement, models.PROTECT, related_name="clauses")
    requirement = models.CharField(_("requirement"), max_length=20, unique=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    text = models.TextField(_("what it asks"))
    status = models.CharField(_("status"), max_length=12, choices=Status)
    features = models.JSONField(_("features"), default=list)
    metrics = models.JSONField(_("metrics"), default=list)
    entities = models.JSONField(_("data entities"), default=list)
    applications = models.JSONField(_("applications"), default=list)
    built = models.BooleanField(_("built"), default=False)

    class Meta:
        verbose_name = _("clause")
        verbose_name_plural = _("clauses")
        ordering = ["process", "position"]

    def __str__(self) -> str:
        return self.requirement
