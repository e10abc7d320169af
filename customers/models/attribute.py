"""Attributes an installation adds to its records without a new version of the product."""

import re
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class AttributeRules(models.Model):
    """One attribute of a kind of record: its type, and what a value must be."""

    class ValueType(models.TextChoices):
        TEXT = "text", _("Text")
        NUMBER = "number", _("Number")
        WHOLE = "whole", _("Whole number")
        DATE = "date", _("Date")
        FLAG = "flag", _("Yes or no")
        CHOICE = "choice", _("One of a list")

    key = models.SlugField(_("key"), unique=True, help_text=_("The name partners use."))
    label = models.CharField(_("label"), max_length=80)
    help = models.CharField(_("help"), max_length=200, blank=True)
    value_type = models.CharField(_("type"), max_length=8, choices=ValueType)
    required = models.BooleanField(_("required"), default=False)
    choices = models.JSONField(
        _("choices"), default=list, blank=True, help_text=_("A list of words, for “one of a list”.")
    )
    least = models.DecimalField(
        _("at least"), max_digits=18, decimal_places=4, null=True, blank=True
    )
    most = models.DecimalField(_("at most"), max_digits=18, decimal_places=4, null=True, blank=True)
    pattern = models.CharField(
        _("pattern"), max_length=200, blank=True, help_text=_("A regular expression for texts.")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    retired_at = models.DateTimeField(
        _("retired at"), null=True, blank=True, help_text=_("Values stay; no new ones are taken.")
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.label

    def clean(self) -> None:
        """What a definition must say about itself before anybody can follow it."""
        words = self.choices if isinstance(self.choices, list) else [None]
        if not all(isinstance(one, str) and one for one in words):
            raise ValidationError({"choices": _("A list of words, such as [“red”, “blue”].")})
        if self.value_type == self.ValueType.CHOICE and not words:
            raise ValidationError({"choices": _("Name at least one choice.")})
        try:
            re.compile(self.pattern)
        except re.error as wrong:
            raise ValidationError({"pattern": str(wrong)}) from wrong


class AttributeDefinitionQuerySet(models.QuerySet["AttributeDefinition"]):
    def for_type(self, customer_type: str) -> Self:
        """Those that speak of customers of a type, retired ones included."""
        return self.filter(customer_type__in=("", customer_type))

    def in_use(self) -> Self:
        return self.filter(retired_at=None)


class AttributeDefinition(AttributeRules):
    """One attribute of customers; values are TMF characteristics of each."""

    class For(models.TextChoices):
        ANY = "", _("Every customer")
        CONSUMER = "consumer", _("Consumers")
        BUSINESS = "business", _("Businesses")

    customer_type = models.CharField(
        _("speaks of"), max_length=10, choices=For, default=For.ANY, blank=True
    )

    objects = AttributeDefinitionQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer attribute")
        verbose_name_plural = _("customer attributes")
        ordering = ["order", "key"]
        constraints = [
            models.CheckConstraint(
                name="attribute_type_known",
                condition=Q(value_type__in=["text", "number", "whole", "date", "flag", "choice"]),
            ),
            models.CheckConstraint(
                name="attribute_least_below_most",
                condition=Q(least=None) | Q(most=None) | Q(most__gte=F("least")),
            ),
        ]
