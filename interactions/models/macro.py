"""What is written and done often: one macro, in every language it is needed in."""

import pgtrigger
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.audit.history import tracked


@tracked(exclude=())
class Macro(models.Model):
    """A text to begin an answer with; its blanks are filled in, the agent has the last word."""

    key = models.SlugField(_("key"), unique=True)
    title = models.CharField(_("title"), max_length=80)
    active = models.BooleanField(_("in use"), default=True)
    # [{"do": "tag", "tag": …}], in this order; `interactions.macros` knows each.
    effects = models.JSONField(
        _("effects"), default=list, db_default=models.Value([], models.JSONField()), blank=True
    )

    class Meta:
        verbose_name = _("macro")
        verbose_name_plural = _("macros")
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title


@tracked(exclude=())
class MacroText(models.Model):
    """A macro in one language."""

    macro = models.ForeignKey(Macro, models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=12)
    body = models.TextField(_("text"))

    class Meta:
        verbose_name = _("text of a macro")
        verbose_name_plural = _("texts of macros")
        constraints = [
            models.UniqueConstraint(fields=["macro", "language"], name="macrotext_once_a_language")
        ]

    def __str__(self) -> str:
        return f"{self.macro}, {self.language}"


class MacroVersion(models.Model):
    """A macro as it stood: what was done by it names the version, and it never changes again."""

    macro = models.ForeignKey(Macro, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=80)
    effects = models.JSONField(_("effects"), default=list)
    texts = models.JSONField(_("texts"), default=dict)
    made_by = models.CharField(_("by"), max_length=150)
    made_at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("version of a macro")
        verbose_name_plural = _("versions of macros")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["macro", "number"], name="macroversion_once_per_number")
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.macro}, {self.number}"
