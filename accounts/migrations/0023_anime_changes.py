from django.db import migrations, models
from django.db.models import F


def start_with_all_changes(apps, schema_editor) -> None:
    """Until now nearly all lists held only anime."""
    apps.get_model("accounts", "User").objects.update(anime_changes=F("list_version"))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0022_other_media")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="anime_changes",
            field=models.PositiveIntegerField(
                db_default=0,
                default=0,
                editable=False,
                help_text="Counts the list changes that are about anime: what the directory sorts by.",
            ),
        ),
        migrations.RunPython(start_with_all_changes, migrations.RunPython.noop, elidable=True),
    ]
