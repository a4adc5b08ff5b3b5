from django.db import models


class Tag(models.Model):
    """A genre, theme, demographic or free tag. One row a word: sources that disagree on its kind are reconciled."""

    class Kind(models.TextChoices):
        GENRE = "genre", "Genre"
        THEME = "theme", "Theme"
        DEMOGRAPHIC = "demographic", "Demographic"
        TAG = "tag", "Tag"

    kind = models.CharField(max_length=12, choices=Kind, db_index=True)
    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=100, unique=True)
    is_adult = models.BooleanField(default=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
