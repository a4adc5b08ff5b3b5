"""/events/: what was seen in a widget, and what was opened from it, as the browser says.

Nothing is looked up here: a ticket, signed when the page was made, says whose events these are, and they wait in a
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
LONGEST_STREAM = 500_000  # batches that wait; beyond, the oldest are let go
MOST_BYTES = 32_768
MOST_TICKETS, MOST_EVENTS = 20, 200  # of a batch
MOST_A_MINUTE = 600  # events of one member or visitor
# Counted and appended in one turn: most of what a batch costs is the way to the stream and back.
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
    """Says which part of a batch is wrong, and how."""


class UnknownTicketError(BadEventsError):
    """The ticket was not made here."""


@csrf_exempt  # a beacon has no room for a token; the signed ticket says that the page was ours
@require_POST
def take_events(request: HttpRequest) -> HttpResponse:
    """Takes `[{"ticket": "…", "seen": [[title, position], …], "opened": […]}, …]`, all of it or nothing."""
    try:
        if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
            raise BadEventsError(f"Batches can be up to {MOST_BYTES} bytes.")
        batches = parse(request.body)
    except BadEventsError as error:
        return HttpResponse(str(error), status=400, content_type="text/plain")
    return HttpResponse(status=204 if keep(batches) else 429)


def parse(body: bytes) -> list[dict[str, Any]]:
    """One batch a ticket, as it goes into the stream. Raises BadEventsError."""
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        raise BadEventsError("The request body isn't valid JSON.") from None
    return read(sent)


def read(sent: object) -> list[dict[str, Any]]:
    """`parse` of what is JSON already."""
    if not isinstance(sent, list) or not 0 < len(sent) <= MOST_TICKETS:
        raise BadEventsError(f"Send a list of 1 to {MOST_TICKETS} objects with a ticket each.")
    batches = [_parse_one(part, f"part {number}") for number, part in enumerate(sent, 1)]
    if sum(len(batch["events"]) for batch in batches) > MOST_EVENTS:
        raise BadEventsError(f"Batches can have up to {MOST_EVENTS} events.")
    return batches


def keep(batches: list[dict[str, Any]]) -> bool:
    """Append to the stream; False where somebody sends more in a minute than anybody can see."""
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
        said = f", not {', '.join(unknown)}" if isinstance(part, dict) else ""
        raise BadEventsError(f"{where}: allowed keys are ticket, seen and opened{said}")
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
