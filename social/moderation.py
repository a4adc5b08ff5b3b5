"""Reports, and what is decided about them: the one door for both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext

from accounts import lists
from accounts.models import ListEntry, User, Visibility
from catalog.models import Title
from social.models import Comment, Decision, Notification, Report, Review, Tip
from social.models.moderation import TARGETS, Target, author_of
from social.notifications import Kind, count_unread, notify

Act = Decision.Act
ACTS: dict[str, tuple[Act, ...]] = {
    "review": (Act.LEAVE, Act.TAKE_DOWN, Act.PUT_BACK, Act.WARN, Act.SUSPEND),
    "comment": (Act.LEAVE, Act.TAKE_DOWN, Act.PUT_BACK, Act.WARN, Act.SUSPEND),
    "entry": (Act.LEAVE, Act.TAKE_DOWN, Act.PUT_BACK, Act.WARN, Act.SUSPEND),
    "tip": (Act.LEAVE, Act.TAKE_DOWN, Act.PUT_BACK, Act.WARN, Act.SUSPEND),
    "member": (Act.LEAVE, Act.WARN, Act.SUSPEND, Act.REINSTATE),
}


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
        raise ValidationError(gettext("What is your own you can change yourself."))
    said = Report(reporter=reporter, reason=reason, remark=remark, **{kind_of(target): target})
    said.clean_fields(exclude=["reporter", *TARGETS])
    if "\0" in remark:
        raise ValidationError({"remark": gettext("Null characters are not allowed.")})
    of: dict[str, Any] = {"reporter": reporter, kind_of(target): target}
    values = {"reason": reason, "remark": remark, "is_settled": False}
    return Report.objects.update_or_create(**of, defaults=values)[0]


def decide(staff: User, target: Target, act: str, reason: str) -> Decision:
    """Do it, write it down, settle every report of it, and tell the author why; all or nothing."""
    kind, author = kind_of(target), author_of(target)
    if act not in ACTS[kind]:
        raise ValidationError(gettext("That cannot be done with it."))
    if act == Act.SUSPEND and author.is_staff:
        raise ValidationError(gettext("Staff are not suspended here: take their rights first."))
    thing = {} if kind == "member" else {kind: target}
    with transaction.atomic():
        made = Decision(staff=staff, member=author, act=act, reason=reason, what=f"{kind} {target.pk}", **thing)
        made.clean_fields(exclude=["staff", *TARGETS])
        made.save()
        _carry_out(target, author, Act(act))
        Report.objects.filter(**{kind: target}, is_settled=False).update(is_settled=True)
        if act != Act.LEAVE:
            notify(author, Kind.MODERATION, None, made)
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
    read = Report.objects.select_related(
        "review__author",
        "comment__author",
        "comment__activity",
        "comment__review",
        "entry__user",
        "tip__author",
        "member",
    )
    read = read.prefetch_related(*(Prefetch(f"{kind}__title", titles.queryset) for kind in ("review", "entry", "tip")))
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
            [(act.value, str(act.label)) for act in ACTS[one.kind]],
        )
        for given in reports
    ]


def target_of(kind: str, pk: int) -> Target | None:
    models: dict[str, type[Target]] = {
        "review": Review,
        "comment": Comment,
        "entry": ListEntry,
        "tip": Tip,
        "member": User,
    }
    return models[kind]._default_manager.filter(pk=pk).first() if kind in models else None


def kind_of(target: Target) -> str:
    return {Review: "review", Comment: "comment", ListEntry: "entry", Tip: "tip", User: "member"}[type(target)]


def _of_the_same(reports: Sequence[Report]) -> QuerySet[Report]:
    found = Report.objects.none()
    for name in TARGETS:
        ids = [pk for one in reports if (pk := getattr(one, f"{name}_id"))]
        found = found | Report.objects.filter(**{f"{name}__in": ids})
    return found.select_related("reporter").order_by("-pk")


def _carry_out(target: Target, author: User, act: Act) -> None:
    if act in (Act.SUSPEND, Act.REINSTATE):
        User.objects.filter(pk=author.pk).update(is_active=act == Act.REINSTATE)
    elif act in (Act.TAKE_DOWN, Act.PUT_BACK) and isinstance(target, ListEntry):
        shown = Visibility.PRIVATE if act == Act.TAKE_DOWN else Visibility.PUBLIC
        lists.update_entry(author, target.title, visibility=shown)  # the note is the member's own: it is hidden
    elif act in (Act.TAKE_DOWN, Act.PUT_BACK) and isinstance(target, Review | Comment | Tip):
        target.is_removed = act == Act.TAKE_DOWN
        target.save(update_fields=["is_removed"])
    told = Notification.objects.filter(actor=author, is_read=False).order_by()
    for recipient_id in told.values_list("recipient", flat=True).distinct():
        count_unread(recipient_id)  # what they were told may be gone, or there again
