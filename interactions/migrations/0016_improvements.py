import crm.ids
import django.core.serializers.json
import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('interactions', '0015_foresight_and_moves'),
        ('pghistory', '0007_auto_20250421_0444'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Improvement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=crm.ids.new_id, editable=False, unique=True)),
                ('signal', models.CharField(choices=[('off-target', 'Off its target'), ('repeated', 'Contacts come back'), ('complaints', 'Complaints pile up'), ('seen', 'Seen by somebody')], max_length=12, verbose_name='signal')),
                ('measure', models.CharField(max_length=40, verbose_name='figure')),
                ('slice', models.JSONField(blank=True, default=dict, verbose_name='of')),
                ('title', models.CharField(max_length=200, verbose_name='what was noticed')),
                ('evidence', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name='what the figure said')),
                ('state', models.CharField(choices=[('open', 'To be looked into'), ('planned', 'Proposed'), ('agreed', 'Agreed'), ('changed', 'Changed, effect awaited'), ('measured', 'Measured'), ('rejected', 'Not pursued')], default='open', max_length=10, verbose_name='state')),
                ('cause', models.TextField(blank=True, verbose_name='cause')),
                ('change', models.TextField(blank=True, verbose_name='change')),
                ('expected', models.FloatField(blank=True, null=True, verbose_name='expected value')),
                ('weeks', models.PositiveSmallIntegerField(default=4, verbose_name='measured over, weeks')),
                ('decision_note', models.CharField(blank=True, max_length=300, verbose_name='why so decided')),
                ('decided_by', models.CharField(blank=True, max_length=150, verbose_name='decided by')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided at')),
                ('change_made', models.CharField(blank=True, max_length=300, verbose_name='what was done')),
                ('changed_at', models.DateTimeField(blank=True, null=True, verbose_name='changed at')),
                ('before', models.JSONField(blank=True, encoder=django.core.serializers.json.DjangoJSONEncoder, null=True, verbose_name='before')),
                ('after', models.JSONField(blank=True, encoder=django.core.serializers.json.DjangoJSONEncoder, null=True, verbose_name='after')),
                ('measured_at', models.DateTimeField(blank=True, null=True, verbose_name='measured at')),
                ('found_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='found at')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'improvement',
                'verbose_name_plural': 'improvements',
                'permissions': [('decide_improvement', 'Can decide about an improvement')],
            },
        ),
        migrations.CreateModel(
            name='ImprovementEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('public_id', models.UUIDField(default=crm.ids.new_id, editable=False)),
                ('signal', models.CharField(choices=[('off-target', 'Off its target'), ('repeated', 'Contacts come back'), ('complaints', 'Complaints pile up'), ('seen', 'Seen by somebody')], max_length=12, verbose_name='signal')),
                ('measure', models.CharField(max_length=40, verbose_name='figure')),
                ('slice', models.JSONField(blank=True, default=dict, verbose_name='of')),
                ('title', models.CharField(max_length=200, verbose_name='what was noticed')),
                ('evidence', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name='what the figure said')),
                ('state', models.CharField(choices=[('open', 'To be looked into'), ('planned', 'Proposed'), ('agreed', 'Agreed'), ('changed', 'Changed, effect awaited'), ('measured', 'Measured'), ('rejected', 'Not pursued')], default='open', max_length=10, verbose_name='state')),
                ('cause', models.TextField(blank=True, verbose_name='cause')),
                ('change', models.TextField(blank=True, verbose_name='change')),
                ('expected', models.FloatField(blank=True, null=True, verbose_name='expected value')),
                ('weeks', models.PositiveSmallIntegerField(default=4, verbose_name='measured over, weeks')),
                ('decision_note', models.CharField(blank=True, max_length=300, verbose_name='why so decided')),
                ('decided_by', models.CharField(blank=True, max_length=150, verbose_name='decided by')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided at')),
                ('change_made', models.CharField(blank=True, max_length=300, verbose_name='what was done')),
                ('changed_at', models.DateTimeField(blank=True, null=True, verbose_name='changed at')),
                ('before', models.JSONField(blank=True, encoder=django.core.serializers.json.DjangoJSONEncoder, null=True, verbose_name='before')),
                ('after', models.JSONField(blank=True, encoder=django.core.serializers.json.DjangoJSONEncoder, null=True, verbose_name='after')),
                ('measured_at', models.DateTimeField(blank=True, null=True, verbose_name='measured at')),
                ('found_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='found at')),
                ('owner', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='interactions.improvement')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddIndex(
            model_name='improvement',
            index=models.Index(condition=models.Q(('state', 'changed')), fields=['changed_at'], name='improvement_to_measure'),
        ),
        migrations.AddConstraint(
            model_name='improvement',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['open', 'planned', 'agreed', 'changed'])), fields=('signal', 'measure', 'slice'), name='improvement_once_while_it_lasts'),
        ),
        migrations.AddConstraint(
            model_name='improvement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'rejected'), _negated=True), models.Q(('decision_note', ''), _negated=True), _connector='OR'), name='improvement_rejected_means_reasoned'),
        ),
        migrations.AddConstraint(
            model_name='improvement',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['open', 'rejected']), models.Q(models.Q(('cause', ''), _negated=True), models.Q(('change', ''), _negated=True), ('expected__isnull', False)), _connector='OR'), name='improvement_proposed_means_explained'),
        ),
        migrations.AddConstraint(
            model_name='improvement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['changed', 'measured']), _negated=True), models.Q(models.Q(('change_made', ''), _negated=True), ('before__isnull', False), ('changed_at__isnull', False)), _connector='OR'), name='improvement_changed_means_linked_and_measured_before'),
        ),
        migrations.AddConstraint(
            model_name='improvement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'measured'), _negated=True), models.Q(('after__isnull', False), ('measured_at__isnull', False)), _connector='OR'), name='improvement_measured_means_compared'),
        ),
        migrations.AddConstraint(
            model_name='improvement',
            constraint=models.CheckConstraint(condition=models.Q(('weeks__gte', 1), ('weeks__lte', 26)), name='improvement_over_some_weeks'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='improvement',
            trigger=pgtrigger.compiler.Trigger(name='changed_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "interactions_improvementevent" ("after", "before", "cause", "change", "change_made", "changed_at", "decided_at", "decided_by", "decision_note", "evidence", "expected", "found_at", "id", "measure", "measured_at", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "signal", "slice", "state", "title", "weeks") VALUES (OLD."after", OLD."before", OLD."cause", OLD."change", OLD."change_made", OLD."changed_at", OLD."decided_at", OLD."decided_by", OLD."decision_note", OLD."evidence", OLD."expected", OLD."found_at", OLD."id", OLD."measure", OLD."measured_at", OLD."owner_id", _pgh_attach_context(), NOW(), \'changed\', OLD."id", OLD."public_id", OLD."signal", OLD."slice", OLD."state", OLD."title", OLD."weeks"); RETURN NULL;', hash='2a9209989a556ef4f96d18b3b8e2522f3fb20de1', operation='UPDATE', pgid='pgtrigger_changed_update_827b6', table='interactions_improvement', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='improvement',
            trigger=pgtrigger.compiler.Trigger(name='removed_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "interactions_improvementevent" ("after", "before", "cause", "change", "change_made", "changed_at", "decided_at", "decided_by", "decision_note", "evidence", "expected", "found_at", "id", "measure", "measured_at", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "signal", "slice", "state", "title", "weeks") VALUES (OLD."after", OLD."before", OLD."cause", OLD."change", OLD."change_made", OLD."changed_at", OLD."decided_at", OLD."decided_by", OLD."decision_note", OLD."evidence", OLD."expected", OLD."found_at", OLD."id", OLD."measure", OLD."measured_at", OLD."owner_id", _pgh_attach_context(), NOW(), \'removed\', OLD."id", OLD."public_id", OLD."signal", OLD."slice", OLD."state", OLD."title", OLD."weeks"); RETURN NULL;', hash='938be50ec88cb3515caa1459263500678b70ac7f', operation='DELETE', pgid='pgtrigger_removed_delete_e46a6', table='interactions_improvement', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='improvementevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='df7d1f237253f93682a5eafb583b6171e62849ca', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_bbc5e', table='interactions_improvementevent', when='BEFORE')),
        ),
    ]
