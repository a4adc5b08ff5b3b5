# ruff: noqa: E501  (scripts and tables of pages)
from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler

from tests.conftest import forget_models
from tests.database.emptying import delete_rows, truncate_all

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from playwright.sync_api import Browser, BrowserContext, Page

    from accounts.models import User

PASSWORD = "correct horse"


class CachedStaticFiles(ASGIStaticFilesHandler):
    """Static files that the browser keeps, as it keeps those of a real site."""

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        response = await super().get_response_async(request)
        response.headers["Cache-Control"] = "max-age=3600"
        return response


class Site:
    """The site as it runs, sockets and all, in a thread of this process."""

    def __init__(self) -> None:
        import uvicorn
        from channels.routing import ProtocolTypeRouter

        from anirec.live.urls import sockets
        from anirec.server.handler import BoundedHandler

        app = ProtocolTypeRouter({"http": CachedStaticFiles(BoundedHandler()), "websocket": sockets})
        self.server = uvicorn.Server(uvicorn.Config(app, port=0, lifespan="off", log_level="error", ws_max_size=1024))
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        while not self.server.started:
            time.sleep(0.01)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.server.servers[0].sockets[0].getsockname()[1]}"

    def stop(self) -> None:
        self.server.should_exit = self.server.force_exit = True
        self.thread.join(10)


class Snapshot:
    """The rows and model files of the site as it is at first, put back in a part of the time that it took to make them."""

    def __init__(self, folder: Path) -> None:
        from django.conf import settings
        from django.db import connection

        self.models = Path(shutil.copytree(settings.MODEL_DIR, folder))
        with connection.cursor() as cursor:
            tables = connection.introspection.table_names(cursor)
            self.columns = {table: self._columns(cursor, table) for table in tables}
            self.tables = {table: self._copied(cursor, table) for table in tables}

    @staticmethod
    def _columns(cursor: Any, table: str) -> str:
        own = "attnum > 0 AND NOT attisdropped AND attgenerated = ''"
        cursor.execute(f"SELECT attname FROM pg_attribute WHERE attrelid = '\"{table}\"'::regclass AND {own}")
        return ", ".join(f'"{name}"' for (name,) in cursor.fetchall())

    def _copied(self, cursor: Any, table: str) -> bytes:
        # A query, because a partitioned table can't be copied as a whole.
        with cursor.copy(f'COPY (SELECT {self.columns[table]} FROM "{table}") TO STDOUT') as rows:
            return b"".join(rows)

    def restore(self) -> None:
        from django.conf import settings
        from django.contrib.contenttypes.models import ContentType
        from django.db import connection, transaction

        shutil.rmtree(settings.MODEL_DIR, ignore_errors=True)
        shutil.copytree(self.models, settings.MODEL_DIR)
        with transaction.atomic(), connection.cursor() as cursor:
            delete_rows(self.tables)
            cursor.execute("SET LOCAL session_replication_role = origin")  # triggers fill what is computed
            for table, rows in self.tables.items():
                with cursor.copy(f'COPY "{table}" ({self.columns[table]}) FROM STDIN') as copy:
                    copy.write(rows)
        ContentType.objects.clear_cache()
        forget_models()  # their numbers are the same again


@pytest.fixture(scope="session")
def _at_first() -> list[Snapshot]:
    """Empty until a test has made it."""
    return []


def seed() -> None:
    from django.core.management import call_command

    first_moods = import_module("recommendations.migrations.0005_moods").FIRST_MOODS
    from recommendations.models import Mood

    call_command("seed", community=0, verbosity=0)
    # Tests that commit end with an empty database: without what migrations have put there.
    Mood.objects.bulk_create([Mood(**fields) for fields in first_moods], ignore_conflicts=True)


@pytest.fixture
def site(transactional_db: None, _at_first: list[Snapshot], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A running site with the sample catalogue and the starter model."""
    if _at_first:
        _at_first[0].restore()
    else:
        seed()
        _at_first.append(Snapshot(tmp_path_factory.mktemp("at_first") / "models"))
    running = Site()
    yield running
    running.stop()
    truncate_all()


class Watched:
    """A browser that writes down what no page may do."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.problems: list[str] = []
        self.page = context.new_page()
        self.page.on("console", lambda message: message.type == "error" and self.problems.append(message.text))
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("request", lambda request: self._must_be_local(request.url, address))

    def _must_be_local(self, url: str, address: str) -> None:
        if not url.startswith((address, "data:")):
            self.problems.append(f"asked another site: {url}")


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """Open a browser at the site: `visit("/titles/", member=…, width=390)`. No page may log an error or leave the site."""
    watched: list[Watched] = []
    contexts: list[BrowserContext] = []

    def open_page(
        path: str = "/", *, member: User | None = None, width: int = 1280, before: str = "", **options: object
    ) -> Page:
        options = {"reduced_motion": "reduce", **options}  # a transition that the next click cuts short is an error
        context = browser.new_context(base_url=site.url, viewport={"width": width, "height": 900}, **options)
        context.set_default_timeout(10_000)
        context.add_init_script(before)
        contexts.append(context)
        if member is not None:
            log_in(context, member, site.url)
        watched.append(Watched(context, site.url))
        watched[-1].page.goto(path)
        return watched[-1].page

    yield open_page
    for context in contexts:
        context.close()
    assert [problem for one in watched for problem in one.problems] == []


def log_in(context: BrowserContext, member: User, address: str) -> None:
    """Log in, with the password given a moment ago."""
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(member)
    session = client.session
    session["account_authentication_methods_user"] = str(member.pk)
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session.save()
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": address}])


def open_for_audit(browser: Browser, site: Site, member: User | None = None, **options: Any) -> BrowserContext:
    """Open a browser at the site in which axe is on every page."""
    context = browser.new_context(base_url=site.url, reduced_motion="reduce", service_workers="block", **options)
    context.set_default_timeout(10_000)
    context.add_init_script(AXE_SCRIPT)  # read once, not on each page
    if member is not None:
        log_in(context, member, site.url)
    return context
