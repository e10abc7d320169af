"""Texts that are written often: one macro, in every language it is needed in."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.audit.history import tracked


@tracked(exclude=())
class Macro(models.Model):
    """A text to begin an answer with; its blanks are filled in, the agent has the last word."""

    key = models.SlugField(_("key"), unique=True)
    title = models.CharField(_("title"), max_length=80)
    active = models.BooleanField(_("in use"), default=True)

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
