import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


_ONE_OF_THREE = """
    ALTER TABLE {0} RENAME COLUMN available TO state;
    ALTER TABLE {0} ALTER COLUMN state TYPE varchar(10)
        USING CASE WHEN state THEN 'available' ELSE 'away' END;
"""
_ONE_OF_TWO = """
    ALTER TABLE {0} ALTER COLUMN state TYPE boolean USING state <> 'away';
    ALTER TABLE {0} RENAME COLUMN state TO available;
"""
# A change of the switch changed `since` too: the row as it was then is an interval that is over.
_AS_IT_WAS = """
    INSERT INTO interactions_availability (agent_id, state, since, until, because)
    SELECT was.user_id, min(was.state), was.since, max(was.pgh_created_at), ''
    FROM interactions_agentprofileevent AS was
    JOIN interactions_agentprofile AS now ON now.user_id = was.user_id AND now.since > was.since
    WHERE was.pgh_created_at > was.since
    GROUP BY was.user_id, was.since;
    INSERT INTO interactions_availability (agent_id, state, since, because)
    SELECT user_id, state, since, '' FROM interactions_agentprofile;
"""
_STATE = models.CharField(
    choices=[("available", "Available"), ("busy", "Busy"), ("away", "Away")],
    default="away",
    max_length=10,
    verbose_name="at the desk",
)
_TABLES = ("interactions_agentprofile", "interactions_agentprofileevent")


class Migration(migrations.Migration):
    """Available or away becomes available, busy or away; when it was so is kept from now on."""

    dependencies = [
        ('interactions', '0016_participants'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Availability',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('available', 'Available'), ('busy', 'Busy'), ('away', 'Away')], max_length=10, verbose_name='at the desk')),
                ('since', models.DateTimeField(verbose_name='since')),
                ('until', models.DateTimeField(blank=True, null=True, verbose_name='until')),
                ('because', models.CharField(blank=True, max_length=20, verbose_name='because')),
            ],
            options={
                'verbose_name': 'availability',
                'verbose_name_plural': 'availability',
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='agentprofile',
            name='changed_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='agentprofile',
            name='removed_delete',
        ),
        migrations.RemoveIndex(
            model_name='agentprofile',
            name='agentprofile_available',
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(_ONE_OF_THREE.format(table), _ONE_OF_TWO.format(table))
                for table in _TABLES
            ],
            state_operations=[
                operation
                for model in ("agentprofile", "agentprofileevent")
                for operation in (
                    migrations.RenameField(model, "available", "state"),
                    migrations.AlterField(model, "state", _STATE),
                )
            ],
        ),
        migrations.AddField(
            model_name='agentprofile',
            name='handed_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='last handed work'),
        ),
        migrations.AddField(
            model_name='agentprofile',
            name='seen_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='last seen'),
        ),
        migrations.AddField(
            model_name='agentprofileevent',
            name='handed_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='last handed work'),
        ),
        migrations.AddField(
            model_name='agentprofileevent',
            name='seen_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='last seen'),
        ),
        migrations.AddIndex(
            model_name='agentprofile',
            index=models.Index(condition=models.Q(('state', 'available')), fields=['user'], name='agentprofile_at_desk'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='agentprofile',
            trigger=pgtrigger.compiler.Trigger(name='changed_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."capacity" IS DISTINCT FROM (NEW."capacity") OR OLD."since" IS DISTINCT FROM (NEW."since") OR OLD."skills" IS DISTINCT FROM (NEW."skills") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."user_id" IS DISTINCT FROM (NEW."user_id"))', func='INSERT INTO "interactions_agentprofileevent" ("capacity", "handed_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "seen_at", "since", "skills", "state", "user_id") VALUES (OLD."capacity", OLD."handed_at", _pgh_attach_context(), NOW(), \'changed\', OLD."user_id", OLD."seen_at", OLD."since", OLD."skills", OLD."state", OLD."user_id"); RETURN NULL;', hash='db252bcad0150d0f07a1736464e952b0dcff9291', operation='UPDATE', pgid='pgtrigger_changed_update_41082', table='interactions_agentprofile', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='agentprofile',
            trigger=pgtrigger.compiler.Trigger(name='removed_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "interactions_agentprofileevent" ("capacity", "handed_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "seen_at", "since", "skills", "state", "user_id") VALUES (OLD."capacity", OLD."handed_at", _pgh_attach_context(), NOW(), \'removed\', OLD."user_id", OLD."seen_at", OLD."since", OLD."skills", OLD."state", OLD."user_id"); RETURN NULL;', hash='2aa6615a00235c6fac18edea4e4643db191f92d6', operation='DELETE', pgid='pgtrigger_removed_delete_73594', table='interactions_agentprofile', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='agentprofile',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['available', 'busy', 'away'])), name='agentprofile_state_known'),
        ),
        migrations.AddField(
            model_name='availability',
            name='agent',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='availability', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='availability',
            index=models.Index(fields=['since', 'until'], name='availability_by_time'),
        ),
        migrations.AddConstraint(
            model_name='availability',
            constraint=models.UniqueConstraint(condition=models.Q(('until', None)), fields=('agent',), name='availability_one_open'),
        ),
        migrations.AddConstraint(
            model_name='availability',
            constraint=models.UniqueConstraint(fields=('agent', 'since'), name='availability_one_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='availability',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['available', 'busy', 'away'])), name='availability_state_known'),
        ),
        migrations.AddConstraint(
            model_name='availability',
            constraint=models.CheckConstraint(condition=models.Q(('until', None), ('until__gt', models.F('since')), _connector='OR'), name='availability_ends_after_it_began'),
        ),
        migrations.RunSQL(_AS_IT_WAS, migrations.RunSQL.noop),
    ]
