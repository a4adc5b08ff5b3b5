"""An HTTP server that answers as the sources do: their layouts, limits, refusals, outages, stale and broken bodies."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from anirec.rehearsal import layouts
from anirec.rehearsal.manners import TOLERANCES, Ledger
from anirec.rehearsal.recorded import recorded
from anirec.rehearsal.world import World, WorldTitle
from anirec.start.rehearsed import CLIENT_ID, environment
from catalog.models.titles import Status
from catalog.sources.clock import RehearsalClock

STATIC = ("offline", "anidb", "idmap")  # they answer conditional requests
RETRY_AFTER = 60


@dataclass(frozen=True)
class Fault:
    """What a service does from `since` to `until`: "down" (503), "refuse" (403), "broken", "stale"."""

    service: str
    kind: str
    since: datetime
    until: datetime


@dataclass
class Response:
    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    is_broken: bool = False

    @classmethod
    def of_json(cls, data: Any, status: int = 200, **headers: str) -> Response:
        return cls(status, json.dumps(data, ensure_ascii=False).encode(), headers)


class Services:
    """The services of a world: what each answers to a request."""

    def __init__(self, world: World, clock: RehearsalClock, faults: Iterable[Fault] = ()) -> None:
        self.world, self.clock, self.faults = world, clock, list(faults)
        self.ledger = Ledger()

    def respond(self, method: str, url: str, headers: Any, body: bytes) -> Response:
        service, _, path = urlsplit(url).path.lstrip("/").partition("/")
        if service not in TOLERANCES:
            return Response(404, b"unknown service")
        now = self.clock.now()
        question = f"{url} {hashlib.sha256(body).hexdigest()[:12]}"
        refusal = self.ledger.begin(service, question, headers, now)
        response = self._refused(service, refusal) if refusal else self._answer(service, path, url, headers, body, now)
        self.ledger.end(service, question, 0 if response.is_broken else response.status, now)
        return self._with_limit(service, response, now)

    def _answer(self, service: str, path: str, url: str, headers: Any, body: bytes, now: datetime) -> Response:
        fault = next((one for one in self.faults if one.service == service and one.since <= now < one.until), None)
        if fault and fault.kind == "down":
            return _recorded_or("jikan/upstream_down.json", 503)
        if fault and fault.kind == "refuse":
            self.ledger.be_silent(service, now + timedelta(minutes=10))
            return _recorded_or("anilist/unavailable.json", 403)
        as_of = fault.since if fault and fault.kind == "stale" else now
        response = getattr(self, f"_{service}")(path, url, headers, body, self.world.at(as_of), as_of)
        if fault and fault.kind == "broken" and response.status == 200:
            response.body, response.is_broken = response.body[: len(response.body) // 2], True
        if as_of != now:
            response.headers |= {"X-Cache-Status": "STALE", "Last-Modified": layouts.http_date(as_of)}
        return self._conditional(response, headers) if service in STATIC else response

    def _refused(self, service: str, status: int) -> Response:
        if status == 403:
            return _recorded_or("anilist/unavailable.json", 403)
        response = _recorded_or("anilist/rate_limited.json", 429)
        response.headers["Retry-After"] = str(RETRY_AFTER)
        return response

    def _conditional(self, response: Response, headers: Any) -> Response:
        etag = f'"{hashlib.sha256(response.body).hexdigest()[:16]}"'
        if headers.get("If-None-Match") == etag:
            return Response(304, b"", {"ETag": etag})
        response.headers["ETag"] = etag
        return response

    def _with_limit(self, service: str, response: Response, now: datetime) -> Response:
        if TOLERANCES[service].names_limit:
            response.headers["X-RateLimit-Limit"] = str(self.ledger.limit(service, now))
        return response

    # --- Services: each method is named after its first path segment --------------------------------------------------

    def _mal(self, path: str, url: str, headers: Any, body: bytes, titles: Titles, now: datetime) -> Response:
        if headers.get("X-MAL-CLIENT-ID") != CLIENT_ID:
            return Response.of_json({"error": "forbidden"}, 403)
        query, (kind, *parts) = dict(parse_qsl(urlsplit(url).query)), path.split("/")[1:]
        node = layouts.MAL_NODES[kind]
        if parts[0].isdecimal():
            title = titles.get(int(parts[0]))
            return Response.of_json(node(title)) if title else Response.of_json({"error": "not_found"}, 404)
        if parts[0] == "season":
            some = [one for one in titles.values() if (one.season.year, one.season.name) == (int(parts[1]), parts[2])]
        else:
            some = [one for one in titles.values() if query["ranking_type"] in (*ALL, RANKING[one.status])]
        offset, limit = int(query.pop("offset", 0)), int(query["limit"])
        base = f"{self.base(headers)}/mal/{path}?{'&'.join(f'{name}={value}' for name, value in query.items())}"
        return Response.of_json(layouts.mal_list(some, node, base, offset, limit))

    def _jikan(self, path: str, url: str, headers: Any, body: bytes, titles: Titles, now: datetime) -> Response:
        parts = path.split("/")[1:]
        if parts[1] == "manga" or parts[0] == "manga":
            return Response.of_json({"data": [], "pagination": {"has_next_page": False, "current_page": 1}})
        if parts[0] == "anime":
            title = titles.get(int(parts[1]))
            return Response.of_json({"data": layouts.jikan_title(title)}) if title else Response.of_json({}, 404)
        wanted = {"now": (Status.AIRING,), "upcoming": (Status.UPCOMING,)}.get(parts[1], tuple(RANKING))
        page = int(dict(parse_qsl(urlsplit(url).query)).get("page", 1))
        return Response.of_json(layouts.jikan_list([one for one in titles.values() if one.status in wanted], page))

    def _kitsu(self, path: str, url: str, headers: Any, body: bytes, titles: Titles, now: datetime) -> Response:
        query = dict(parse_qsl(urlsplit(url).query))
        wanted = query.get("filter[status]", "")
        some = [one for one in titles.values() if wanted in ("", layouts.KITSU_STATUS[one.status])]
        offset = int(query.pop("page[offset]", 0))
        query.pop("page[limit]", None)
        base = f"{self.base(headers)}/kitsu/{path}?{'&'.join(f'{name}={value}' for name, value in query.items())}"
        return Response.of_json(layouts.kitsu_list(some, base, offset))

    def _anilist(self, path: str, url: str, headers: Any, body: bytes, titles: Titles, now: datetime) -> Response:
        wanted = set(_numbers(json.loads(body).get("variables")))
        return Response.of_json(
            layouts.anilist_airing((one for one in titles.values() if one.anilist_id in wanted), now)
        )

    def _shikimori(self, path: str, url: str, headers: Any, body: bytes, titles: Titles, now: datetime) -> Response:
        wanted = set(_numbers(json.loads(body).get("variables")))
        return Response.of_json(layouts.shikimori_names(one for one in titles.values() if one.id in wanted))

    def _offline(self, path: str, url: str, headers: Any, body: bytes, titles: Titles, now: datetime) -> Response:
        return Response(200, layouts.offline_database(titles.values(), self.world.start.date()))

    def _anidb(self, path: str, url: str, headers: Any, body: bytes, titles: Titles, now: datetime) -> Response:
        return Response(200, layouts.anidb_titles(titles.values()))

    def _idmap(self, path: str, url: str, headers: Any, body: bytes, titles: Titles, now: datetime) -> Response:
        return Response(200, layouts.id_map(titles.values()))

    def base(self, headers: Any) -> str:
        return f"http://{headers['Host']}"


Titles = dict[int, WorldTitle]
ALL = ("all", "bypopularity")
RANKING = {Status.AIRING: "airing", Status.UPCOMING: "upcoming", Status.FINISHED: "finished"}


def _numbers(value: Any) -> Iterable[int]:
    """Yield all whole numbers in nested JSON, given as numbers or as text."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _numbers(one)
    else:
        yield from (int(part) for part in str(value).split(",") if part.strip().isdecimal())


def _recorded_or(path: str, status: int) -> Response:
    """Return a recorded answer with this status, or one without a body."""
    answer = recorded(path)
    return Response(status, answer.body if answer else b"{}", {"Content-Type": "application/json"})


class _Handler(BaseHTTPRequestHandler):
    services: Services
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        response = self.services.respond(self.command, self.path, self.headers, body)
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        self.wfile.write(response.body)

    do_POST = do_GET  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: the ledger counts."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Raise what is wrong with the server, but not that a client has left: it may be killed at any time."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class RehearsalServer:
    """The services on a port of this machine, in threads. Use it as a context manager."""

    def __init__(self, services: Services, port: int = 0) -> None:
        handler = type("Handler", (_Handler,), {"services": services})
        self.services = services
        self.server = _Server(("127.0.0.1", port), handler)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def environment(self) -> dict[str, str]:
        """Return the settings that point a site at this server."""
        return environment(self.address, self.services.clock.path)

    def __enter__(self) -> RehearsalServer:
        Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
