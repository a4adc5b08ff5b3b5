"""A member's own watch plans in their export: the titles, but not the participants."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError

from accounts.models import User
from accounts.portability.items import exported_title, ids_of, moment_of, titles_by_id
from social.models.plans import PlanTitle
from social.plans import planning as plans


def export_plans(user: User) -> list[dict[str, Any]]:
    own = user.own_plans.prefetch_related("titles__title__external_ids").order_by("name", "pk")
    return [
        {
            "name": plan.name,
            "note": plan.note,
            "starts_at": plan.starts_at.isoformat() if plan.starts_at else None,
            "titles": [_exported(row) for row in sorted(plan.titles.all(), key=lambda row: (row.added_at, row.pk))],
        }
        for plan in own
    ]


def restore_plans(user: User, items: list[Any]) -> list[int]:
    """Restore plans and return their ids. Existing plans with the same name are unchanged."""
    names, plan_ids = set(user.own_plans.values_list("name", flat=True)), []
    for item in items:
        if not isinstance(item, dict) or not isinstance(item.get("name"), str) or item["name"].strip() in names:
            continue
        try:
            plan = _restored(user, item)
        except ValidationError:
            continue
        names.add(plan.name)
        plan_ids.append(plan.pk)
    return plan_ids


def undo_plans(user: User, plan_ids: list[int]) -> None:
    user.own_plans.filter(pk__in=plan_ids).delete()


def _exported(row: PlanTitle) -> dict[str, Any]:
    return {"title": exported_title(row.title), "is_watched": row.watched_at is not None}


def _restored(user: User, item: dict[str, Any]) -> Any:
    titles = item.get("titles")
    items = titles if isinstance(titles, list) else []
    rows = [row for row in items if isinstance(row, dict) and ids_of(row.get("title"))][: plans.MOST_TITLES]
    by_id = titles_by_id({key for row in rows for key in ids_of(row["title"])})
    watched = {}
    for row in rows:
        for key in ids_of(row["title"]):
            if key in by_id:
                watched[by_id[key]] = row.get("is_watched") is True
    plan = plans.make_plan(
        user, item["name"], note=_text(item.get("note")), starts_at=moment_of(item.get("starts_at")), titles=watched
    )
    for proposed in plan.titles.all():
        plans.mark_watched(proposed, watched[proposed.title])
    return plan


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
