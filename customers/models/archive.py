"""The archive's catalogue: which rows went into which file, under which policy, and back."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.ids import new_id


class ArchiveRun(models.Model):
    """One pass over one data class under one accepted policy version."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    data_class = models.CharField(_("data class"), max_length=60)
    capability_version = models.ForeignKey(
        "readiness.CapabilityVersion", models.PROTECT, related_name="+"
    )
    started_at = models.DateTimeField(_("started at"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    archived = models.PositiveIntegerField(_("archived"), default=0)
    held = models.PositiveIntegerField(_("held back"), default=0)

    class Meta:
        verbose_name = _("archive run")
        verbose_name_plural = _("archive runs")

    def __str__(self) -> str:
        return f"{self.data_class} {self.started_at:%Y-%m-%d}"


class ArchiveFile(models.Model):
    """One sealed Parquet file with its checksum; `sealed_at` empty means still being written."""

    run = models.ForeignKey(ArchiveRun, models.PROTECT, related_name="files")
    path = models.CharField(_("path"), max_length=300, unique=True)
    sha256 = models.CharField(_("checksum"), max_length=64, blank=True)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    sealed_at = models.DateTimeField(_("sealed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("archive file")
        verbose_name_plural = _("archive files")

    def __str__(self) -> str:
        return self.path


class ArchivedRecord(models.Model):
    """Where one archived row is, with the hash of its content and why it may be there."""

    file = models.ForeignKey(ArchiveFile, models.PROTECT, related_name="records")
    data_class = models.CharField(_("data class"), max_length=60)
    source_id = models.BigIntegerField(_("row"))
    public_id = models.UUIDField(_("public id"))
    customer_id = models.BigIntegerField(_("customer"), null=True, db_index=True)
    happened_at = models.DateTimeField(_("happened at"))
    label = models.CharField(_("label"), max_length=200, blank=True)
    content_hash = models.CharField(_("content hash"), max_length=64)
    acceptance_basis = models.CharField(_("accepted because"), max_length=60)
    capability_version = models.ForeignKey(
        "readiness.CapabilityVersion", models.PROTECT, related_name="+"
    )
    archived_at = models.DateTimeField(_("archived at"), default=timezone.now)
    restored_at = models.DateTimeField(_("restored at"), null=True, blank=True)

    class Meta:
        verbose_name = _("archived record")
        verbose_name_plural = _("archived records")
        constraints = [
            models.UniqueConstraint(
                fields=["data_class", "source_id"],
                name="archivedrecord_in_archive_once",
                condition=Q(restored_at=None),
            )
        ]

    def __str__(self) -> str:
        return self.label or str(self.public_id)
