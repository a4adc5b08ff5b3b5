"""Reports, and what is decided about them: the one door for both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext

from accounts.models import User
from anirec.lib.text import require_text
from catalog.models import Title
from social.models import Decision, Notification, Report
from social.models.moderation import TARGETS, Target, author_of
from social.moderation.targets import Act, kind_of, targets
from social.notifications.notifying import count_unread, notify


@dataclass(frozen=True)
class Case:
    """A thing that was reported, with all that was said against it."""

    report: Report  # the last one
    reports: list[Report]
    earlier: list[Decision]  # about the same member
    acts: list[tuple[str, str]]


def report(reporter: User, target: Target, reason: str, remark: str = "") -> Report:
    """Reported again, the report says what was said last, and is open again."""
    if author_of(target) == reporter:
        raise ValidationError(gettext("You can’t report your own content. Edit or delete it instead."))
    said = Report(reporter=reporter, reason=reason, remark=remark, **{kind_of(target): target})
    said.clean_fields(exclude=["reporter", *TARGETS])
    require_text(remark, "remark")
    of: dict[str, Any] = {"reporter": reporter, kind_of(target): target}
    values = {"reason": reason, "remark": remark, "is_settled": False}
    return Report.objects.update_or_create(**of, defaults=values)[0]


def decide(staff: User, target: Target, act: str, reason: str) -> Decision:
    """Do it, write it down, settle every report of it, and tell the author why; all or nothing."""
    kind, author = kind_of(target), author_of(target)
    if act not in targets()[kind].acts:
        raise ValidationError(gettext("Action not available here. Choose another one."))
    if act == Act.SUSPEND and author.is_staff:
        raise ValidationError(gettext("Staff accounts can’t be suspended. Remove their staff rights first."))
    thing = {} if kind == "member" else {kind: target}
    with transaction.atomic():
        made = Decision(staff=staff, member=author, act=act, reason=reason, what=f"{kind} {target.pk}", **thing)
        made.clean_fields(exclude=["staff", *TARGETS])
        made.save()
        _carry_out(target, author, Act(act))
        Report.objects.filter(**{kind: target}, is_settled=False).update(is_settled=True)
        if act != Act.LEAVE:
            notify(author, "moderation", None, made)
    return made


def open_cases(kind: str = "", *, is_settled: bool = False) -> QuerySet[Report]:
    """The last report of each thing, the last first."""
    reports = Report.objects.filter(is_settled=is_settled)
    if kind in TARGETS:
        reports = reports.filter(**{f"{kind}__isnull": False})
    last = reports.order_by(*(f"{name}_id" for name in TARGETS), "-pk").distinct(*(f"{name}_id" for name in TARGETS))
    return Report.objects.filter(pk__in=last.values("pk")).order_by("-pk")


def cases_of(reports: Sequence[Report]) -> list[Case]:
    """A constant number of queries."""
    titles = Prefetch("title", Title.objects.for_cards())
    related = [path for target in targets().values() for path in target.related]
    read = Report.objects.select_related("member", *related).prefetch_related(
        *(Prefetch(f"{target.name}__title", titles.queryset) for target in targets().values() if target.has_title)
    )
    found = read.in_bulk([one.pk for one in reports])
    same: dict[tuple[str, int], list[Report]] = {}
    for one in _of_the_same(list(found.values())):
        same.setdefault((one.kind, one.target_id), []).append(one)
    earlier: dict[int | None, list[Decision]] = {}
    authors = {one.author.pk for one in found.values()}
    for decision in Decision.objects.filter(member__in=authors).select_related("staff"):
        earlier.setdefault(decision.member_id, []).append(decision)
    return [
        Case(
            one := found[given.pk],
            same[(one.kind, one.target_id)],
            earlier.get(one.author.pk, []),
            [(act.value, str(act.label)) for act in targets()[one.kind].acts],
        )
        for given in reports
    ]


def target_of(kind: str, pk: int) -> Target | None:
    return targets()[kind].model._default_manager.filter(pk=pk).first() if kind in targets() else None


def _of_the_same(reports: Sequence[Report]) -> QuerySet[Report]:
    found = Report.objects.none()
    for name in TARGETS:
        ids = [pk for one in reports if (pk := getattr(one, f"{name}_id"))]
        found = found | Report.objects.filter(**{f"{name}__in": ids})
    return found.select_related("reporter").order_by("-pk")


def _carry_out(target: Target, author: User, act: Act) -> None:
    if act in (Act.SUSPEND, Act.REINSTATE):
        User.objects.filter(pk=author.pk).update(is_active=act == Act.REINSTATE)
    elif act in (Act.TAKE_DOWN, Act.PUT_BACK):
        targets()[kind_of(target)].set_removed(target, act == Act.TAKE_DOWN)
    told = Notification.objects.filter(actor=author, is_read=False).order_by()
    for recipient_id in told.values_list("recipient", flat=True).distinct():
        count_unread(recipient_id)  # what they were told may be gone, or there again
