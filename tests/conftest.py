from __future__ import annotations

import gc
import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

from tests.database import template

if TYPE_CHECKING:
    from django.test import Client
    from playwright.sync_api import Browser, Page
    from pytest_django.fixtures import SettingsWrapper
    from rest_framework.test import APIClient

    from accounts.models import ListEntry, User
    from catalog.models import Title

if "PYTEST_XDIST_WORKER" in os.environ:  # as many processes as processors: threads would only wait for each other
    os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"), "1"))

settings.register_profile("thorough", max_examples=10_000, deadline=None)
settings.register_profile("quick", max_examples=25, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"]
if "WALK" not in os.environ:  # to draw hundreds of posters takes the suite half a minute
    CHROMIUM_OPTIONS.append("--blink-settings=imagesEnabled=false")


def pytest_collection_finish() -> None:
    """Freeze loaded modules: garbage collection of them takes a tenth of the test time.

    And wait for the template here, where no test's time runs out.
    """
    if "PYTEST_XDIST_WORKER" in os.environ:
        template.wait()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def forget_models() -> None:
    """What this process keeps of models and their titles."""
    from recommendations import artifact_store
    from recommendations.inputs import title_rules as titles

    artifact_store._loaded.clear()
    artifact_store._segments.clear()
    titles._current.clear()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Copy the template instead of migrating in each process."""
    from django.db import connection

    template.wait()
    connection.settings_dict["TEST"]["TEMPLATE"] = template.name()


@pytest.fixture(scope="session", autouse=True)
def _quick_flush() -> None:
    """Empty the database after tests that commit without Django's flush."""
    from django.test import TransactionTestCase

    from tests.database.emptying import delete_all

    TransactionTestCase._fixture_teardown = lambda self: delete_all()  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def _empty_cache(request: pytest.FixtureRequest) -> Iterator[None]:
    """Nothing that one test caches is seen by the next."""
    yield
    if (
        request.node.get_closest_marker("django_db")
        or "db" in request.fixturenames
        or "transactional_db" in request.fixturenames
        or "live_server" in request.fixturenames
    ):
        from django.core.cache import cache

        from catalog import versioning

        cache.clear()
        versioning.forget()


@pytest.fixture(autouse=True)
def _source_language() -> Iterator[None]:
    """A page in another language leaves it switched on; the next test starts with English."""
    yield
    from django.utils import translation

    translation.deactivate()


@pytest.fixture
def make_member(db: None) -> Callable[..., User]:
    """Make a member: `make_member("ada", shows_adult=True)`; the password is "correct horse"."""
    from accounts.models import User

    numbers = itertools.count(1)

    def make(username: str = "", **fields: Any) -> User:
        username = username or f"member{next(numbers)}"
        fields.setdefault("email", f"{username}@example.org")
        return User.objects.create_user(username, password="correct horse", **fields)

    return make


@pytest.fixture
def member(make_member: Callable[..., User]) -> User:
    return make_member("member")


def confirm_password(client: Client) -> Client:
    """Give the password again, as sensitive pages ask for it."""
    client.post("/accounts/reauthenticate/", {"password": "correct horse"})
    return client


@pytest.fixture
def api(member: User) -> APIClient:
    """The API as a program asks it: with a token of the member's that may do everything."""
    from rest_framework.test import APIClient

    from accounts.tokens.issuing import issue_token
    from accounts.tokens.scopes import scopes

    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {issue_token(member, 'test', scopes())[1]}")
    return client


@pytest.fixture
def new_title() -> Callable[..., Title]:
    """A finished TV series that is not saved yet: `new_title("Monster", episodes=74)`; every field can be given."""
    from catalog.models import Title

    numbers = itertools.count(1)

    def new(name: str = "", **fields: Any) -> Title:
        defaults = {"format": "tv", "status": "finished", "episodes": 12, "season_year": 2020, "members": 1000}
        title = Title(name=name or f"Title {next(numbers)}", **{**defaults, **fields})
        title.tag_names = []  # as `with_tag_names` reads it
        title.popularity = float(title.members)  # as the database computes it
        return title

    return new


@pytest.fixture
def make_title(db: None, new_title: Callable[..., Title]) -> Callable[..., Title]:
    """Make a `new_title`."""

    def make(name: str = "", **fields: Any) -> Title:
        title = new_title(name, **fields)
        title.save(force_insert=True)
        return title

    return make


@pytest.fixture
def make_entry(make_title: Callable[..., Title]) -> Callable[..., ListEntry]:
    """Write an entry without `accounts.entries.writing`: `make_entry(member, title, status="completed", score=8)`."""
    from accounts.models import ListEntry

    def make(user: User, title: Title | None = None, **fields: Any) -> ListEntry:
        return ListEntry.objects.create(user=user, title=title or make_title(), **fields)

    return make


@pytest.fixture
def tasks_run_at_once(settings: SettingsWrapper) -> Iterator[None]:
    """Celery tasks run where they are sent, and raise there."""
    from anirec.celery import app

    app.conf.update(task_always_eager=True, task_eager_propagates=True)
    yield
    app.conf.update(task_always_eager=False, task_eager_propagates=False)


@pytest.fixture(scope="session")
def _chromium() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if found is None:
        pytest.skip(f"no Chromium found (looked for {', '.join(CHROMIUMS)})")
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread, which Django takes for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def browser(_chromium: Browser) -> Browser:
    """A running Chromium; the test is skipped where there is none."""
    return _chromium


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page, signed in as nobody."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()
