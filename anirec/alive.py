"""Signs of life: workers and beat renew a key in Valkey, which expires soon after they hang or end."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection

from redis.exceptions import RedisError

from anirec.lib.valkey import valkey

logger = logging.getLogger(__name__)

ALIVE_SECONDS = 30
SEEN = "anirec:last-seen"  # queue → when a worker that takes its tasks was last alive; "beat" → when beat was

_noted_at: dict[str, float] = {}


def alive_key(name: str) -> str:
    return f"anirec:alive:{name}"


def note_alive(name: str, queues: Collection[str] = ()) -> None:
    """Renew the sign of life, a few times before it expires. Does not fail while Valkey is down.

    queues: whose tasks a worker takes.
    """
    if time.monotonic() - _noted_at.get(name, float("-inf")) < ALIVE_SECONDS / 4:
        return
    _noted_at[name] = time.monotonic()
    try:
        with valkey().pipeline(transaction=False) as pipe:
            pipe.set(alive_key(name), ",".join(queues), ex=ALIVE_SECONDS)
            for one in queues or (name,):
                pipe.hset(SEEN, one, str(time.time()))
            pipe.execute()
    except RedisError as error:
        logger.warning("The sign of life of %s was not stored: %s", name, error)


def is_alive(name: str) -> bool:
    """Return whether the sign of life is there. Raises RedisError if Valkey is down."""
    return bool(valkey().exists(alive_key(name)))
