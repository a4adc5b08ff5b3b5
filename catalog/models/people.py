from django.db import models


class Studio(models.Model):
    """An animation studio; later also a publisher or developer."""

    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=200, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
