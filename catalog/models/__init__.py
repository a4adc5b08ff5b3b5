from catalog.models.broadcasts import Broadcast
from catalog.models.covers import Cover
from catalog.models.feeds import CalendarFeed
from catalog.models.people import Studio
from catalog.models.records import ImportedFile, SourceRecord, SourceScale, TitleRedirect
from catalog.models.relations import ExternalId, Relation
from catalog.models.saved_views import SavedView
from catalog.models.sources import SourceDay, SourceState, StoredAnswer
from catalog.models.tags import Tag
from catalog.models.titles import SearchWord, Title, TitleName

__all__ = [
    "Broadcast", "CalendarFeed", "Cover", "ExternalId", "ImportedFile", "Relation", "SavedView", "SearchWord",
    "SourceDay", "SourceRecord", "SourceScale", "SourceState", "StoredAnswer", "Studio", "Tag", "Title", "TitleName",
    "TitleRedirect",
]  # fmt: skip
