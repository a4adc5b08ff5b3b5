import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import catalog.models.meaning


class Migration(migrations.Migration):
    dependencies = [("catalog", "0011_other_media")]

    operations = [
        migrations.CreateModel(
            name="LookSpace",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("n_covers", models.PositiveIntegerField()),
                ("mean", models.BinaryField()),
                ("axes", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="CoverLook",
            fields=[
                (
                    "title",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="look",
                        serialize=False,
                        to="catalog.title",
                    ),
                ),
                (
                    "digest",
                    models.CharField(help_text="The title’s `cover_digest` when its cover was read.", max_length=32),
                ),
                ("features", models.BinaryField(help_text="Half floats: of the network and of the colours.")),
                (
                    "colours",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=catalog.models.meaning.RealField(),
                        help_text="Lightness (0–100), chroma, shares of warm and of cold colours (0–1).",
                        size=None,
                    ),
                ),
                (
                    "vector",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=catalog.models.meaning.RealField(),
                        help_text="The features, reduced in a `LookSpace`, of length 1.",
                        null=True,
                        size=None,
                    ),
                ),
            ],
        ),
    ]
