"""Titles by streaming service: of one, or of those that the viewer has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from django.utils.translation import gettext_lazy as _

from catalog.index.titles import Mask, TitleIndex, title_index
from catalog.models import Service
from catalog.viewers import Viewer

MY_SERVICES = "mine"
SERVICES = [(MY_SERVICES, _("On my services")), *Service.choices]


def services_mask(index: TitleIndex, services: Iterable[str], viewer: Viewer) -> Mask:
    """Return the titles on any of the services. MY_SERVICES are those that the viewer has: none for visitors."""
    own = getattr(viewer, "streaming_services", None) or ()
    slugs = {slug for one in services for slug in (own if one == MY_SERVICES else [one])}
    masks = [index.services.having(slug) for slug in slugs if slug in index.services.at]
    return np.logical_or.reduce([np.zeros(len(index.ids), dtype=bool), *masks])


def on_service(title_ids: Sequence[int], service: str, viewer: Viewer) -> list[int]:
    """Return those of the titles that are on a service, in the same order."""
    index = title_index()
    mask = services_mask(index, [service], viewer)
    return [pk for pk in title_ids if mask[index.places_of([pk])].any()]


def service_choices(title_ids: Sequence[int], viewer: Viewer) -> list[tuple[str, Any, int]]:
    """Return (service, label, number of titles) of each service that any of the titles is on."""
    index = title_index()
    places = index.places_of(title_ids)
    n = {value: int(services_mask(index, [value], viewer)[places].sum()) for value, _label in SERVICES}
    return [(value, label, n[value]) for value, label in SERVICES if n[value]]
