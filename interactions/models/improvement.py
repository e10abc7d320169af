"""What a figure told us to do better, what was changed, and what came of it."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.audit.history import tracked
from crm.ids import new_id


@tracked(exclude=())
class Improvement(models.Model):
    """From a signal to its effect: one figure before and after a change, or why there is none."""

    class Signal(models.TextChoices):
        OFF_TARGET = "off-target", _("Off its target")
        REPEATED = "repeated", _("Contacts come back")
        COMPLAINTS = "complaints", _("Complaints pile up")
        SEEN = "seen", _("Seen by somebody")

    class State(models.TextChoices):
        OPEN = "open", _("To be looked into")
        PLANNED = "planned", _("Proposed")
        AGREED = "agreed", _("Agreed")
        CHANGED = "changed", _("Changed, effect awaited")
        MEASURED = "measured", _("Measured")
        REJECTED = "rejected", _("Not pursued")

    LIVE = ("open", "planned", "agreed", "changed")

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    signal = models.CharField(_("signal"), max_length=12, choices=Signal)
    measure = models.CharField(_("figure"), max_length=40)
    slice = models.JSONField(_("of"), default=dict, blank=True)
    title = models.CharField(_("what was noticed"), max_length=200)
    evidence = models.JSONField(_("what the figure said"), encoder=DjangoJSONEncoder, default=dict)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True
    )
    cause = models.TextField(_("cause"), blank=True)
    change = models.TextField(_("change"), blank=True)
    expected = models.FloatField(_("expected value"), null=True, blank=True)
    weeks = models.PositiveSmallIntegerField(_("measured over, weeks"), default=4)
    decision_note = models.CharField(_("why so decided"), max_length=300, blank=True)
    decided_by = models.CharField(_("decided by"), max_length=150, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    # What carried it out: a procedure, a version of a capability, a ticket.
    change_made = models.CharField(_("what was done"), max_length=300, blank=True)
    changed_at = models.DateTimeField(_("changed at"), null=True, blank=True)
    before = models.JSONField(_("before"), encoder=DjangoJSONEncoder, null=True, blank=True)
    after = models.JSONField(_("after"), encoder=DjangoJSONEncoder, null=True, blank=True)
    measured_at = models.DateTimeField(_("measured at"), null=True, blank=True)
    found_at = models.DateTimeField(_("found at"), db_default=Now())

    class Meta:
        verbose_name = _("improvement")
        verbose_name_plural = _("improvements")
        permissions = [("decide_improvement", "Can decide about an improvement")]
        constraints = [
            models.UniqueConstraint(
                fields=["signal", "measure", "slice"],
                name="improvement_once_while_it_lasts",
                condition=Q(state__in=["open", "planned", "agreed", "changed"]),
            ),
            models.CheckConstraint(
                name="improvement_rejected_means_reasoned",
                condition=~Q(state="rejected") | ~Q(decision_note=""),
            ),
            models.CheckConstraint(
                name="improvement_proposed_means_explained",
                condition=Q(state__in=["open", "rejected"])
                | (~Q(cause="") & ~Q(change="") & Q(expected__isnull=False)),
            ),
            models.CheckConstraint(
                name="improvement_changed_means_linked_and_measured_before",
                condition=~Q(state__in=["changed", "measured"])
                | (~Q(change_made="") & Q(changed_at__isnull=False, before__isnull=False)),
            ),
            models.CheckConstraint(
                name="improvement_measured_means_compared",
                condition=~Q(state="measured") | Q(after__isnull=False, measured_at__isnull=False),
            ),
            models.CheckConstraint(
                name="improvement_over_some_weeks", condition=Q(weeks__gte=1, weeks__lte=26)
            ),
        ]
        indexes = [
            models.Index(
                fields=["changed_at"], name="improvement_to_measure", condition=Q(state="changed")
            )
        ]

    def __str__(self) -> str:
        return self.title
