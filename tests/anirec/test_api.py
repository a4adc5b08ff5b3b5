"""What holds for the whole API: one error format, two ways to sign in, limits, a schema that works offline."""

import re

import pytest
from django.core.cache import cache
from rest_framework.authtoken.models import Token
from rest_framework.settings import api_settings
from rest_framework.test import APIClient
from rest_framework.throttling import ScopedRateThrottle

MY_LIST = "/api/v1/my/list/"


@pytest.fixture
def api() -> APIClient:
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

    assert_problem(response, **problem(404, "Not Found", "There is nothing at /api/v1/mangas/."))


@pytest.mark.django_db
def test_a_visitor_is_asked_for_a_token(api):
    response = api.get(MY_LIST)

    assert_problem(response, **problem(401, "Unauthorized", "Authentication credentials were not provided."))
    assert response["WWW-Authenticate"] == "Token"


@pytest.mark.django_db
def test_a_wrong_token_is_a_problem(api):
    response = api.get(MY_LIST, headers={"Authorization": "Token 123"})

    assert_problem(response, **problem(401, "Unauthorized", "Invalid token."))


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

    monkeypatch.setattr("accounts.api.list_page", fail)
    api.force_authenticate(member)

    response = api.get(MY_LIST)

    assert_problem(response, **problem(500, "Internal Server Error", "Something went wrong here. It has been noted."))


def test_too_many_guesses_at_a_password_are_refused(api, member, monkeypatch):
    monkeypatch.setitem(ScopedRateThrottle.THROTTLE_RATES, "token", "3/min")
    cache.clear()
    login = {"username": "member", "password": "wrong"}

    answers = [api.post("/api/v1/token/", login, format="json") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [400, 400, 400, 429]
    assert answers[-1]["Content-Type"] == "application/problem+json"
    assert int(answers[-1]["Retry-After"]) in range(1, 61)


def test_username_and_password_give_a_token_that_opens_the_list(api, member):
    login = {"username": "member", "password": "correct horse"}

    token = api.post("/api/v1/token/", login, format="json").json()["token"]
    response = api.get(MY_LIST, headers={"Authorization": f"Token {token}"})

    assert response.json() == {"count": 0, "next": None, "previous": None, "results": []}


def test_a_deleted_token_opens_nothing(api, member):
    header = {"Authorization": f"Token {Token.objects.create(user=member).key}"}

    deleted = api.delete("/api/v1/token/", headers=header)
    response = api.get(MY_LIST, headers=header)

    assert (deleted.status_code, response.status_code) == (204, 401)


def test_a_session_needs_the_csrf_token_to_write(member, make_title):
    title = make_title()
    api = APIClient(enforce_csrf_checks=True)
    api.force_login(member)

    response = api.put(f"{MY_LIST}{title.pk}/", {"status": "planned"}, format="json")

    assert_problem(response, **problem(403, "Forbidden", "CSRF Failed: CSRF cookie not set."))
    assert not member.entries.exists()


def test_every_endpoint_is_throttled():
    assert [throttle.__name__ for throttle in api_settings.DEFAULT_THROTTLE_CLASSES] == [
        "AnonRateThrottle",
        "UserRateThrottle",
    ]


@pytest.mark.django_db
def test_the_documentation_asks_no_other_host(api):
    page = api.get("/api/docs/").content.decode()

    assert re.findall(r"""(?:src|href)=["']((?:https?:)?//[^"']+)""", page) == []
    assert "swagger-ui" in page


@pytest.mark.django_db
def test_ping_answers_with_an_empty_object(api):
    assert api.get("/api/v1/ping/").json() == {}
