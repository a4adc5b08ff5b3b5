"""The registry of sources, and the setting that enables them."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from anirec.start import environment
from catalog.importing.precedence import SOURCES
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
