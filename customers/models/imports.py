"""Files taken in: the run, its source rows as they came, what they did, who must look."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.ids import new_id


class ImportRun(models.Model):
    """One file, tried or imported, with numbers that the trial and the run share."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("Uploaded")
        TRYING = "trying", _("Trial runs")
        TRIED = "tried", _("Tried")
        RUNNING = "running", _("Importing")
        DONE = "done", _("Imported")
        FAILED = "failed", _("Stopped")
        UNDOING = "undoing", _("Being undone")
        UNDONE = "undone", _("Undone")

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    kind = models.CharField(_("what"), max_length=20)
    file_name = models.CharField(_("file"), max_length=200)
    path = models.CharField(_("stored at"), max_length=300, blank=True)
    sha256 = models.CharField(_("checksum"), max_length=64, blank=True)
    mapping = models.JSONField(_("mapping"), default=dict)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.UPLOADED)
    total = models.PositiveIntegerField(_("rows"), default=0)
    processed = models.PositiveIntegerField(_("rows so far"), default=0)
    created = models.PositiveIntegerField(_("new"), default=0)
    updated = models.PositiveIntegerField(_("changed"), default=0)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0)
    failed = models.PositiveIntegerField(_("need a person"), default=0)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    message = models.CharField(_("message"), max_length=300, blank=True)
    started_at = models.DateTimeField(_("started at"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    preview = models.JSONField(_("first rows"), default=dict, blank=True)
    undone_line = models.PositiveIntegerField(_("undone up to line"), default=0)
    reversed = models.PositiveIntegerField(_("reversed"), default=0)
    kept = models.PositiveIntegerField(_("kept"), default=0)
    stuck = models.PositiveIntegerField(_("could not be reversed"), default=0)
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        permissions = [("undo_import", "Can undo an import")]
        constraints = [
            models.CheckConstraint(
                name="importrun_state_known",
                condition=Q(
                    state__in=[
                        "uploaded", "trying", "tried", "running", "done", "failed",
                        "undoing", "undone",
                    ]
                ),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.file_name


class ImportedRecord(models.Model):
    """A source row as it came: the record behind the record, kept for facts, undo and disputes."""

    run = models.ForeignKey(ImportRun, models.PROTECT, related_name="records")
    line = models.PositiveIntegerField(_("line"))
    customer_id = models.BigIntegerField(_("customer"), null=True, db_index=True)
    made = models.BooleanField(_("made the customer"), default=False, db_default=False)
    row = models.JSONField(_("row"))

    class Meta:
        verbose_name = _("imported record")
        verbose_name_plural = _("imported records")
        constraints = [
            models.UniqueConstraint(fields=["run", "line"], name="importedrecord_once_per_line")
        ]

    def __str__(self) -> str:
        return f"{self.run_id}:{self.line}"


class ImportProblem(models.Model):
    """A row that did not go in: where, why, and what would cure it."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="problems")
    line = models.PositiveIntegerField(_("line"))
    column = models.CharField(_("column"), max_length=120, blank=True)
    value = models.CharField(_("value"), max_length=300, blank=True)
    reason = models.CharField(_("reason"), max_length=300)
    row = models.JSONField(_("row"), default=dict)

    class Meta:
        verbose_name = _("row that needs a person")
        verbose_name_plural = _("rows that need a person")
        ordering = ["line"]

    def __str__(self) -> str:
        return f"{self.line}: {self.reason}"


class ImportMapping(models.Model):
    """What the columns of a kind of file become, kept under a name for the next such file."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=120, unique=True)
    columns = models.JSONField(_("columns of the file"), default=list)
    mapping = models.JSONField(_("mapping"), default=dict)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    saved_at = models.DateTimeField(_("saved at"), default=timezone.now)

    class Meta:
        verbose_name = _("import mapping")
        verbose_name_plural = _("import mappings")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ImportChange(models.Model):
    """One row that an import added to, or changed at, a customer who was there before."""

    class How(models.TextChoices):
        ADDED = "added", _("Added")
        CHANGED = "changed", _("Changed")

    run = models.ForeignKey(ImportRun, models.PROTECT, related_name="changes")
    customer_id = models.BigIntegerField(_("customer"))
    table = models.CharField(_("table"), max_length=40)
    row_id = models.BigIntegerField(_("row"))
    how = models.CharField(_("how"), max_length=8, choices=How)

    class Meta:
        verbose_name = _("change by an import")
        verbose_name_plural = _("changes by imports")
        indexes = [models.Index(fields=["run", "customer_id"], name="importchange_by_customer")]
        constraints = [
            models.CheckConstraint(
                name="importchange_how_known", condition=Q(how__in=["added", "changed"])
            )
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.row_id} {self.how}"


class ImportKept(models.Model):
    """A row of an undone import that stays, or could not be reversed, and why."""

    class Outcome(models.TextChoices):
        KEPT = "kept", _("Kept")
        STUCK = "stuck", _("Could not be reversed")

    run = models.ForeignKey(ImportRun, models.PROTECT, related_name="kept_rows")
    line = models.PositiveIntegerField(_("line"))
    customer_id = models.BigIntegerField(_("customer"))
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome)
    reason = models.CharField(_("reason"), max_length=300)

    class Meta:
        verbose_name = _("row kept when an import was undone")
        verbose_name_plural = _("rows kept when imports were undone")
        ordering = ["line"]
        constraints = [
            models.UniqueConstraint(fields=["run", "line"], name="importkept_once_per_line"),
            models.CheckConstraint(
                name="importkept_outcome_known", condition=Q(outcome__in=["kept", "stuck"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line}: {self.reason}"
