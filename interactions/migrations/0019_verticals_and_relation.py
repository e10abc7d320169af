from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [('interactions', '0018_completed_by')]

    operations = [
        migrations.AddConstraint(
            model_name='interaction',
            constraint=models.CheckConstraint(condition=models.Q(('verticals__contained_by', ['fulfilment', 'assurance', 'billing'])), name='interaction_verticals_known'),
        ),
        migrations.AddConstraint(
            model_name='interaction',
            constraint=models.CheckConstraint(condition=models.Q(('customer__isnull', False), models.Q(('source', ''), _negated=True), _connector='OR'), name='interaction_relates_to_something'),
        ),
    ]
