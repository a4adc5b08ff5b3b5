"""If-Match and If-None-Match for writes of list entries: change it only if it is what I have seen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.models import QuerySet
from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from accounts.models import ListEntry, User

CONDITIONS = (
    OpenApiParameter(
        "If-Match", str, OpenApiParameter.HEADER, description="Only if its ETag is this one; * if there is one."
    ),
    OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER, description="With *: only if there is none yet."),
)


class PreconditionFailedError(APIException):
    status_code = 412


def tag_of(entry: ListEntry) -> str:
    return f'"{entry.pk}-{entry.updated_at.timestamp():.6f}"'


@contextmanager
def holding(request: Request, member: User, entries: QuerySet[ListEntry]) -> Iterator[None]:
    """Hold the request's conditions inside the block, or raise PreconditionFailedError."""
    wanted, unwanted = request.headers.get("If-Match"), request.headers.get("If-None-Match")
    if wanted is None and unwanted is None:
        yield
        return
    with transaction.atomic():
        User.objects.select_for_update().get(pk=member.pk)  # as every change of the list does
        entry = entries.first()
        tag = tag_of(entry) if entry else None
        if wanted is not None and not _matches(wanted, tag):
            raise PreconditionFailedError(
                _("The entry has changed since you read it (If-Match). Read it again and retry.")
            )
        if unwanted is not None and _matches(unwanted, tag):
            raise PreconditionFailedError(_("The entry already exists."))
        yield


def _matches(header: str, tag: str | None) -> bool:
    return tag is not None and (header.strip() == "*" or tag in parse_etags(header))
