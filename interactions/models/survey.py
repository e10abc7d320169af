"""One short question to a customer about how we did, and what they said."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.ids import new_id
from interactions.models import figures
from interactions.models.interaction import Interaction

# The scale of each question: lowest and highest answer.
SCALES = {"csat": (1, 5), "ces": (1, 7), "nps": (0, 10)}


class Survey(models.Model):
    """Asked once for each time a matter was closed; the answer may be changed while it is open."""

    class Kind(models.TextChoices):
        CSAT = "csat", _("Satisfaction")
        CES = "ces", _("Ease")
        NPS = "nps", _("Would recommend us")

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    interaction = models.ForeignKey(Interaction, models.PROTECT, related_name="surveys")
    customer_id = models.BigIntegerField(_("customer"), null=True)
    # How often the matter had been reopened: closed again, it may be asked about again.
    round = models.PositiveSmallIntegerField(_("round"), default=0)
    kind = models.CharField(_("question"), max_length=4, choices=Kind)
    message = models.ForeignKey("interactions.Message", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked at"), db_default=Now())
    open_until = models.DateTimeField(_("open until"))
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    score = models.PositiveSmallIntegerField(_("answer"), null=True, blank=True)
    comment = models.TextField(_("in their words"), blank=True)
    capability_version = models.ForeignKey(
        "readiness.CapabilityVersion", models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")
        constraints = [
            models.UniqueConstraint(fields=["interaction", "round"], name="survey_once_per_round"),
            models.CheckConstraint(
                name="survey_answer_is_on_its_scale",
                condition=Q(score__isnull=True)
                | Q(kind="csat", score__range=SCALES["csat"])
                | Q(kind="ces", score__range=SCALES["ces"])
                | Q(kind="nps", score__range=SCALES["nps"]),
            ),
            models.CheckConstraint(
                name="survey_answered_means_dated",
                condition=Q(score__isnull=True, answered_at__isnull=True)
                | Q(score__isnull=False, answered_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["customer_id", "-asked_at"], name="survey_by_customer"),
            models.Index(fields=["asked_at"], name="survey_by_time"),
            models.Index(
                fields=["answered_at"],
                name="survey_answered",
                condition=Q(answered_at__isnull=False),
            ),
        ]
        triggers = [figures.CHANGED_SURVEY]

    def __str__(self) -> str:
        return f"{self.kind} {self.interaction_id}"
