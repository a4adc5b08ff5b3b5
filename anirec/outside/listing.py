"""Pages that search engines may list: all of them visible to guests, and by members whose list is public.

Synthetic members aren't people, so neither they nor their reviews and lists are listed.
"""

from __future__ import annotations

from django.db.models import Exists, Max, OuterRef, QuerySet

from accounts.models import User, Visibility
from catalog.models import Credit, Person, Studio, Title
from catalog.models.titles import Season, TitleQuerySet
from social.custom_lists.visibility import lists_visible_to
from social.models import Review
from social.models.custom_lists import CustomList
from social.visibility import members_visible_to, reviews_visible_to


def listed_titles() -> TitleQuerySet:
    return Title.objects.visible_to(None)


def listed_members() -> QuerySet[User]:
    return members_visible_to(None).filter(list_visibility=Visibility.PUBLIC, is_synthetic=False)


def listed_reviews() -> QuerySet[Review]:
    return reviews_visible_to(None).filter(author__in=listed_members())


def listed_lists() -> QuerySet[CustomList]:
    return lists_visible_to(None).filter(owner__in=listed_members())


def listed_studios() -> QuerySet[Studio]:
    visible = listed_titles().order_by()
    animated = Exists(visible.filter(studios=OuterRef("pk")))
    return Studio.objects.filter(animated | Exists(visible.filter(producers=OuterRef("pk"))))


def listed_people() -> QuerySet[Person]:
    return Person.objects.filter(
        Exists(Credit.objects.filter(person=OuterRef("pk"), title__in=listed_titles().order_by()))
    )


def listed_seasons() -> QuerySet[Title, tuple[int, str, object]]:
    """Return (year, season, last change) of each season that has a title, oldest first."""
    titles = listed_titles().filter(season_year__isnull=False, season__in=Season.values)
    seasons = titles.order_by("season_year", "season").values_list("season_year", "season")
    return seasons.annotate(changed_at=Max("updated_at"))  # type: ignore[return-value]
