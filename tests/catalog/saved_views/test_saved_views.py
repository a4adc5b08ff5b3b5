from __future__ import annotations

import pytest
from django.urls import reverse

from catalog.models import SavedView
from catalog.saved_views.forms import MOST_VIEWS

pytestmark = pytest.mark.django_db
VIEWS = "/titles/views/"


@pytest.fixture
def own(client, member):
    client.force_login(member)
    return client


def test_filters_are_kept_under_a_name(own, member, make_title):
    make_title()

    response = own.post(
        VIEWS, {"name": " Short films ", "query": "format=movie&minutes_max=30&page=7&find=x&sort=score"}
    )

    view = SavedView.objects.get()
    assert (view.user, view.name, view.query) == (member, "Short films", "format=movie&minutes_max=30&sort=score")
    assert response.url == "/titles/?format=movie&minutes_max=30&sort=score"
    assert list(own.get("/titles/").context["views"]) == [view]


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({"name": "", "query": "format=movie"}, "This field is required."),
        ({"name": "x" * 61, "query": "format=movie"}, "Ensure this value has at most 60 characters (it has 61)."),
        ({"name": "All", "query": ""}, "No filters selected. Choose at least one, then save the view."),
        (
            {"name": "All", "query": "format=opera&year_min=soon"},
            "No filters selected. Choose at least one, then save the view.",
        ),
        ({"name": "All"}, "No filters selected. Choose at least one, then save the view."),
        ({"name": "Films", "query": "format=tv"}, "You already have a view with this name. Choose another name."),
    ],
)
def test_what_cannot_be_kept_is_said(own, member, sent, error):
    SavedView.objects.create(user=member, name="Films", query="format=movie")

    response = own.post(VIEWS, sent)

    assert (response.status_code, SavedView.objects.count()) == (422, 1)
    assert error in [text for errors in response.context["form"].errors.values() for text in errors]


def test_there_is_an_end_to_them(own, member):
    SavedView.objects.bulk_create(SavedView(user=member, name=str(n), query="format=tv") for n in range(MOST_VIEWS))

    assert own.post(VIEWS, {"name": "One more", "query": "format=tv"}).status_code == 422


def test_a_view_is_renamed_and_deleted_by_its_member_alone(own, member, make_member):
    mine = SavedView.objects.create(user=member, name="Films", query="format=movie")
    theirs = SavedView.objects.create(user=make_member(), name="Theirs", query="format=movie")

    assert own.post(reverse("catalog:rename_view", args=[mine.pk]), {"name": "Cinema"}).status_code == 302
    assert own.post(reverse("catalog:rename_view", args=[theirs.pk]), {"name": "Mine"}).status_code == 404
    assert own.post(reverse("catalog:delete_view", args=[theirs.pk])).status_code == 404
    mine.refresh_from_db()
    assert (mine.name, mine.query) == ("Cinema", "format=movie")

    own.post(reverse("catalog:delete_view", args=[mine.pk]))
    assert list(SavedView.objects.all()) == [theirs]


def test_a_view_keeps_its_name_when_it_is_saved_as_it_was(own, member):
    mine = SavedView.objects.create(user=member, name="Films", query="format=movie")
    assert own.post(reverse("catalog:rename_view", args=[mine.pk]), {"name": "Films"}).status_code == 302


def test_names_are_text(own, member):
    SavedView.objects.create(user=member, name="<script>alert(1)</script>", query="format=movie")
    assert b"<script>alert" not in own.get(VIEWS).content + own.get("/titles/").content


def test_a_visitor_is_asked_to_log_in(client):
    assert client.post(VIEWS, {"name": "Films", "query": "format=movie"}).url == "/accounts/login/?next=/titles/views/"
