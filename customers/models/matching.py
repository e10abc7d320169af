"""Who may be the same: blocking keys, cases for a person, runs of the matcher, and merges."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.access import Actor
from crm.audit.history import tracked
from crm.ids import new_id
from customers.models.party import Party


class MatchKey(models.Model):
    """A key that records of one person are likely to share; kept beside the party."""

    party = models.ForeignKey(Party, models.CASCADE, related_name="+")
    key = models.CharField(_("key"), max_length=80, db_collation="C")

    class Meta:
        verbose_name = _("match key")
        verbose_name_plural = _("match keys")
        constraints = [
            models.UniqueConstraint(fields=["key", "party"], name="matchkey_once_per_party")
        ]

    def __str__(self) -> str:
        return self.key


class MatchRun(models.Model):
    """One pass of the matcher over the base; stopped, it goes on where it was."""

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Stopped")

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.RUNNING)
    whole = models.BooleanField(_("whole base"))
    since = models.DateTimeField(_("records changed since"), null=True, blank=True)
    until = models.DateTimeField(_("records changed until"))
    cursor = models.BigIntegerField(_("parties done up to"), default=0)
    parties = models.PositiveIntegerField(_("parties"), default=0)
    pairs = models.PositiveBigIntegerField(_("pairs compared"), default=0)
    found = models.PositiveIntegerField(_("cases found"), default=0)
    model = models.JSONField(_("weights"), default=dict)
    message = models.CharField(_("message"), max_length=300, blank=True)
    by_name = models.CharField(_("by"), max_length=150, blank=True)
    started_at = models.DateTimeField(_("started at"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        verbose_name = _("search for duplicates")
        verbose_name_plural = _("searches for duplicates")
        permissions = [
            ("match_customers", "Can search the base for duplicates and decide about them"),
            ("merge_records", "Can merge records and undo a merge"),
        ]
        constraints = [
            models.CheckConstraint(
                name="matchrun_state_known", condition=Q(state__in=["running", "done", "failed"])
            ),
            models.UniqueConstraint(
                fields=["state"], name="matchrun_one_at_a_time", condition=Q(state="running")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"


class DuplicateCaseQuerySet(models.QuerySet["DuplicateCase"]):
    def visible_to(self, actor: Actor) -> Self:
        """Whoever may see the people may see that they are alike."""
        return self if actor.has_perm("customers.view_party") else self.none()

    def open(self) -> Self:
        return self.filter(state=DuplicateCase.State.OPEN)

    def told_apart_from(self, party_id: int) -> set[int]:
        """The parties a person said are not the same as this one."""
        theirs = self.filter(Q(left=party_id) | Q(right=party_id))
        pairs = theirs.filter(state=DuplicateCase.State.DISMISSED).values_list("left", "right")
        return {pk for pair in pairs for pk in pair} - {party_id}

    def lock(self, pk: int) -> "DuplicateCase":
        return self.select_for_update(of=("self",)).get(pk=pk)


@tracked(exclude=())
class DuplicateCase(models.Model):
    """Two parties that may be one person; what a person decided is remembered."""

    class State(models.TextChoices):
        OPEN = "open", _("To decide")
        MERGED = "merged", _("Merged")
        DISMISSED = "dismissed", _("Not the same")

    class Source(models.TextChoices):
        ENTRY = "entry", _("Saved anyway")
        API = "api", _("Recorded by a partner system")
        RUN = "run", _("Search of the base")

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    left = models.ForeignKey(Party, models.PROTECT, related_name="+")
    right = models.ForeignKey(Party, models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.OPEN)
    score = models.PositiveSmallIntegerField(_("score, of 100"))
    sure = models.BooleanField(_("sure"), default=False)
    reasons = models.JSONField(_("reasons"), default=list)
    source = models.CharField(_("found by"), max_length=5, choices=Source)
    found_at = models.DateTimeField(_("found at"), default=timezone.now)
    note = models.CharField(_("why"), max_length=300, blank=True)
    decided_by = models.CharField(_("decided by"), max_length=150, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    objects = DuplicateCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        constraints = [
            models.UniqueConstraint(fields=["left", "right"], name="duplicatecase_once_per_pair"),
            models.CheckConstraint(name="duplicatecase_in_order", condition=Q(left__lt=F("right"))),
            models.CheckConstraint(
                name="duplicatecase_state_known",
                condition=Q(state__in=["open", "merged", "dismissed"]),
            ),
            models.CheckConstraint(
                name="duplicatecase_score_of_hundred", condition=Q(score__lte=100)
            ),
        ]
        indexes = [
            models.Index(
                fields=["-score", "id"], name="duplicatecase_to_decide", condition=Q(state="open")
            )
        ]

    def __str__(self) -> str:
        return f"{self.left_id} = {self.right_id}? {self.score}"


@tracked(exclude=())
class Merge(models.Model):
    """A reversible link: one record answers for another, which is kept with where its rows were."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    case = models.ForeignKey(
        DuplicateCase, models.PROTECT, related_name="merges", null=True, blank=True
    )
    survivor = models.ForeignKey(Party, models.PROTECT, related_name="+")
    merged = models.ForeignKey(Party, models.PROTECT, related_name="+")
    changes = models.JSONField(_("fields taken over"), default=list)
    superseded = models.JSONField(_("consents that gave way"), default=list)
    reason = models.CharField(_("why"), max_length=300, blank=True)
    by_name = models.CharField(_("by"), max_length=150)
    at = models.DateTimeField(_("at"), default=timezone.now)
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)
    undone_by = models.CharField(_("undone by"), max_length=150, blank=True)
    undone = models.JSONField(_("what the undo did"), default=dict, blank=True)

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        constraints = [
            models.CheckConstraint(name="merge_needs_two", condition=~Q(survivor=F("merged"))),
            models.UniqueConstraint(
                fields=["merged"], name="merge_goes_into_one", condition=Q(undone_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.merged_id} into {self.survivor_id}"


class MergedRecordQuerySet(models.QuerySet["MergedRecord"]):
    def standing(self) -> Self:
        return self.filter(merge__undone_at=None)


class MergedRecord(models.Model):
    """A record another one answers for, while its merge stands."""

    class Kind(models.TextChoices):
        PARTY = "party", _("Party")
        CUSTOMER = "customer", _("Customer")

    merge = models.ForeignKey(Merge, models.PROTECT, related_name="records")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    record_id = models.BigIntegerField(_("record"))
    survivor_id = models.BigIntegerField(_("answered for by"))

    objects = MergedRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("merged record")
        verbose_name_plural = _("merged records")
        indexes = [
            models.Index(fields=["kind", "record_id"], name="mergedrecord_by_record"),
            models.Index(fields=["kind", "survivor_id"], name="mergedrecord_by_survivor"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id} → {self.survivor_id}"


class MergedRow(models.Model):
    """A row that moved with a merge, and where it came from."""

    merge = models.ForeignKey(Merge, models.PROTECT, related_name="rows")
    table = models.CharField(_("table"), max_length=63)
    column = models.CharField(_("column"), max_length=63)
    row_id = models.BigIntegerField(_("row"))
    origin_id = models.BigIntegerField(_("belongs to"))

    class Meta:
        verbose_name = _("row moved by a merge")
        verbose_name_plural = _("rows moved by merges")

    def __str__(self) -> str:
        return f"{self.table} {self.row_id}"
