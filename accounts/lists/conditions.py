"""If-Match and If-None-Match for list entries: write only if the entry is in the state that the client knows."""

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
        "If-Match",
        str,
        OpenApiParameter.HEADER,
        description="Write only if the entry has this ETag; with *, only if it exists.",
    ),
    OpenApiParameter(
        "If-None-Match", str, OpenApiParameter.HEADER, description="With *, write only if the entry doesn't exist yet."
    ),
)


class PreconditionFailedError(APIException):
    status_code = 412


def tag_of(entry: ListEntry) -> str:
    return f'"{entry.pk}-{entry.updated_at.timestamp():.6f}"'


@contextmanager
def holding(request: Request, member: User, entries: QuerySet[ListEntry]) -> Iterator[None]:
    """Keep the request's conditions true inside the block, or raise PreconditionFailedError."""
    if_match, if_none_match = request.headers.get("If-Match"), request.headers.get("If-None-Match")
    if if_match is None and if_none_match is None:
        yield
        return
    with transaction.atomic():
        User.objects.select_for_update().get(pk=member.pk)  # the lock that every list change takes
        entry = entries.first()
        tag = tag_of(entry) if entry else None
        if if_match is not None and not _matches(if_match, tag):
            raise PreconditionFailedError(
                _("The entry has changed since you read it (If-Match). Read it again and retry.")
            )
        if if_none_match is not None and _matches(if_none_match, tag):
            raise PreconditionFailedError(_("The entry already exists."))
        yield


def _matches(header: str, tag: str | None) -> bool:
    """Return whether a header names the tag, weak or not: compression makes the tags of long entries weak."""
    tags = (one.removeprefix("W/") for one in parse_etags(header))
    return tag is not None and (header.strip() == "*" or tag in tags)
