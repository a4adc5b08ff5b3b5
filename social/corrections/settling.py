"""The only module that accepts, declines and undoes corrections. What is not possible raises ValidationError."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from accounts.models import User
from anirec.lib.database.locks import CATALOGUE_IMPORT, try_lock_in_transaction
from catalog.franchises.grouping import refresh_franchises
from catalog.importing.composing import OF_FRANCHISES
from catalog.importing.corrections import recompose
from catalog.importing.precedence import STAFF
from catalog.models import Title, TitleName
from catalog.search.index import refresh_words
from catalog.search.keys import search_key
from catalog.versioning import catalogue_changed
from social.corrections.fields import NAMES, from_text, parse, text_of
from social.models import Correction
from social.notifications.notifying import notify

State = Correction.State


@transaction.atomic
def accept(staff: User, correction_id: int, value: str) -> Correction:
    """Give the title the value, as suggested or edited. No import overwrites it."""
    correction = _locked(correction_id, State.OPEN)
    field, text = correction.field, parse(correction.field, value)
    title = _locked_title(correction)
    correction.previous, correction.accepted = text_of(title, field), text
    correction.previous_source = title.field_sources.get(field, "")
    _settle(correction, State.ACCEPTED, staff)
    _write(title, field, text, STAFF)
    return correction


@transaction.atomic
def decline(staff: User, correction_id: int, reason: str) -> Correction:
    """Decline a suggestion, with a reason for the member who made it."""
    correction = _locked(correction_id, State.OPEN)
    correction.reason = reason
    _settle(correction, State.DECLINED, staff)
    return correction


@transaction.atomic
def undo(staff: User, correction_id: int, reason: str) -> Correction:
    """Undo an accepted correction: the field has its former value again, and follows its sources."""
    correction = _locked(correction_id, State.ACCEPTED)
    field, title = correction.field, _locked_title(correction)
    correction.title = title
    if not can_be_undone(correction):
        raise ValidationError(gettext("This field has changed since. Edit the title in the administration."))
    correction.reason = reason
    _settle(correction, State.UNDONE, staff)
    if field in NAMES:  # otherwise it would stay as a synonym, unless a source has it
        TitleName.objects.filter(title=title, key=search_key(correction.accepted)).delete()
    _write(title, field, correction.previous, correction.previous_source)
    return correction


def can_be_undone(correction: Correction) -> bool:
    """Return whether the title still has the value that was accepted."""
    title, field = correction.title, correction.field
    is_from_staff = title.field_sources.get(field) == STAFF
    return correction.state == State.ACCEPTED and is_from_staff and text_of(title, field) == correction.accepted


def _locked(correction_id: int, state: State) -> Correction:
    corrections = Correction.objects.select_for_update(of=("self",)).select_related("reporter")
    correction = corrections.get(pk=correction_id)
    if correction.state != state:
        raise ValidationError(
            gettext("This correction is already settled: %(state)s.") % {"state": correction.get_state_display()}
        )
    return correction


def _locked_title(correction: Correction) -> Title:
    """Return the title. An import would write it from what it read before."""
    if not try_lock_in_transaction(CATALOGUE_IMPORT):
        raise ValidationError(gettext("Titles are being imported. Try again in a minute."))
    return Title.objects.select_for_update().get(pk=correction.title_id)


def _settle(correction: Correction, state: State, staff: User) -> None:
    correction.state, correction.settled_by, correction.settled_at = state, staff, timezone.now()
    correction.clean_fields(exclude=["reporter", "settled_by", "title"])
    correction.save()
    if correction.reporter:
        notify(correction.reporter, "correction", None, correction)


def _write(title: Title, field: str, text: str, source: str) -> None:
    """Write a field and its source, and derive again what depends on it: names, status, franchises."""
    setattr(title, field, from_text(field, text))
    title.field_sources.pop(field, None)
    if source:
        title.field_sources[field] = source
    title.save(update_fields=[field, "field_sources", "updated_at"])
    recompose([title.pk])
    if field in NAMES:
        refresh_words([title.pk])
    if field in OF_FRANCHISES:
        refresh_franchises()
    catalogue_changed()
