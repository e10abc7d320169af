import datetime
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """How long somebody was at a matter, as it was counted and as they corrected it."""

    dependencies = [
        ('interactions', '0009_first_resolves_found'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='reading',
            name='attended_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='counted until'),
        ),
        migrations.AddField(
            model_name='reading',
            name='correction',
            field=models.DurationField(db_default=datetime.timedelta(0), default=datetime.timedelta(0), editable=False, verbose_name='correction'),
        ),
        migrations.AddField(
            model_name='reading',
            name='focus',
            field=models.DurationField(db_default=datetime.timedelta(0), default=datetime.timedelta(0), editable=False, verbose_name='time counted'),
        ),
        migrations.AddConstraint(
            model_name='reading',
            constraint=models.CheckConstraint(condition=models.Q(('correction__gte', django.db.models.expressions.CombinedExpression(models.Value(datetime.timedelta(0)), '-', models.F('focus')))), name='reading_time_is_none_or_more'),
        ),
    ]
