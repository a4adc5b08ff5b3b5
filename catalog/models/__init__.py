from catalog.models.broadcasts import Broadcast
from catalog.models.covers import Cover
from catalog.models.feeds import CalendarFeed
from catalog.models.looks import CoverLook, CoverMood, LookSpace
from catalog.models.meaning import SynopsisSentence, TitleText
from catalog.models.people import Credit, Person, Studio
from catalog.models.records import ImportedFile, SourceRecord, SourceScale, TitleRedirect
from catalog.models.relations import ExternalId, Relation
from catalog.models.saved_views import SavedView
from catalog.models.sources import SourceDay, SourceState, StoredAnswer
from catalog.models.streams import Service, Stream
from catalog.models.tags import Tag
from catalog.models.titles import SearchWord, Title, TitleName

__all__ = [
    "Broadcast", "CalendarFeed", "Cover", "CoverLook", "CoverMood", "Credit", "ExternalId", "ImportedFile",
    "LookSpace", "Person", "Relation", "SavedView", "SearchWord", "Service", "SourceDay", "SourceRecord",
    "SourceScale", "SourceState", "StoredAnswer", "Stream", "Studio", "SynopsisSentence", "Tag", "Title", "TitleName",
    "TitleRedirect", "TitleText",
]  # fmt: skip
