import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    """A clock that ran again after its first stop keeps where that was; figures name it."""

    dependencies = [
        ("interactions", "0007_transfers_of_a_matter"),
        ("readiness", "0001_initial"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="call",
            name="note_changed",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="slaclock",
            name="note_changed",
        ),
        migrations.AddField(
            model_name="slaclock",
            name="first_consumed_seconds",
            field=models.PositiveIntegerField(
                blank=True, null=True, verbose_name="consumed by the first stop, seconds"
            ),
        ),
        migrations.AddField(
            model_name="slaclock",
            name="first_stopped_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="first stopped at"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="call",
            trigger=pgtrigger.compiler.Trigger(
                name="note_changed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."answered_at" IS DISTINCT FROM (NEW."answered_at") OR OLD."direction" IS DISTINCT FROM (NEW."direction") OR OLD."ended_at" IS DISTINCT FROM (NEW."ended_at") OR OLD."hold_seconds" IS DISTINCT FROM (NEW."hold_seconds") OR OLD."interaction_id" IS DISTINCT FROM (NEW."interaction_id") OR OLD."rang_at" IS DISTINCT FROM (NEW."rang_at") OR OLD."wrapped_at" IS DISTINCT FROM (NEW."wrapped_at"))',
                    func="\n    INSERT INTO interactions_touchedtime (starts_at, ends_at)\n    SELECT reach.starts_at, reach.ends_at\n    FROM (SELECT LEAST(OLD.rang_at, NEW.rang_at) AS starts_at, GREATEST(OLD.rang_at, NEW.rang_at) AS ends_at ) reach\n    WHERE reach.starts_at < now() - interval '6 hours';\n    RETURN NULL;\n",
                    hash="0581b685719965bf58340df07d872922475cad89",
                    operation="UPDATE",
                    pgid="pgtrigger_note_changed_a4d98",
                    table="interactions_call",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="slaclock",
            trigger=pgtrigger.compiler.Trigger(
                name="note_changed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."cancelled_at" IS DISTINCT FROM (NEW."cancelled_at") OR OLD."capability_version_id" IS DISTINCT FROM (NEW."capability_version_id") OR OLD."consumed_seconds" IS DISTINCT FROM (NEW."consumed_seconds") OR OLD."due_at" IS DISTINCT FROM (NEW."due_at") OR OLD."first_stopped_at" IS DISTINCT FROM (NEW."first_stopped_at") OR OLD."rule" IS DISTINCT FROM (NEW."rule") OR OLD."stopped_at" IS DISTINCT FROM (NEW."stopped_at"))',
                    func="\n    INSERT INTO interactions_touchedtime (starts_at, ends_at)\n    SELECT reach.starts_at, reach.ends_at\n    FROM (SELECT LEAST(OLD.due_at, NEW.due_at, OLD.stopped_at, NEW.stopped_at, NEW.first_stopped_at) AS starts_at, GREATEST(OLD.due_at, NEW.due_at, OLD.stopped_at, NEW.stopped_at) AS ends_at ) reach\n    WHERE reach.starts_at < now() - interval '6 hours';\n    RETURN NULL;\n",
                    hash="b4d2c82b1177136d8279b5fa75f597b3215a36e3",
                    operation="UPDATE",
                    pgid="pgtrigger_note_changed_a2d8b",
                    table="interactions_slaclock",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="slaclock",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("first_consumed_seconds", None), ("first_stopped_at", None)),
                    models.Q(
                        ("first_consumed_seconds__isnull", False),
                        ("first_stopped_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="slaclock_first_stop_whole",
            ),
        ),
        # Answers that were kept lack what the figures tell from now on: they are worked out anew.
        migrations.RunSQL("DELETE FROM interactions_keptfigure", migrations.RunSQL.noop),
    ]
