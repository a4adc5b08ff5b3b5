from typing import Any

from django.db import connection
from django.dispatch import receiver

from accounts.personal_data import register_personal_data
from catalog.titles.merging import register_join, title_merging
from recommendations.models import ActiveDay, PredictionOutcome

ADD_SHOWN = """
    INSERT INTO recommendations_showntitle (day, widget, title_id, is_synthetic, shown)
    SELECT day, widget, %s, is_synthetic, shown FROM recommendations_showntitle WHERE title_id = %s
    ON CONFLICT (day, is_synthetic, widget, title_id)
    DO UPDATE SET shown = recommendations_showntitle.shown + excluded.shown
"""
DELETE_SHOWN = "DELETE FROM recommendations_showntitle WHERE title_id = %s"

register_join(PredictionOutcome)

register_personal_data("active_days", lambda user: ActiveDay.objects.filter(member=user), "day")
register_personal_data(
    "predictions",
    lambda user: PredictionOutcome.objects.filter(user=user),
    *("title__name", "predicted", "score", "at"),
)


@receiver(title_merging, dispatch_uid="statistics_of_merged_titles")
def move_statistics(kept_id: int, dropped_id: int, **_: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(ADD_SHOWN, [kept_id, dropped_id])
        cursor.execute(DELETE_SHOWN, [dropped_id])
