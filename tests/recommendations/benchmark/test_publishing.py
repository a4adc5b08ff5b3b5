import pytest
from django.core.management.base import CommandError

from accounts.entries import writing as lists
from accounts.models import User
from recommendations.artifact_store import judged_folder, judged_recommender, load_recommender
from recommendations.benchmark.publishing import create_members, differing_rows, new_version_of_active
from recommendations.models import MemberRecommendations, ModelVersion
from recommendations.publishing.publish import publish


def test_two_publications_of_one_model_differ_in_no_row_until_one_is_changed(publish_model, member, catalogue):
    for title in catalogue[:6]:
        lists.set_score(member, title, 9)
    first = publish_model()
    second, recommender = new_version_of_active()
    publish(second, recommender)

    before = differing_rows(first, second)
    MemberRecommendations.objects.filter(version=second).update(n_inputs=5)

    assert (before, differing_rows(first, second)) == (0, 2)


def test_a_site_without_a_model_is_told_what_to_do(db):
    with pytest.raises(CommandError, match=r"manage\.py seed"):
        new_version_of_active()
    assert not ModelVersion.objects.exists()


def test_a_site_with_members_is_left_alone(make_member):
    make_member()
    make_member()

    with pytest.raises(CommandError, match="this site has members"):
        create_members(3, typical_length=20)
    assert User.objects.count() == 2


@pytest.mark.django_db
def test_a_benchmarks_version_has_the_model_that_was_judged_too(publish_model):
    active = publish_model()
    load_recommender(active).save(judged_folder(active), {"version": active.pk})

    version, recommender = new_version_of_active()

    assert version != active
    assert judged_folder(version).is_dir()
    assert judged_recommender(version).items.ids.tolist() == recommender.items.ids.tolist()
