from secrets import token_urlsafe

from django.conf import settings
from django.db import models
from django.urls import reverse


def new_token() -> str:
    return token_urlsafe(24)


class CalendarFeed(models.Model):
    """The secret URL of a member's airing calendar, for calendar apps."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="calendar_feed")
    token = models.CharField(max_length=64, unique=True, default=new_token)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.user_id}"

    def get_absolute_url(self) -> str:
        return reverse("catalog:calendar_feed", args=[self.token])
