from django.db import migrations, models


class Migration(migrations.Migration):
    """A visit in a matter that is open keeps its own shop, desk and number."""

    dependencies = [("interactions", "0019_held_files")]

    operations = [
        migrations.AddField(
            model_name="message",
            name="visit",
            field=models.JSONField(blank=True, null=True, verbose_name="visit"),
        ),
    ]
