"""Nothing that a member types is in logs, metrics or error reports, whatever they type and whatever breaks."""

from __future__ import annotations

import io
import logging

import pytest
import sentry_sdk
from celery import shared_task
from django.conf import settings as site
from django.db import IntegrityError
from django.db.backends.utils import CursorWrapper
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from prometheus_client.exposition import generate_latest
from sentry_sdk.transport import Transport

from accounts.models import User
from anirec.lib.telemetry import metrics
from anirec.monitoring import error_reports
from anirec.server.logs import JsonFormatter, LineFormatter, Reference
from catalog.models import Title

EXAMPLES = max(5, settings.default.max_examples // 40)  # each types into some twenty forms and pages
MARK = "qzxj"  # is in every typed value, and in nothing else
typed = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12).map(lambda text: f"{MARK}{text}")


class Recorder(Transport):
    def __init__(self) -> None:
        super().__init__({})
        self.envelopes: list[str] = []

    def capture_envelope(self, envelope) -> None:
        self.envelopes.append(envelope.serialize().decode(errors="replace"))


@pytest.fixture
def reports(settings):
    settings.SENTRY_DSN = "https://key@errors.example/1"
    recorder = Recorder()
    error_reports.start(transport=recorder)
    yield recorder.envelopes
    sentry_sdk.get_client().close(0)
    sentry_sdk.get_global_scope().set_client(None)  # an `init` without a DSN would trace all queries of later tests


@pytest.fixture
def logs():
    """What both formats write, down to the details of the lowest level that an operator can set."""
    streams = []
    for formatter in (LineFormatter(**line_format()), JsonFormatter(timestamp=True)):
        handler = logging.StreamHandler(io.StringIO())
        handler.setFormatter(formatter)
        handler.addFilter(Reference())
        logging.getLogger().addHandler(handler)
        streams.append(handler)
    yield lambda: "".join(handler.stream.getvalue() for handler in streams)
    for handler in streams:
        logging.getLogger().removeHandler(handler)


def line_format() -> dict[str, str]:
    return {name: value for name, value in site.LOGGING["formatters"]["line"].items() if name != "()"}


def use_site(client, text: str, title: Title) -> None:
    """Type the text into everything that takes text."""
    email, password = f"{MARK}{abs(hash(text))}@example.org", f"{text} {MARK} horse"
    paths = {
        "/accounts/signup/": {"username": f"{MARK}ada", "email": email, "password1": password},
        "/accounts/login/": {"login": text, "password": text},
        "/accounts/password/reset/": {"email": email},
        "/settings/preferences/": {"time_zone": text, "language": text},
        "/settings/delete/": {"password": text},
        f"/list/{title.pk}/": {"notes": text, "tags": text, "status": "completed", "score": "8"},
        f"/titles/{title.pk}/reviews/write/": {"text": text * 40, "score": 8},
        "/settings/webhooks/": {"url": f"https://{MARK}.example/{text}", "events": ["list.changed"]},
        "/settings/tokens/": {"name": text, "scopes": ["read"]},
        "/plans/": {"name": text},
        f"/members/{MARK}ada/follow/": {},
    }
    for path, values in paths.items():
        client.post(path, values)
    for path in ("/search/", "/titles/", "/members/", "/api/v1/titles/"):
        client.get(path, {"q": text, "tag": text, "title": text})
    client.get(f"/members/{MARK}ada/", headers={"Referer": f"https://x.example/{MARK}", "User-Agent": MARK})
    client.get("/api/v1/my/list/", headers={"Authorization": f"Bearer {MARK}"})
    client.get("/about/", headers={"Host": f"{MARK}.example", "Cookie": f"sessionid={MARK}"})


@pytest.mark.django_db
@pytest.mark.property
class TestEverythingThatIsTyped:
    @settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(text=typed)
    @example(text=f"{MARK}' OR 1=1 --")
    @example(text=f"{MARK}\n{{}}%s")
    def test_stays_out_while_the_site_works(self, client, make_title, logs, reports, text):
        client.raise_request_exception = False
        use_site(client, text, make_title())
        assert "anirec.access" in logs()
        assert MARK not in logs()
        assert MARK not in generate_latest(metrics.registry).decode()
        assert MARK not in "".join(reports)

    @settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(text=typed)
    def test_stays_out_when_every_request_fails(self, client, make_title, logs, reports, monkeypatch, text):
        """As the database would say it: with the values in the message."""
        client.raise_request_exception = False
        title = make_title()

        def fail(_cursor, sql, params=None):
            raise IntegrityError(f"duplicate key: Key (email)=({text}) already exists. {sql} {params}")

        with monkeypatch.context() as patch:
            patch.setattr(CursorWrapper, "execute", fail)
            use_site(client, text, title)
        assert "django.db.utils.IntegrityError" in logs()
        assert "IntegrityError" in "".join(reports)
        assert MARK not in logs()
        assert MARK not in generate_latest(metrics.registry).decode()
        assert MARK not in "".join(reports)


@shared_task(name="tests.fails")
def fails(**_kwargs):
    raise ValueError(f"cannot send to {MARK}@example.org")


@pytest.mark.django_db
def test_a_failed_task_tells_nothing_of_its_arguments(logs, reports):
    fails.apply(kwargs={"address": f"{MARK}@example.org"})
    assert "Task tests.fails raised unexpected: ValueError" in logs()
    assert "builtins.ValueError" in logs()
    assert MARK not in logs() + "".join(reports)


def test_a_caught_error_and_a_logged_message_are_reported_without_values(reports):
    local = f"{MARK} is a local variable"
    try:
        raise ValueError(local)
    except ValueError:
        sentry_sdk.capture_exception()
    logging.getLogger("accounts").error("refused: %s", local)
    sentry_sdk.capture_message(local)
    text = "".join(reports)
    assert len(reports) == 3
    assert "test_a_caught_error" in text  # the frame
    assert "refused: %s" in text
    logging.getLogger("django.security.SuspiciousFileOperation").error(f"{MARK} is not a path")
    assert MARK not in reports[3]
    assert MARK not in text.replace('{MARK} is a local variable"', "").replace(f'MARK = "{MARK}"', "")


def test_a_report_names_the_request(reports, client, monkeypatch, db):
    client.raise_request_exception = False

    def fail(*_args, **_options):
        raise ValueError("Fault".upper())

    with monkeypatch.context() as patch:
        patch.setattr(CursorWrapper, "execute", fail)
        client.get("/titles/", headers={"X-Request-ID": "abc"})
    report = "".join(reports).replace(": ", ":")
    assert '"request_id":"abc"' in report
    assert '"transaction":"/titles/"' in report
    for absent in ("breadcrumbs", '"vars"', '"user"', '"headers"', '"cookies"', "FAULT"):
        assert absent not in report


def test_a_path_without_a_route_is_not_reported():
    event = {"transaction": f"/members/{MARK}", "transaction_info": {"source": "url"}, "level": "error"}
    assert MARK not in str(error_reports.without_personal_data(event, {}))


def test_every_text_field_of_a_member_is_known_here():
    """A new text field of a member has to be typed here, too."""
    kinds = ("CharField", "EmailField", "TextField")
    given = [field for field in User._meta.fields if not field.generated]
    assert {field.name for field in given if field.get_internal_type() in kinds} == {
        "username", "password", "email", "title_language", "theme", "language", "time_zone", "score_format",
        "age_limit", "list_visibility", "tips_from", "avatar",  # the last is a hash that the site makes
    }  # fmt: skip
