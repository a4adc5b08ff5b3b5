"""The starter model of a new site: trained on public lists, shipped with the code, mapped to the catalogue."""

from __future__ import annotations

from pathlib import Path

from catalog.titles.external_ids import title_ids_by_mal
from recommendations.artifact_store import artifact_folder, readable_recommender
from recommendations.engine.recommender import Recommender
from recommendations.engine.starter import unpack
from recommendations.models import ModelVersion
from recommendations.pipelines.publish import Progress, publish

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
    publish(version, recommender, progress)
    return version
