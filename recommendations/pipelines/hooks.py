from typing import Any

from django.db import connection
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from accounts.events import Event, register_event
from accounts.personal_data import register_personal_data
from accounts.tokens.scopes import register_scope
from catalog.titles.merging import register_join, title_merging
from recommendations.models import MemberRecommendations, MemberSegment, SimilarTitles
from recommendations.pipelines import tasks  # noqa: F401  (connects the list_changed receiver)

TABLES_OF_IDS = (
    ("recommendations_memberrecommendations", "title_ids"),
    ("recommendations_similartitles", "similar_ids"),
    ("recommendations_segment", "title_ids"),
)

register_join(SimilarTitles)
register_scope("read:recommendations", _("Read my recommendations, moods and taste profile"))
register_event(Event("recommendations.updated", _("I get new recommendations"), coalesces=True))
register_personal_data(
    "computed_recommendations",
    lambda user: MemberRecommendations.objects.filter(user=user),
    *("computed_at", "n_inputs", "title_ids", "predicted"),
)
register_personal_data("segments", lambda user: MemberSegment.objects.filter(user=user), "segment", "x", "y")


@receiver(title_merging, dispatch_uid="recommendations_of_merged_titles")
def replace_in_tables(kept_id: int, dropped_id: int, **_: Any) -> None:
    """Recommend the title that remains, where it isn't recommended already. The next rebuild knows only that one."""
    with connection.cursor() as cursor:
        for table, column in TABLES_OF_IDS:
            cursor.execute(
                f"UPDATE {table} SET {column} = array_replace({column}, %s, %s)"
                f" WHERE %s = ANY({column}) AND NOT %s = ANY({column})",
                [dropped_id, kept_id, dropped_id, kept_id],
            )
        cursor.execute(
            "UPDATE recommendations_memberrecommendations SET reason_ids = array_replace(reason_ids, %s, %s)"
            " WHERE %s = ANY(reason_ids)",
            [dropped_id, kept_id, dropped_id],
        )
