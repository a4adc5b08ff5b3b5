"""The only module that writes reports and moderation decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext

from accounts.models import User
from accounts.security.limits import WriteLimit
from anirec.lib.text import require_text
from catalog.models import Title
from social.models import Decision, Notification, Report
from social.models.moderation import TARGETS, Target, author_of
from social.moderation.targets import Act, kind_of, targets
from social.notifications.notifying import count_unread, notify

REPORTS = WriteLimit("reports", per_hour=50)


@dataclass(frozen=True)
class Case:
    """A reported object with all its reports."""

    report: Report  # the latest
    reports: list[Report]
    earlier: list[Decision]  # about the same member
    acts: list[tuple[str, str]]
    hint: str = ""  # for a person to weigh


def report(reporter: User, target: Target, reason: str, remark: str = "") -> Report:
    """Save a report. Reporting the same object again replaces the earlier report and reopens it."""
    if author_of(target) == reporter:
        raise ValidationError(gettext("You can’t report your own content. Edit or delete it instead."))
    draft = Report(reporter=reporter, reason=reason, remark=remark, **{kind_of(target): target})
    draft.clean_fields(exclude=["reporter", *TARGETS])
    require_text(remark, "remark")
    REPORTS.consume(reporter)
    key: dict[str, Any] = {"reporter": reporter, kind_of(target): target}
    values = {"reason": reason, "remark": remark, "is_settled": False}
    return Report.objects.update_or_create(**key, defaults=values)[0]


def decide(staff: User, target: Target, act: str, reason: str) -> Decision:
    """Carry out an action, record it, and settle all reports of the object; all or nothing.

    The author is notified unless nothing was done.
    """
    kind, author = kind_of(target), author_of(target)
    if act not in targets()[kind].acts:
        raise ValidationError(gettext("Action not available here. Choose another one."))
    if act == Act.SUSPEND and author.is_staff:
        raise ValidationError(gettext("Staff accounts can’t be suspended. Remove their staff rights first."))
    thing = {} if kind == "member" else {kind: target}
    with transaction.atomic():
        decision = Decision(staff=staff, member=author, act=act, reason=reason, what=f"{kind} {target.pk}", **thing)
        decision.clean_fields(exclude=["staff", *TARGETS])
        decision.save()
        _carry_out(target, author, Act(act))
        Report.objects.filter(**{kind: target}, is_settled=False).update(is_settled=True)
        if act != Act.LEAVE:
            notify(author, "moderation", None, decision)
    return decision


def open_cases(kind: str = "", *, is_settled: bool = False) -> QuerySet[Report]:
    """Return the latest report of each object, newest first: open ones, or settled ones."""
    reports = Report.objects.filter(is_settled=is_settled)
    if kind in TARGETS:
        reports = reports.filter(**{f"{kind}__isnull": False})
    last = reports.order_by(*(f"{name}_id" for name in TARGETS), "-pk").distinct(*(f"{name}_id" for name in TARGETS))
    return Report.objects.filter(pk__in=last.values("pk")).order_by("-pk")


def cases_of(reports: Sequence[Report]) -> list[Case]:
    """Return the cases of these reports, with a constant number of queries."""
    titles = Prefetch("title", Title.objects.for_cards())
    related = [path for target in targets().values() for path in target.related]
    read = Report.objects.select_related("member", *related).prefetch_related(
        *(Prefetch(f"{target.name}__title", titles.queryset) for target in targets().values() if target.has_title),
        *(path for target in targets().values() for path in target.lists),
    )
    by_id = read.in_bulk([one.pk for one in reports])
    same: dict[tuple[str, int], list[Report]] = {}
    for one in _of_the_same(list(by_id.values())):
        same.setdefault((one.kind, one.target_id), []).append(one)
    earlier: dict[int | None, list[Decision]] = {}
    authors = {one.author.pk for one in by_id.values()}
    for decision in Decision.objects.filter(member__in=authors).select_related("staff"):
        earlier.setdefault(decision.member_id, []).append(decision)
    hints = _hints(list(by_id.values()))
    return [
        Case(
            one := by_id[item.pk],
            same[(one.kind, one.target_id)],
            earlier.get(one.author.pk, []),
            [(act.value, str(act.label)) for act in targets()[one.kind].acts],
            hints.get((one.kind, one.target_id), ""),
        )
        for item in reports
    ]


def _hints(reports: Sequence[Report]) -> dict[tuple[str, int], str]:
    ids: dict[str, set[int]] = {}
    for one in reports:
        ids.setdefault(one.kind, set()).add(one.target_id)
    return {(kind, pk): hint for kind, pks in ids.items() for pk, hint in targets()[kind].hints(pks).items()}


def target_of(kind: str, pk: int) -> Target | None:
    return targets()[kind].model._default_manager.filter(pk=pk).first() if kind in targets() else None


def _of_the_same(reports: Sequence[Report]) -> QuerySet[Report]:
    matches = Report.objects.none()
    for name in TARGETS:
        ids = [pk for one in reports if (pk := getattr(one, f"{name}_id"))]
        matches = matches | Report.objects.filter(**{f"{name}__in": ids})
    return matches.select_related("reporter").order_by("-pk")


def _carry_out(target: Target, author: User, act: Act) -> None:
    if act in (Act.SUSPEND, Act.REINSTATE):
        User.objects.filter(pk=author.pk).update(is_active=act == Act.REINSTATE)
    elif act in (Act.TAKE_DOWN, Act.PUT_BACK):
        targets()[kind_of(target)].set_removed(target, act == Act.TAKE_DOWN)
    unread = Notification.objects.filter(actor=author, is_read=False).order_by()
    for recipient_id in unread.values_list("recipient", flat=True).distinct():
        count_unread(recipient_id)  # their notifications may have disappeared or reappeared
