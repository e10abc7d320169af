"""How we do things and what we know: procedures by version, articles, and what became of them."""

from datetime import date
from typing import Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.audit.history import tracked

VERTICALS = ("fulfilment", "assurance", "billing")


class Procedure(models.Model):
    """One way of working: who keeps it, where it applies, by which words it is found."""

    key = models.SlugField(_("key"), max_length=60, unique=True)
    title = models.CharField(_("title"), max_length=120)
    process = models.CharField(_("process element"), max_length=20)
    verticals = ArrayField(models.CharField(max_length=12), verbose_name=_("verticals"))
    reasons = ArrayField(
        models.CharField(max_length=50), verbose_name=_("reasons"), default=list, blank=True
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True
    )
    review_every = models.PositiveSmallIntegerField(_("reviewed every, in months"), default=12)
    # Words of title and text in use, folded; kept by the process that brings a version into use.
    words = ArrayField(models.CharField(max_length=40), default=list, editable=False)

    class Meta:
        verbose_name = _("procedure")
        verbose_name_plural = _("procedures")
        ordering = ["title"]
        permissions = [
            ("draft_procedure", "Can write procedures and articles"),
            ("approve_procedure", "Can approve procedures and validate articles"),
            ("follow_procedure", "Works by procedures and confirms to have read new ones"),
        ]
        constraints = [
            models.CheckConstraint(
                name="procedure_verticals_known",
                condition=Q(verticals__contained_by=list(VERTICALS)),
            )
        ]
        indexes = [
            GinIndex(fields=["words"], name="procedure_words"),
            GinIndex(fields=["reasons"], name="procedure_reasons"),
        ]

    def __str__(self) -> str:
        return self.title


class ProcedureVersionQuerySet(models.QuerySet["ProcedureVersion"]):
    def effective(self) -> Self:
        """The only versions that are ever shown at work."""
        return self.filter(state=ProcedureVersion.State.EFFECTIVE)

    def unread_by(self, user_id: int | None) -> Self:
        """In effect, to be read, and not yet confirmed by this person."""
        unread = self.effective().filter(to_be_read=True)
        return unread.exclude(acknowledgements__user=user_id)

    def due_for_review(self, today: date) -> Self:
        return self.effective().filter(review_due__lte=today)

    def lock(self, pk: int) -> "ProcedureVersion":
        found = self.select_for_update(of=("self",)).select_related("procedure")
        return found.get(pk=pk)


class ProcedureVersion(models.Model):
    """One wording of a procedure; approved by somebody else before it takes effect."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        APPROVED = "approved", _("Approved")
        EFFECTIVE = "effective", _("In effect")
        SUPERSEDED = "superseded", _("Superseded")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    body = models.TextField(_("steps, one a line"))
    change_note = models.CharField(_("what changes and why"), max_length=250, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    effective_from = models.DateField(_("in effect from"), null=True, blank=True)
    review_due = models.DateField(_("review due"), null=True, blank=True)
    to_be_read = models.BooleanField(
        _("has to be read"),
        default=True,
        help_text=_("Whoever works by it is asked to read it and to say so."),
    )

    objects = ProcedureVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of a procedure")
        verbose_name_plural = _("versions of procedures")
        ordering = ["procedure", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["procedure", "number"], name="procedureversion_once_per_number"
            ),
            models.UniqueConstraint(
                fields=["procedure"],
                name="procedure_has_one_version_in_effect",
                condition=Q(state="effective"),
            ),
            models.CheckConstraint(
                name="procedureversion_state_known",
                condition=Q(
                    state__in=["draft", "approved", "effective", "superseded", "withdrawn"]
                ),
            ),
            models.CheckConstraint(
                name="procedureversion_approved_means_dated",
                condition=Q(state__in=["draft", "withdrawn"])
                | Q(approved_at__isnull=False, effective_from__isnull=False),
            ),
            models.CheckConstraint(
                name="procedureversion_not_approved_by_its_author",
                condition=Q(author=None) | Q(approved_by=None) | ~Q(author=F("approved_by")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["effective_from"],
                name="procedureversion_to_begin",
                condition=Q(state="approved"),
            )
        ]
        triggers = [
            pgtrigger.Protect(
                name="approved_wording_stands",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.state <> 'draft' AND (OLD.body, OLD.number, OLD.procedure_id)"
                    " IS DISTINCT FROM (NEW.body, NEW.number, NEW.procedure_id)"
                ),
            ),
            pgtrigger.Protect(name="versions_stay", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.procedure} v{self.number}"

    @property
    def steps(self) -> list[str]:
        return [line.strip() for line in self.body.splitlines() if line.strip()]


class KnowledgeArticleQuerySet(models.QuerySet["KnowledgeArticle"]):
    def standing(self, today: date) -> Self:
        """Validated and not past its date: what may be relied on."""
        return self.filter(
            Q(valid_until=None) | Q(valid_until__gte=today),
            confidence=KnowledgeArticle.Confidence.VALIDATED,
        )

    def for_customers(self, today: date) -> Self:
        return self.standing(today).filter(audience=KnowledgeArticle.Audience.CUSTOMER)


@tracked(exclude=("words", "shown", "used", "solved"))
class KnowledgeArticle(models.Model):
    """Something we know that solves a matter: how sure we are, and who may read it."""

    class Confidence(models.TextChoices):
        WIP = "wip", _("Being written")
        NOT_VALIDATED = "not_validated", _("Not validated")
        VALIDATED = "validated", _("Validated")
        ARCHIVED = "archived", _("Archived")

    class Audience(models.TextChoices):
        INTERNAL = "internal", _("Only us")
        PARTNER = "partner", _("Partners too")
        CUSTOMER = "customer", _("Customers too")

    key = models.SlugField(_("key"), max_length=60, unique=True)
    confidence = models.CharField(
        _("confidence"), max_length=13, choices=Confidence, default=Confidence.WIP
    )
    audience = models.CharField(
        _("audience"), max_length=8, choices=Audience, default=Audience.INTERNAL
    )
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    verticals = ArrayField(models.CharField(max_length=12), verbose_name=_("verticals"))
    reasons = ArrayField(
        models.CharField(max_length=50), verbose_name=_("reasons"), default=list, blank=True
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True
    )
    words = ArrayField(models.CharField(max_length=40), default=list, editable=False)
    shown = models.PositiveIntegerField(_("shown"), default=0, editable=False)
    used = models.PositiveIntegerField(_("used"), default=0, editable=False)
    solved = models.PositiveIntegerField(_("solved"), default=0, editable=False)

    objects = KnowledgeArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(
                name="article_confidence_known",
                condition=Q(confidence__in=["wip", "not_validated", "validated", "archived"]),
            ),
            models.CheckConstraint(
                name="article_audience_known",
                condition=Q(audience__in=["internal", "partner", "customer"]),
            ),
            models.CheckConstraint(
                name="article_verticals_known",
                condition=Q(verticals__contained_by=list(VERTICALS)),
            ),
        ]
        indexes = [
            GinIndex(fields=["words"], name="article_words"),
            GinIndex(fields=["reasons"], name="article_reasons"),
        ]

    def __str__(self) -> str:
        return self.key


@tracked(exclude=())
class ArticleText(models.Model):
    """An article in one language."""

    article = models.ForeignKey(KnowledgeArticle, models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=12)
    title = models.CharField(_("title"), max_length=120)
    body = models.TextField(_("text"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        related_name="+",
        null=True,
        editable=False,
        verbose_name=_("author"),
    )

    class Meta:
        verbose_name = _("text of an article")
        verbose_name_plural = _("texts of articles")
        constraints = [
            models.UniqueConstraint(
                fields=["article", "language"], name="articletext_once_a_language"
            )
        ]

    def __str__(self) -> str:
        return self.title


class GuidanceUse(models.Model):
    """What was shown, used and solved a matter; once for each matter and step."""

    class Step(models.TextChoices):
        SHOWN = "shown", _("Shown")
        USED = "used", _("Used")
        SOLVED = "solved", _("Solved")

    article = models.ForeignKey(
        KnowledgeArticle, models.PROTECT, related_name="+", null=True, blank=True
    )
    version = models.ForeignKey(
        ProcedureVersion, models.PROTECT, related_name="+", null=True, blank=True
    )
    # The matter by its kind and number ("interaction:17"): what it is, lives in an app above.
    subject = models.CharField(_("about"), max_length=60)
    step = models.CharField(_("step"), max_length=6, choices=Step)
    actor_id = models.BigIntegerField(_("actor"), null=True)
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("use of guidance")
        verbose_name_plural = _("uses of guidance")
        constraints = [
            models.CheckConstraint(
                name="guidanceuse_of_one_thing",
                condition=Q(article=None, version__isnull=False)
                | Q(article__isnull=False, version=None),
            ),
            models.CheckConstraint(
                name="guidanceuse_step_known", condition=Q(step__in=["shown", "used", "solved"])
            ),
            models.UniqueConstraint(
                fields=["subject", "step", "article"],
                name="guidanceuse_article_once",
                condition=Q(article__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["subject", "step", "version"],
                name="guidanceuse_version_once",
                condition=Q(version__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.step}"
