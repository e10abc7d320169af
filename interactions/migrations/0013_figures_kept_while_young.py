import django.db.models.functions.datetime
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('interactions', '0012_figures_of_every_table'),
    ]

    operations = [
        # Worked out again when they are asked for next.
        migrations.RunSQL('DELETE FROM interactions_keptfigure', migrations.RunSQL.noop),
        migrations.AddField(
            model_name='keptfigure',
            name='final_at',
            field=models.DateTimeField(default=django.utils.timezone.now, verbose_name='final from'),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name='keptfigure',
            name='kept_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='worked out at'),
        ),
        migrations.AddField(
            model_name='touchedtime',
            name='noted_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='noted at'),
        ),
        migrations.RemoveField(
            model_name='touchedtime',
            name='applied_at',
        ),
    ]
