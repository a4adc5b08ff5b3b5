"""Which titles need a cover, and where it could come from."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When

from catalog.importing.precedence import order_of
from catalog.models import SourceRecord, Title

FIELD = "cover_url"


def due_titles(now: datetime) -> QuerySet[Title]:
    """Return titles whose cover was never asked for, or should be again, most needed first."""
    is_due = Q(cover=None) | Q(cover__check_at__lte=now)
    is_listed = Exists(Title.objects.filter(pk=OuterRef("pk"), entries__isnull=False))
    titles = Title.objects.filter(is_due).exclude(cover_url="")
    lacks_cover = Case(When(cover_digest="", then=0), default=1)
    return titles.order_by(lacks_cover, is_listed.desc(), "-popularity", "pk")


def addresses_for(title: Title) -> list[str]:
    """Return the addresses of the title's cover, the one from the most trusted source first."""
    order = order_of(FIELD)
    records = SourceRecord.objects.filter(title=title, data__has_key=FIELD).values_list("source", f"data__{FIELD}")
    ranked = sorted(records, key=lambda record: (order.get(record[0], len(order)), record[1]))
    urls = [title.cover_url, *(url for _, url in ranked)]
    return list(dict.fromkeys(_secure(url) for url in urls if url))


def _secure(url: str) -> str:
    """Return the address with https: old catalogues name the same hosts without."""
    if settings.COVER_TEST_ORIGIN and url.startswith(settings.COVER_TEST_ORIGIN):
        return url
    return f"https://{url.removeprefix('http://')}" if url.startswith("http://") else url
