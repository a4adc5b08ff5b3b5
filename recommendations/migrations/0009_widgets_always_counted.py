import django.db.models.deletion
from django.db import migrations, models

import recommendations.widgets

WIDGETS_OF_EXPERIMENTS = """
UPDATE recommendations_widgetevent event SET widget = experiment.widget
FROM recommendations_experiment experiment WHERE experiment.id = event.experiment_id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("recommendations", "0008_request_totals"),
    ]

    operations = [
        migrations.AddField(
            model_name="widgetevent",
            name="widget",
            field=models.CharField(choices=recommendations.widgets.widget_choices, default="", max_length=20),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="widgetday",
            name="variant",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="recommendations.variant",
            ),
        ),
        migrations.AlterField(
            model_name="widgetevent",
            name="experiment",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="events",
                to="recommendations.experiment",
            ),
        ),
        migrations.AlterField(
            model_name="widgetevent",
            name="variant",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="recommendations.variant",
            ),
        ),
        migrations.RunSQL(WIDGETS_OF_EXPERIMENTS, migrations.RunSQL.noop),
    ]
