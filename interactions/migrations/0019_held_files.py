from django.db import migrations, models


# What was held back before says why in words alone; what is not among them is looked at anew.
_FOUND = """
    UPDATE interactions_attachment SET finding = CASE
        WHEN because LIKE 'The scanner found %' THEN 'malware'
        WHEN because LIKE 'It holds the test file%' THEN 'malware'
        WHEN because LIKE 'The scanner could not%' THEN 'unscanned'
        WHEN because LIKE 'A file of this type%' THEN 'type'
        WHEN because LIKE 'Too large%' THEN 'size'
        WHEN because LIKE 'It is %' OR because LIKE 'It holds %' OR because LIKE 'Unpacked %'
            THEN 'packed'
        ELSE '' END
    WHERE state = 'held'
"""


class Migration(migrations.Migration):
    """What a file was held back for, and who decided about it since."""

    dependencies = [
        ('interactions', '0018_texts_in_doubt'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='attachment',
            options={'permissions': [('release_attachment', 'Can decide about files that were held back')], 'verbose_name': 'attachment', 'verbose_name_plural': 'attachments'},
        ),
        migrations.RemoveConstraint(
            model_name='attachment',
            name='attachment_state_known',
        ),
        migrations.AddField(
            model_name='attachment',
            name='decided_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='decided at'),
        ),
        migrations.AddField(
            model_name='attachment',
            name='decided_by',
            field=models.CharField(blank=True, db_default='', default='', max_length=150, verbose_name='decided by'),
        ),
        migrations.AddField(
            model_name='attachment',
            name='finding',
            field=models.CharField(blank=True, choices=[('malware', 'Malware'), ('unscanned', 'Not scannable'), ('type', 'Type'), ('packed', 'Packed'), ('size', 'Too large')], db_default='', default='', max_length=10, verbose_name='finding'),
        ),
        migrations.AddField(
            model_name='attachment',
            name='reason',
            field=models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='reason'),
        ),
        migrations.AlterField(
            model_name='attachment',
            name='state',
            field=models.CharField(choices=[('clear', 'Can be opened'), ('waiting', 'Being checked'), ('held', 'Held back'), ('deleted', 'Deleted')], default='waiting', max_length=8, verbose_name='state'),
        ),
        migrations.AddIndex(
            model_name='attachment',
            index=models.Index(condition=models.Q(('state', 'held')), fields=['created_at'], name='attachment_held'),
        ),
        migrations.AddIndex(
            model_name='attachment',
            index=models.Index(condition=models.Q(('decided_at__isnull', False)), fields=['decided_at'], name='attachment_decided'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['clear', 'waiting', 'held', 'deleted'])), name='attachment_state_known'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.CheckConstraint(condition=models.Q(('finding', 'malware'), ('state', 'clear'), _negated=True), name='attachment_with_malware_is_not_clear'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.CheckConstraint(condition=models.Q(('decided_at', None), models.Q(models.Q(('decided_by', ''), _negated=True), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='attachment_decided_means_by_whom_and_why'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'deleted'), _negated=True), ('decided_at__isnull', False), _connector='OR'), name='attachment_deleted_means_decided'),
        ),
        migrations.RunSQL(_FOUND, migrations.RunSQL.noop),
    ]
