"""Queries for corrections: a title's history, a member's suggestions, and the staff queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, QuerySet

from accounts.models import User
from catalog.importing.records import date_of, value_of
from catalog.models import SourceRecord, Title
from social.corrections.fields import FIELDS, text_of, to_text
from social.corrections.forms import AcceptForm
from social.corrections.settling import can_be_undone
from social.models import Correction

State = Correction.State


@dataclass(frozen=True)
class Claim:
    """What one source says, and when. is_chosen: the title has this source's value."""

    source: str
    value: str
    as_of: datetime | None
    is_chosen: bool


@dataclass(frozen=True)
class Case:
    """A correction with the title's value now, and what its sources say."""

    correction: Correction
    current: str
    claims: list[Claim]
    form: AcceptForm
    can_be_undone: bool


@dataclass(frozen=True)
class Fact:
    """A field of a title that can be corrected. suggestion: the member's open one."""

    name: str
    value: str
    suggestion: str


def history_of(title: Title) -> QuerySet[Correction]:
    """Return the corrections that changed a title, newest first."""
    settled = title.corrections.filter(state__in=[State.ACCEPTED, State.UNDONE])
    return settled.exclude(accepted=F("previous")).order_by("-settled_at", "-pk")


def facts_of(title: Title, member: User) -> list[Fact]:
    suggested = dict(title.corrections.filter(reporter=member, state=State.OPEN).values_list("field", "value"))
    return [Fact(name, text_of(title, name), suggested.get(name, "")) for name in FIELDS]


def suggestions_by(member: User) -> QuerySet[Correction]:
    """Return a member's suggestions of titles that they can see, newest first."""
    visible = Title.objects.visible_to(member).order_by()
    return member.corrections.filter(title__in=visible).select_related("title").order_by("-pk")


def queue(*, is_settled: bool = False) -> QuerySet[Correction]:
    """Return open corrections, oldest first, or settled ones, newest first."""
    corrections = Correction.objects.select_related("title", "reporter", "settled_by")
    if is_settled:
        return corrections.exclude(state=State.OPEN).order_by("-settled_at", "-pk")
    return corrections.filter(state=State.OPEN).order_by("pk")


def cases_of(corrections: Sequence[Correction]) -> list[Case]:
    """Return what staff need to decide about these corrections, with one query."""
    records: dict[int, list[SourceRecord]] = {}
    for record in SourceRecord.objects.filter(title__in={one.title_id for one in corrections}).order_by("source"):
        records.setdefault(record.title_id, []).append(record)
    return [_case(one, records.get(one.title_id, [])) for one in corrections]


def _case(correction: Correction, records: list[SourceRecord]) -> Case:
    field, title = correction.field, correction.title
    form, current = AcceptForm(correction=correction), text_of(title, field)
    return Case(correction, current, _claims(title, field, records), form, can_be_undone(correction))


def _claims(title: Title, field: str, records: list[SourceRecord]) -> list[Claim]:
    """Return what each record says about the field, and the title's value if it is from none of them."""
    owner = title.field_sources.get(field, "")
    claims = [
        Claim(record.source, to_text(value), date_of(record, field), record.source == owner)
        for record in records
        if (value := value_of(record.data, field)) is not None
    ]
    if owner and not any(claim.is_chosen for claim in claims):
        claims.insert(0, Claim(owner, text_of(title, field), None, True))
    return claims
