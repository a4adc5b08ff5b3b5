"""/events/: intake of exposures and clicks that browsers report.

It runs no queries: a ticket, signed when the page was rendered, identifies viewer and variant, and events wait in a
stream until `collecting` appends them to the table.
"""

from __future__ import annotations

import json
import time
from functools import lru_cache
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from redis.commands.core import Script

from anirec.lib.valkey import valkey
from recommendations.experiments.variants import read_ticket
from recommendations.models import WidgetEvent

STREAM = "anirec:events"
LONGEST_STREAM = 500_000  # waiting batches; above it, the oldest are dropped
MOST_BYTES = 32_768
MOST_TICKETS, MOST_EVENTS = 20, 200  # per request
MOST_A_MINUTE = 600  # events per member or visitor
# Counts and appends in one script, because the round trip is most of a batch's cost.
APPEND = """
local is_too_much = false
for place = 2, #KEYS do
    is_too_much = redis.call('INCRBY', KEYS[place], ARGV[place + 1]) > tonumber(ARGV[1]) or is_too_much
    redis.call('EXPIRE', KEYS[place], 120)
end
if is_too_much then return 0 end
for place = #KEYS + 2, #ARGV do
    redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], '*', 'batch', ARGV[place])
end
return 1
"""
KINDS = {"seen": WidgetEvent.Kind.EXPOSURE, "opened": WidgetEvent.Kind.CLICK}


class BadEventsError(ValueError):
    """A batch is invalid. The message says which part, and why."""


class UnknownTicketError(BadEventsError):
    """A ticket's signature or format is invalid."""


@csrf_exempt  # a beacon can't send a token; the signed ticket proves that the page was ours
@require_POST
def take_events(request: HttpRequest) -> HttpResponse:
    """Accept `[{"ticket": "…", "seen": [[title, position], …], "opened": […]}, …]`, as a whole or not at all."""
    try:
        if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
            raise BadEventsError(f"Batches can be up to {MOST_BYTES} bytes.")
        batches = parse(request.body)
    except BadEventsError as error:
        return HttpResponse(str(error), status=400, content_type="text/plain")
    return HttpResponse(status=204 if keep(batches) else 429)


def parse(body: bytes) -> list[dict[str, Any]]:
    """Return one batch per ticket, as stored in the stream. Raises BadEventsError."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise BadEventsError("The request body isn't valid JSON.") from None
    return read(content)


def read(content: object) -> list[dict[str, Any]]:
    """Return the batches of decoded JSON, like `parse`."""
    if not isinstance(content, list) or not 0 < len(content) <= MOST_TICKETS:
        raise BadEventsError(f"Send a list of 1 to {MOST_TICKETS} objects with a ticket each.")
    batches = [_parse_one(part, f"part {number}") for number, part in enumerate(content, 1)]
    if sum(len(batch["events"]) for batch in batches) > MOST_EVENTS:
        raise BadEventsError(f"Batches can have up to {MOST_EVENTS} events.")
    return batches


def keep(batches: list[dict[str, Any]]) -> bool:
    """Append to the stream. Returns False if a member or visitor exceeds MOST_A_MINUTE."""
    minute = int(time.time() // 60)
    counts: dict[int, int] = {}
    for batch in batches:
        counts[batch["unit"]] = counts.get(batch["unit"], 0) + len(batch["events"])
    keys = [STREAM, *(f"{STREAM}:{minute}:{unit}" for unit in counts)]
    numbers = [MOST_A_MINUTE, LONGEST_STREAM, *counts.values()]
    return bool(_append()(keys, [*numbers, *map(json.dumps, batches)]))


@lru_cache(maxsize=1)
def _append() -> Script:
    return valkey().register_script(APPEND)


def _parse_one(part: object, where: str) -> dict[str, Any]:
    if not isinstance(part, dict) or (unknown := sorted(part.keys() - {"ticket", *KINDS})):
        details = f", not {', '.join(unknown)}" if isinstance(part, dict) else ""
        raise BadEventsError(f"{where}: allowed keys are ticket, seen and opened{details}")
    try:
        ticket = read_ticket(part.get("ticket") or "")
    except (signing.BadSignature, TypeError, ValueError, AttributeError):
        raise UnknownTicketError(f"{where}: invalid ticket") from None
    events = [
        (kind.value, *_title_and_position(pair, f"{where}: {name} {number}"))
        for name, kind in KINDS.items()
        for number, pair in enumerate(_list(part.get(name, []), f"{where}: {name}"), 1)
    ]
    return {**ticket._asdict(), "at": time.time(), "events": events}


def _list(value: object, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise BadEventsError(f"{where}: must be a list of [title, position] pairs")
    return value


def _title_and_position(pair: object, where: str) -> tuple[int, int]:
    limits = ((1, 2**31 - 1), (0, 999))
    if not isinstance(pair, list) or len(pair) != 2 or any(type(number) is not int for number in pair):
        raise BadEventsError(f"{where}: title and position must be whole numbers")
    for number, (least, most) in zip(pair, limits, strict=True):
        if not least <= number <= most:
            raise BadEventsError(f"{where}: {number} is not between {least} and {most}")
    return pair[0], pair[1]
