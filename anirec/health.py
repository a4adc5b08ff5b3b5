"""/health/: checks that this process can reach its database and Valkey."""

import logging
from collections.abc import Callable

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

logger = logging.getLogger(__name__)


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _ask_valkey() -> None:
    cache.get("health")


PARTS: dict[str, Callable[[], None]] = {"database": _ask_database, "valkey": _ask_valkey}


@require_safe
@never_cache
def health(request: HttpRequest) -> JsonResponse:
    state = {name: _answers(name, ask) for name, ask in PARTS.items()}
    healthy = all(state.values())
    body = {"status": "ok" if healthy else "down", **{name: "ok" if up else "down" for name, up in state.items()}}
    return JsonResponse(body, status=200 if healthy else 503)


def _answers(name: str, ask: Callable[[], None]) -> bool:
    try:
        ask()
    except Exception as error:  # any client error means that the service is down
        logger.error("%s does not answer: %s", name, error)
        return False
    return True
