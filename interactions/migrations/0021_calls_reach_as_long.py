import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    """A call that changes touches the figures of as long as it kept somebody busy."""

    dependencies = [
        ('interactions', '0020_visit_of_a_message'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='call',
            name='note_changed',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='call',
            trigger=pgtrigger.compiler.Trigger(name='note_changed', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."answered_at" IS DISTINCT FROM (NEW."answered_at") OR OLD."direction" IS DISTINCT FROM (NEW."direction") OR OLD."ended_at" IS DISTINCT FROM (NEW."ended_at") OR OLD."hold_seconds" IS DISTINCT FROM (NEW."hold_seconds") OR OLD."interaction_id" IS DISTINCT FROM (NEW."interaction_id") OR OLD."rang_at" IS DISTINCT FROM (NEW."rang_at") OR OLD."wrapped_at" IS DISTINCT FROM (NEW."wrapped_at"))', func="\n    INSERT INTO interactions_touchedtime (starts_at, ends_at)\n    SELECT reach.starts_at, reach.ends_at\n    FROM (SELECT LEAST(OLD.rang_at, NEW.rang_at) AS starts_at, GREATEST(OLD.rang_at, NEW.rang_at, NEW.ended_at, NEW.wrapped_at) AS ends_at ) reach\n    WHERE reach.starts_at < now() - interval '6 hours';\n    RETURN NULL;\n", hash='f716fa7a18da9354e8ac183c01f67311951d4e3f', operation='UPDATE', pgid='pgtrigger_note_changed_a4d98', table='interactions_call', when='AFTER')),
        ),
    ]
