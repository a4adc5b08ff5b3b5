from accounts.models import OwnEntry
from accounts.personal_data import register_personal_data

register_personal_data(
    "own_entries",
    lambda user: OwnEntry.objects.filter(user=user),
    *("name", "kind", "ids", "year", "format", "parts", "status", "score", "progress", "volumes"),
    *("started_on", "finished_on", "rewatches", "rewatched_on", "tags", "notes", "visibility"),
    *("created_at", "updated_at"),
)
