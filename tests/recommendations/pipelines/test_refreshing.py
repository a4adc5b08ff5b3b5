import pytest
from django.core.cache import cache

from accounts.entries import writing as lists
from recommendations.models import MemberRecommendations
from recommendations.pipelines import tasks
from recommendations.pipelines.tasks import request_refresh
from recommendations.serving import recommend_for


@pytest.fixture
def sent(monkeypatch):
    calls = []
    monkeypatch.setattr(tasks, "send_soon", lambda _task, countdown, **arguments: calls.append(arguments))
    return calls


def test_a_burst_of_changes_sends_one_task(member, catalogue, sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        for title in catalogue[:5]:
            lists.set_score(member, title, 8)

    assert sent == [{"user_id": member.pk}]


def test_changes_after_the_task_began_send_another(member, sent):
    request_refresh(member.pk)
    tasks.refresh_member(user_id=member.pk)
    request_refresh(member.pk)

    assert len(sent) == 2


def test_the_task_brings_the_row_up_to_date(member, catalogue, publish_model):
    for title in catalogue[0:6:2]:
        lists.set_score(member, title, 9)
    publish_model()
    lists.set_score(member, catalogue[6], 9)
    assert recommend_for(member, 3).source == "live"

    tasks.refresh_member(user_id=member.pk)

    assert recommend_for(member, 3).source == "table"
    assert MemberRecommendations.objects.get(user=member).n_inputs == 4


def test_without_a_model_or_a_member_nothing_happens(member, publish_model):
    tasks.refresh_member(user_id=member.pk)
    publish_model()
    tasks.refresh_member(user_id=10**9)

    assert not MemberRecommendations.objects.exists()


def test_a_row_that_is_current_is_left_as_it_is(member, catalogue, publish_model):
    lists.set_score(member, catalogue[0], 9)
    publish_model()
    before = MemberRecommendations.objects.get().pk

    tasks.refresh_member(user_id=member.pk)

    assert MemberRecommendations.objects.get().pk == before
    assert cache.get(f"refresh:{member.pk}") is None
