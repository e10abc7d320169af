import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('interactions', '0011_planned_communications'),
    ]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name='call',
            trigger=pgtrigger.compiler.Trigger(name='note_inserted', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    INSERT INTO interactions_touchedtime (starts_at, ends_at)\n    SELECT reach.starts_at, reach.ends_at\n    FROM (SELECT min(rang_at) AS starts_at, max(rang_at) AS ends_at FROM new_rows) reach\n    WHERE reach.starts_at < now() - interval '6 hours';\n    RETURN NULL;\n", hash='d963134affd478e30552c1dead5ea7ede054196f', level='STATEMENT', operation='INSERT', pgid='pgtrigger_note_inserted_d8af7', referencing='REFERENCING NEW TABLE AS new_rows ', table='interactions_call', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='call',
            trigger=pgtrigger.compiler.Trigger(name='note_changed', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."answered_at" IS DISTINCT FROM (NEW."answered_at") OR OLD."direction" IS DISTINCT FROM (NEW."direction") OR OLD."ended_at" IS DISTINCT FROM (NEW."ended_at") OR OLD."interaction_id" IS DISTINCT FROM (NEW."interaction_id") OR OLD."rang_at" IS DISTINCT FROM (NEW."rang_at") OR OLD."wrapped_at" IS DISTINCT FROM (NEW."wrapped_at"))', func="\n    INSERT INTO interactions_touchedtime (starts_at, ends_at)\n    SELECT reach.starts_at, reach.ends_at\n    FROM (SELECT LEAST(OLD.rang_at, NEW.rang_at) AS starts_at, GREATEST(OLD.rang_at, NEW.rang_at) AS ends_at ) reach\n    WHERE reach.starts_at < now() - interval '6 hours';\n    RETURN NULL;\n", hash='9d66544cae87bcbabbaabd2d323665e3021ec09b', operation='UPDATE', pgid='pgtrigger_note_changed_a4d98', table='interactions_call', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='message',
            trigger=pgtrigger.compiler.Trigger(name='note_changed', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (OLD.sent_at IS DISTINCT FROM NEW.sent_at OR (OLD.state IN ('sent', 'delivered')) <> (NEW.state IN ('sent', 'delivered')))", func="\n    INSERT INTO interactions_touchedtime (starts_at, ends_at)\n    SELECT reach.starts_at, reach.ends_at\n    FROM (SELECT LEAST(OLD.sent_at, NEW.sent_at, min(c.due_at)) AS starts_at, GREATEST(OLD.sent_at, NEW.sent_at, max(c.due_at)) AS ends_at FROM interactions_commitment p JOIN interactions_slaclock c ON c.id = p.clock_id WHERE p.notice_id = NEW.id) reach\n    WHERE reach.starts_at < now() - interval '6 hours';\n    RETURN NULL;\n", hash='020e78dd3dcd23088f8dc038e5de0eb903112948', operation='UPDATE', pgid='pgtrigger_note_changed_4a515', table='interactions_message', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='responserequest',
            trigger=pgtrigger.compiler.Trigger(name='note_changed', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."answered_at" IS DISTINCT FROM (NEW."answered_at") OR OLD."asked_at" IS DISTINCT FROM (NEW."asked_at") OR OLD."due_at" IS DISTINCT FROM (NEW."due_at") OR OLD."state" IS DISTINCT FROM (NEW."state"))', func="\n    INSERT INTO interactions_touchedtime (starts_at, ends_at)\n    SELECT reach.starts_at, reach.ends_at\n    FROM (SELECT LEAST(OLD.due_at, NEW.due_at) AS starts_at, GREATEST(OLD.due_at, NEW.due_at) AS ends_at ) reach\n    WHERE reach.starts_at < now() - interval '6 hours';\n    RETURN NULL;\n", hash='14d3f3f5a639d4b1dbb63cce1389df881ad87a92', operation='UPDATE', pgid='pgtrigger_note_changed_bba6c', table='interactions_responserequest', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='survey',
            trigger=pgtrigger.compiler.Trigger(name='note_changed', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."answered_at" IS DISTINCT FROM (NEW."answered_at") OR OLD."asked_at" IS DISTINCT FROM (NEW."asked_at") OR OLD."score" IS DISTINCT FROM (NEW."score"))', func="\n    INSERT INTO interactions_touchedtime (starts_at, ends_at)\n    SELECT reach.starts_at, reach.ends_at\n    FROM (SELECT LEAST(OLD.asked_at, NEW.asked_at, OLD.answered_at, NEW.answered_at) AS starts_at, GREATEST(OLD.asked_at, NEW.asked_at, OLD.answered_at, NEW.answered_at) AS ends_at ) reach\n    WHERE reach.starts_at < now() - interval '6 hours';\n    RETURN NULL;\n", hash='3ab1fcfff7cdf84e53f35ce33e97c299cfcad9e6', operation='UPDATE', pgid='pgtrigger_note_changed_54447', table='interactions_survey', when='AFTER')),
        ),
    ]
