"""Clusters members into the segments of a model version and writes them to disk and database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import scipy.sparse as sp
from django.db import transaction
from django.utils.translation import gettext_noop
from numpy.typing import NDArray

from accounts.models import ListEntry
from catalog.models import Tag
from recommendations.artifact_store import segments_folder
from recommendations.engine.data.interactions import Histories, IdMap, Interactions
from recommendations.engine.member_list import MemberList
from recommendations.engine.ranking import top_franchises
from recommendations.engine.segments import Segments, fit_segments
from recommendations.inputs.member_lists import EXPERIENCED, member_lists
from recommendations.inputs.title_features import title_features
from recommendations.inputs.title_rules import title_rules
from recommendations.models import MemberSegment, ModelVersion, Segment
from recommendations.publishing import copy_binary as binary

FAVOURITES = 12  # titles stored per segment
TRAITS_IN_NAME = 2  # at least
MEMBERS_AT_ONCE = 2000


def publish_segments(
    version: ModelVersion, train: Interactions, progress: Callable[[str], None] = lambda step: None
) -> None:
    """Fit segments to the training members and write them for the version. Safe to repeat.

    Call before activating the version. Writes nothing if there are too few members to cluster.
    """
    progress("clustering members into segments")
    features = train.features or title_features(train.items)
    segments = fit_segments(replace(train, features=features), version.seed)
    if segments is None:
        return
    segments.save(segments_folder(version))
    names = segment_names(_decent_traits(segments))
    with transaction.atomic():
        _write_segments(version, segments, names, train.items)
        _write_members(version, segments, train.items)
    progress(f"{len(names)} segments: {', '.join(names)}")


def assign_members(segments: Segments, members: Sequence[MemberList]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return (n,) segment numbers and (n, 2) map positions."""
    lengths = [len(member.items) for member in members]
    rows = np.repeat(np.arange(len(members)), lengths)
    columns = np.concatenate([member.items for member in members])
    shape = (len(members), segments.arrays["favourites"].shape[1])
    return segments.assign(Histories(sp.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)))


def segment_names(traits: Sequence[Sequence[str]]) -> list[str]:
    """Return names such as "Mecha & Sci-Fi": each segment's strongest traits, enough to make the name unique.

    >>> segment_names([("Mecha", "Space", "War"), ("Mecha", "Space", "Kids"), ()])
    ['Mecha & Space', 'Mecha & Space & Kids', 'A bit of everything']
    """
    names: list[str] = []
    for number, own in enumerate(traits, 1):
        candidates = [" & ".join(own[:length]) for length in range(min(TRAITS_IN_NAME, len(own)), len(own) + 1)]
        candidates += [gettext_noop("A bit of everything"), f"Segment {number}"]  # translated on display
        names.append(next(name for name in candidates if name and name not in names))
    return names


def _decent_traits(segments: Segments) -> list[list[str]]:
    """Return each segment's traits without adult tags, because anyone can see the map."""
    adult = set(Tag.objects.filter(is_adult=True).values_list("name", flat=True))
    return [[trait for trait in own if trait not in adult] for own in segments.traits]


def _write_segments(version: ModelVersion, segments: Segments, names: Sequence[str], items: IdMap) -> None:
    Segment.objects.filter(version=version).delete()
    traits, centres = _decent_traits(segments), segments.centres_on_map().tolist()
    favourites = _favourites(segments, items)
    Segment.objects.bulk_create(
        Segment(
            version=version, number=number, name=names[number], traits=traits[number],
            size=int(segments.arrays["size"][number]), x=centres[number][0], y=centres[number][1],
            title_ids=favourites[number],
        )
        for number in range(len(segments))
    )  # fmt: skip


def _favourites(segments: Segments, items: IdMap) -> list[list[int]]:
    """Return title ids of each segment's distinctive franchises, by entry point.

    Distinctiveness: the segment's share, times the log of its ratio to the mean share of all segments.
    """
    shares = segments.arrays["favourites"].astype(np.float64)
    mean = shares.mean(0)
    lift = np.divide(shares, mean, out=np.ones_like(shares), where=(shares > 0) & (mean > 0))
    distinctiveness = shares * np.log(lift)
    rules = title_rules(items)
    allowed = rules.recommendable & ~rules.adult
    return [items.ids[top_franchises(scores, allowed, rules, FAVOURITES)[0]].tolist() for scores in distinctiveness]


def _write_members(version: ModelVersion, segments: Segments, items: IdMap) -> None:
    MemberSegment.objects.filter(version=version).delete()
    listed = ListEntry.objects.filter(EXPERIENCED).order_by("user_id").values_list("user_id", flat=True).distinct()
    user_ids = list(listed)
    for start in range(0, len(user_ids), MEMBERS_AT_ONCE):
        members = list(member_lists(items, user_ids[start : start + MEMBERS_AT_ONCE]))
        binary.copy_rows(
            MemberSegment, ("version", "user", "segment", "x", "y"), _member_rows(version, segments, members)
        )


def _member_rows(
    version: ModelVersion, segments: Segments, members: Sequence[tuple[int, int, MemberList]]
) -> Iterator[binary.Row]:
    lists = [(user_id, own) for user_id, _, own in members if len(own.items)]
    if not lists:
        return
    segment, xy = assign_members(segments, [own for _, own in lists])
    for (user_id, _), number, (x, y) in zip(lists, segment.tolist(), xy.tolist(), strict=True):
        yield (
            binary.bigint(version.pk), binary.bigint(user_id), binary.smallint(number), binary.real(x), binary.real(y),
        )  # fmt: skip
