"""Two titles that are one work: all that refers to the one moves to the other, and its addresses lead there.

References by foreign key are found in the models. Where only one row may exist, as one list entry for each member and
title, the model's app registers how two rows become one. Columns without a foreign key follow by `title_merging`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.db import transaction
from django.db.models import Exists, ForeignObjectRel, Model, OuterRef, Q, UniqueConstraint
from django.dispatch import Signal

from anirec.lib.database.locks import CATALOGUE_IMPORT, lock_in_transaction
from catalog.models import Relation, Title, TitleRedirect
from catalog.search.index import refresh_lexemes, refresh_vocabulary
from catalog.versioning import catalogue_changed

title_merging = Signal()
"""Sent in the transaction that merges two titles, before anything moves. Arguments: `kept_id`, `dropped_id`."""

Join = Callable[[Any, Any], None]
_joins: dict[type[Model], Join] = {}
_fixed: set[type[Model]] = set()


def register_join(model: type[Model], join: Join = lambda kept, dropped: None) -> None:
    """Register how two rows of a model become one: `join` saves in `kept` what `dropped` has beyond it."""
    _joins[model] = join


def register_fixed(model: type[Model]) -> None:
    """Register a model whose rows never change: their references to a dropped row become empty."""
    _fixed.add(model)


def merge_titles(kept_id: int, dropped_id: int) -> None:
    """Merge a title into another, in one transaction. Raise Title.DoesNotExist, or ValueError for the same title
    or titles of two media.

    The values of the kept title stay, except where it has none. `catalog.importing` chooses them anew from the records.
    """
    if kept_id == dropped_id:
        raise ValueError(f"title {kept_id} can't be merged into itself")
    with transaction.atomic():
        lock_in_transaction(CATALOGUE_IMPORT)
        titles = Title.objects.select_for_update().in_bulk([kept_id, dropped_id])
        if len(titles) < 2:
            raise Title.DoesNotExist(f"there is no title {kept_id if kept_id not in titles else dropped_id}")
        _require_same_medium(titles[kept_id], titles[dropped_id])
        title_merging.send(Title, kept_id=kept_id, dropped_id=dropped_id)
        between = Q(from_title=kept_id, to_title=dropped_id) | Q(from_title=dropped_id, to_title=kept_id)
        Relation.objects.filter(between).delete()
        _fill_gaps(titles[kept_id], titles[dropped_id])
        _absorb(titles[kept_id], titles[dropped_id])
        Title.objects.filter(pk=kept_id, franchise_entry=kept_id).update(franchise_entry=None)
        TitleRedirect.objects.create(old_id=dropped_id, title_id=kept_id)
        refresh_lexemes([kept_id])
        refresh_vocabulary()
        catalogue_changed()


def redirected(pk: int) -> int | None:
    """Return the id of the title that this one was merged into, or None."""
    return TitleRedirect.objects.filter(old_id=pk).values_list("title_id", flat=True).first()


def _require_same_medium(kept: Title, dropped: Title) -> None:
    if kept.medium != dropped.medium:
        raise ValueError(f"title {dropped.pk} ({dropped.medium}) can't be merged into {kept.pk} ({kept.medium})")


def _fill_gaps(kept: Title, dropped: Title) -> None:
    for field in Title._meta.concrete_fields:
        if field.generated or field.primary_key or field.name == "field_sources":
            continue
        value = getattr(dropped, field.attname)
        if value and not getattr(kept, field.attname):
            setattr(kept, field.attname, value)
            if source := dropped.field_sources.get(field.name):
                kept.field_sources[field.name] = source
    kept.save()


def _absorb(kept: Model, dropped: Model) -> None:
    """Move all references from one row to another of its model, and delete it."""
    for relation in references_to(type(kept)):
        if relation.related_model not in _fixed:
            _move(relation, kept, dropped)
    type(dropped)._base_manager.filter(pk=dropped.pk).delete()


def _move(relation: ForeignObjectRel, kept: Model, dropped: Model) -> None:
    model, name = relation.related_model, relation.field.name
    rows = model._base_manager.filter(**{name: dropped.pk})
    for fields, condition in unique_with(relation):
        others = [field for field in fields if field != name]
        columns = [f"{other}_id" if model._meta.get_field(other).is_relation else other for other in others]
        twins = model._base_manager.filter(condition, **{name: kept.pk})
        same = {other: OuterRef(other) for other in others}
        for row in list(rows.filter(condition).filter(Exists(twins.filter(**same)))):
            twin = twins.get(**{column: getattr(row, column) for column in columns})
            join_of(model)(twin, row)
            _absorb(twin, row)
    rows.update(**{name: kept.pk})


def join_of(model: type[Model]) -> Join:
    """Return how two rows of the model become one. Raise LookupError if that isn't registered."""
    if model._meta.auto_created:  # two rows of a many-to-many table are the same
        return lambda kept, dropped: None
    if model not in _joins:
        raise LookupError(f"{model._meta.label} has no rule for two rows that become one: call register_join")
    return _joins[model]


def references_to(model: type[Model]) -> Iterator[Any]:
    """Yield the foreign keys of other rows to rows of this model."""
    for field in model._meta.get_fields(include_hidden=True):
        if field.auto_created and not field.concrete and (field.one_to_many or field.one_to_one):
            yield field


def unique_with(relation: Any) -> Iterator[tuple[tuple[str, ...], Q]]:
    """Yield the sets of fields, and their condition, that may exist only once and hold the foreign key."""
    model, name = relation.related_model, relation.field.name
    if relation.field.unique:
        yield (name,), Q()
    for fields in model._meta.unique_together:
        if name in fields:
            yield tuple(fields), Q()
    for constraint in model._meta.constraints:
        if isinstance(constraint, UniqueConstraint) and name in constraint.fields:
            yield tuple(constraint.fields), constraint.condition or Q()
