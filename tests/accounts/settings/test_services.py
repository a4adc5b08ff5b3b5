from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import User

pytestmark = pytest.mark.django_db


def services_of(member: User) -> list[str]:
    return User.objects.get(pk=member.pk).streaming_services


def test_a_member_picks_the_services_they_have_and_none_of_them_again(client, member):
    client.force_login(member)
    client.post(reverse("accounts:services"), {"streaming_services": ["netflix", "hulu"]})
    assert services_of(member) == ["netflix", "hulu"]
    page = client.get(reverse("accounts:settings")).content.decode()
    assert 'value="netflix" id="id_streaming_services_11" checked' in page.replace("  ", " ")
    client.post(reverse("accounts:services"), {})
    assert services_of(member) == []


def test_an_unknown_service_is_refused_with_a_sentence(client, member):
    client.force_login(member)
    response = client.post(reverse("accounts:services"), {"streaming_services": ["pirates"]})
    assert (response.status_code, services_of(member)) == (422, [])
    assert "pirates is not one of the available choices." in response.content.decode()


def test_the_api_reads_and_changes_them(api, member):
    api.force_authenticate(member)
    changed = api.patch("/api/v1/my/settings/", {"streaming_services": ["viki"]}, format="json")
    assert (changed.json()["streaming_services"], services_of(member)) == (["viki"], ["viki"])
    refused = api.patch("/api/v1/my/settings/", {"streaming_services": ["pirates"]}, format="json")
    assert (refused.status_code, services_of(member)) == (400, ["viki"])
