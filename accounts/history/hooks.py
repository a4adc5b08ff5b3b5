from accounts.models import EntryChange
from accounts.personal_data import register_personal_data

register_personal_data(
    "list history",
    lambda user: EntryChange.objects.filter(user=user),
    *("title_id", "title__name", "at", "status_before", "status", "progress_before", "progress"),
    *("score_before", "score", "watched", "others"),
)
