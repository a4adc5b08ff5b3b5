from catalog.models.people import Studio
from catalog.models.relations import ExternalId, Relation
from catalog.models.tags import Tag
from catalog.models.titles import SearchWord, Title, TitleName

__all__ = ["ExternalId", "Relation", "SearchWord", "Studio", "Tag", "Title", "TitleName"]
