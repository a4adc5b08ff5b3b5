"""The registry of sources, and the setting that enables them."""

from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured

from anirec.start import environment
from catalog.importing.precedence import SOURCES
from catalog.models import ExternalId
from catalog.models.titles import Medium, Status
from catalog.sources.services import SERVICES, enabled_services, service_named


def test_every_source_has_a_place_in_the_precedence():
    assert set(SERVICES) <= SOURCES


@pytest.mark.parametrize("name", SERVICES)
def test_a_source_is_enabled_by_the_setting_of_its_name(name, settings):
    settings.SOURCES, settings.MAL_CLIENT_ID, settings.JIKAN_URL = [name], "id", "https://jikan.example.org/v4"
    assert [service.name for service in enabled_services()] == [name] == [service_named(name).name]


def test_an_unknown_source_stops_the_start(monkeypatch):
    monkeypatch.setenv("SOURCES", "myanimelist,myanimelits")
    with pytest.raises(ImproperlyConfigured, match="myanimelits is unknown"):
        environment.choices("SOURCES", "", *SERVICES)


def test_the_documentation_names_every_source(settings):
    text = (settings.BASE_DIR / "docs" / "operations.md").read_text()
    assert [name for name in SERVICES if f"`{name}`" not in text] == []


class TestReading:
    """Manga and light novels: the most popular ones, and what members have on their lists."""

    @pytest.fixture(params=["myanimelist", "jikan"])
    def service(self, request, settings):
        settings.MAL_CLIENT_ID, settings.JIKAN_URL = "id", "https://jikan.example.org/v4"
        return service_named(request.param)

    @pytest.fixture
    def listed(self, make_member, make_title, make_entry):
        def build(status, medium=Medium.MANGA):
            title = make_title(medium=medium, status=status)
            ExternalId.objects.create(title=title, provider="mal", medium=Medium.MANGA, value=str(title.pk))
            make_entry(make_member(f"reader{title.pk}"), title)
            return title.pk

        return build

    def requests_of(self, service):
        return {request.key: request for request in service.requests() if request.key.startswith("read")}

    def test_the_most_popular_are_asked_for_monthly_and_no_others(self, service, db):
        (popular,) = self.requests_of(service).values()
        assert popular.every == timedelta(days=30)
        assert "popularity" in popular.url + str(popular.params)
        assert popular.most_pages < 1000

    def test_those_on_lists_are_asked_for_weekly_while_they_are_published(self, service, listed):
        published, novel = listed(Status.AIRING), listed(Status.FINISHED, Medium.LIGHT_NOVEL)
        requests = self.requests_of(service)
        assert requests[f"read-details:{published}"].every == timedelta(days=7)
        assert requests[f"read-details:{novel}"].every == timedelta(days=30)
        assert f"/manga/{novel}" in requests[f"read-details:{novel}"].url

    def test_manga_are_not_asked_for_as_anime(self, service, listed):
        pk = listed(Status.AIRING)
        assert not [request for request in service.requests() if request.key == f"details:{pk}"]
