"""The API as a whole: error format, authentication by token or session, rate limits, and the offline schema page."""

import re

import pytest
from rest_framework.settings import api_settings
from rest_framework.test import APIClient

MY_LIST = "/api/v1/my/list/"


@pytest.fixture
def api() -> APIClient:
    """An anonymous client that returns server errors as responses."""
    return APIClient(raise_request_exception=False)


def problem(status: int, title: str, detail: str) -> dict[str, object]:
    return {"type": "about:blank", "title": title, "status": status, "detail": detail}


def assert_problem(response, **expected):
    assert response["Content-Type"] == "application/problem+json"
    assert response.json() == expected
    assert response.status_code == expected["status"]


@pytest.mark.django_db
def test_an_unknown_address_is_a_problem(api):
    response = api.get("/api/v1/mangas/")

    assert_problem(response, **problem(404, "Not Found", "Nothing found at /api/v1/mangas/."))


@pytest.mark.django_db
def test_a_visitor_is_asked_for_a_token(api):
    response = api.get(MY_LIST)

    assert_problem(response, **problem(401, "Unauthorized", "Authentication credentials were not provided."))
    assert response["WWW-Authenticate"] == "Bearer"


@pytest.mark.django_db
def test_a_wrong_token_is_a_problem(api):
    response = api.get(MY_LIST, headers={"Authorization": "Bearer 123"})

    assert_problem(
        response, **problem(401, "Unauthorized", "Invalid token: unknown, revoked or expired. Create a new one.")
    )


def test_text_that_is_no_json_is_a_problem(api, member, make_title):
    title = make_title()
    api.force_authenticate(member)

    response = api.put(f"{MY_LIST}{title.pk}/", "{score: 9", content_type="application/json")

    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["detail"].startswith("JSON parse error - ")
    assert response.status_code == 400


def test_a_method_that_is_not_offered_is_a_problem(api, member):
    api.force_authenticate(member)

    response = api.post(MY_LIST, {}, format="json")

    assert_problem(response, **problem(405, "Method Not Allowed", 'Method "POST" not allowed.'))


def test_a_fault_of_ours_is_a_problem_without_its_details(api, member, monkeypatch):
    def fail(*_args, **_options):
        raise RuntimeError("the password is hunter2")

    monkeypatch.setattr("accounts.lists.api.list_page", fail)
    api.force_authenticate(member)

    response = api.get(MY_LIST)

    assert_problem(
        response,
        **problem(500, "Internal Server Error", "Something went wrong on our side. The error has been logged."),
    )


def test_a_session_needs_the_csrf_token_to_write(member, make_title):
    title = make_title()
    api = APIClient(enforce_csrf_checks=True)
    api.force_login(member)

    response = api.put(f"{MY_LIST}{title.pk}/", {"status": "planned"}, format="json")

    assert_problem(response, **problem(403, "Forbidden", "CSRF Failed: CSRF cookie not set."))
    assert not member.entries.exists()


def test_every_endpoint_is_throttled():
    assert [throttle.__name__ for throttle in api_settings.DEFAULT_THROTTLE_CLASSES] == ["PerCaller"]


@pytest.mark.django_db
def test_the_documentation_asks_no_other_host(api):
    page = api.get("/api/docs/").content.decode()

    assert re.findall(r"""(?:src|href)=["']((?:https?:)?//[^"']+)""", page) == []
    assert "swagger-ui" in page


@pytest.mark.django_db
def test_ping_answers_with_an_empty_object(api):
    assert api.get("/api/v1/ping/").json() == {}
