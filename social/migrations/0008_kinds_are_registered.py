from django.db import migrations, models


class Migration(migrations.Migration):
    """Only what Django knows of the columns: the kinds are registered by their subjects now."""

    dependencies = [("social", "0007_tips")]

    operations = [
        migrations.AlterField(
            model_name="notification",
            name="kind",
            field=models.CharField(help_text="One of `social.notifications.kinds`.", max_length=12),
        ),
        migrations.AlterField(model_name="notificationchoice", name="kind", field=models.CharField(max_length=12)),
    ]
