"""What the catalogue says beside what the rehearsed sources say."""

from __future__ import annotations

from collections.abc import Iterable

from anirec.rehearsal.world import WorldTitle
from catalog.models import ExternalId, Title


def differences(titles: Iterable[WorldTitle], *, has_slots: bool) -> list[str]:
    """Describe each title that is missing from the catalogue or differs there. has_slots: compare air times, too."""
    titles = list(titles)
    ids = ExternalId.objects.filter(provider="mal", medium="anime", value__in=[str(title.id) for title in titles])
    found = {int(one.value): one.title for one in ids.select_related("title")}
    return [
        f"{title.name} ({title.id}): {what}"
        for title in titles
        if (what := _difference(title, found.get(title.id), has_slots))
    ]


def _difference(title: WorldTitle, found: Title | None, has_slots: bool) -> str:
    if found is None:
        return "missing"
    expected = {
        "name": title.name, "status": title.status, "season": title.season.name, "season_year": title.season.year,
    }  # fmt: skip
    if title.episodes:
        expected["episodes"] = title.episodes
    if has_slots:
        expected |= {"broadcast_day": title.weekday, "broadcast_time": f"{title.hour:02}:{title.minute:02}:00"}
    actual = {name: getattr(found, name) for name in expected}
    if has_slots:
        actual["broadcast_time"] = str(found.broadcast_time)
    return "; ".join(
        f"{name} {actual[name]!r}, not {expected[name]!r}" for name in expected if actual[name] != expected[name]
    )
