from django.db import migrations


class Migration(migrations.Migration):
    """The model has another name; its table keeps the old one, so that nothing in the database changes."""

    dependencies = [("accounts", "0008_tips_from")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameModel("KeptAnswer", "StoredResponse"),
                migrations.AlterModelTable("storedresponse", "accounts_keptanswer"),
            ]
        )
    ]
