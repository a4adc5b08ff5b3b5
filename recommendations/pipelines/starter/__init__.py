"""The starter model of a new site: trained on public lists, shipped with the code, mapped to the catalogue."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from catalog.titles.external_ids import title_ids_by_mal
from recommendations.artifact_store import artifact_folder, readable_recommender
from recommendations.engine.data.interactions import IdMap, Interactions
from recommendations.engine.recommender import Recommender
from recommendations.engine.starter import unpack
from recommendations.inputs.extract import training_data
from recommendations.models import ModelVersion
from recommendations.pipelines.segments import publish_segments
from recommendations.publishing.publish import Progress, publish

FILE = Path(__file__).parent / "weights.npz"


def starter_recommender() -> Recommender:
    """Load the starter model, limited to titles in this catalogue."""
    return unpack(FILE, title_ids_by_mal())


def publish_starter(progress: Progress = lambda step: None) -> ModelVersion | None:
    """Publish the starter model if nothing better is active and the catalogue has titles it covers.

    Returns the new version, or None if the site's own model or a starter with the same titles is active. An active
    model that can't be read, for example from an older release, counts as none.
    """
    active = ModelVersion.active()
    serving = readable_recommender(active)
    if active is not None and serving is not None and active.kind == ModelVersion.Kind.SITE:
        return None
    recommender = starter_recommender()
    if not len(recommender.items) or (serving is not None and serving.items == recommender.items):
        return None
    version = ModelVersion.objects.create(kind=ModelVersion.Kind.STARTER, message="shipped with anirec")
    recommender.save(artifact_folder(version), {"version": version.pk, "kind": "starter"})
    publish_segments(version, _known_lists(recommender.items), progress)
    publish(version, recommender, progress)
    return version


def _known_lists(items: IdMap) -> Interactions:
    """Return all lists of the site as rows of `items`: those of synthetic members too, so that a new site has a map."""
    lists = training_data(include_synthetic=True).interactions
    at = items.index_of(lists.items.ids)
    known = lists.where(at[lists.item_index] >= 0)
    return replace(known, items=items, item_index=at[known.item_index].astype(np.int32))
