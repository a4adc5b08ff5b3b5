from __future__ import annotations

import numpy as np
import pytest
from django.urls import reverse

from accounts.entries import writing as lists
from catalog.models import Tag
from recommendations.artifact_store import artifact_folder, load_segments
from recommendations.engine.data.interactions import Interactions
from recommendations.inputs.title_features import title_features
from recommendations.models import MemberSegment, ModelVersion, Segment
from recommendations.pipelines.segments import publish_segments, segment_names

pytestmark = pytest.mark.django_db
GENRES = ("Action", "Drama", "Music", "Sports")


@pytest.fixture
def tagged(catalogue):
    """Tag the catalogue's title i with genre i % 4."""
    for number, name in enumerate(GENRES):
        Tag.objects.create(kind="genre", name=name, slug=name.lower()).titles.set(catalogue[number::4])
    return catalogue


@pytest.fixture
def train(tagged) -> Interactions:
    """Return ratings of 240 members who mostly watch one genre each."""
    generator = np.random.default_rng(0)
    ids = np.array([title.pk for title in tagged])
    rows = []
    for user in range(240):
        weights = np.where(np.arange(len(ids)) % 4 == user % 4, 12.0, 1.0)
        chosen = generator.choice(ids, 10, replace=False, p=weights / weights.sum())
        rows += [(user + 1, title_id, 8) for title_id in chosen]
    return Interactions.from_ids(*np.array(rows).T)


@pytest.fixture
def fan(member, tagged):
    """Create a member who watches music."""
    for title in tagged[2::4][:6]:
        lists.set_score(member, title, 9)
    return member


@pytest.fixture
def version(db) -> ModelVersion:
    return ModelVersion.objects.create(kind=ModelVersion.Kind.SITE)


def test_segments_are_written_with_a_name_and_what_they_like(train, tagged, version):
    publish_segments(version, train)

    written = {segment.traits[0]: segment for segment in Segment.objects.filter(version=version)}
    assert set(written) == set(GENRES)
    assert sum(segment.size for segment in written.values()) == 240
    assert written["Drama"].name.startswith("Drama")
    assert set(written["Drama"].title_ids[:10]) == {title.pk for title in tagged[1::4]}


def test_members_with_a_list_get_their_place(train, fan, make_member, version):
    make_member("nobody")

    publish_segments(version, train)

    row = MemberSegment.objects.get()
    assert row.user == fan
    assert Segment.objects.get(version=version, number=row.segment).traits[0] == "Music"


def test_repeating_it_changes_nothing(train, fan, version):
    publish_segments(version, train)
    first = list(MemberSegment.objects.values_list("user", "segment", "x", "y"))

    publish_segments(version, train)

    assert list(MemberSegment.objects.values_list("user", "segment", "x", "y")) == first
    assert Segment.objects.count() == len(load_segments(version))


def test_too_few_members_have_none(train, fan, version):
    few = train.where(train.user_index < 50)

    publish_segments(version, few.restricted(np.arange(50), np.arange(len(train.items))))

    assert (Segment.objects.count(), MemberSegment.objects.count(), load_segments(version)) == (0, 0, None)


def test_nothing_adult_is_named_or_shown(train, tagged, version):
    Tag.objects.filter(name="Drama").update(is_adult=True)
    for title in tagged[1::4]:
        title.is_adult = True
        title.save()

    publish_segments(version, train)

    shown = {pk for segment in Segment.objects.all() for pk in segment.title_ids}
    assert not any("Drama" in [segment.name, *segment.traits] for segment in Segment.objects.all())
    assert shown.isdisjoint(title.pk for title in tagged[1::4])


def test_the_queries_do_not_grow_with_the_members(train, make_member, tagged, version, django_assert_num_queries):
    features = title_features(train.items)
    known = Interactions(**{**vars(train), "features": features})
    lists.set_score(make_member(), tagged[0], 9)
    publish_segments(version, known)

    for count in (1, 3):
        for _ in range(count):
            lists.set_score(make_member(), tagged[0], 9)
        with django_assert_num_queries(15):
            publish_segments(version, known)


def test_names_differ():
    assert segment_names([("Mecha", "Space"), ("Space",), ("Mecha", "Space"), (), ()]) == [
        "Mecha & Space", "Space", "A bit of everything", "Segment 4", "Segment 5",
    ]  # fmt: skip


class TestTasteMap:
    ADDRESS = "recommendations:segments"

    @pytest.fixture
    def published(self, train, publish_model):
        version = publish_model()
        publish_segments(version, train)
        return version

    def test_says_when_there_is_none(self, client, publish_model):
        assert "No map yet" in client.get(reverse(self.ADDRESS)).content.decode()
        publish_model()
        assert "No map yet" in client.get(reverse(self.ADDRESS)).content.decode()

    def test_shows_every_segment_with_its_share_and_what_it_likes(self, client, published, tagged):
        found = client.get(reverse(self.ADDRESS)).context["map"]

        assert {region.segment.traits[0] for region in found.regions} == set(GENRES)
        assert sum(region.share for region in found.regions) == pytest.approx(1)
        drama = next(region for region in found.regions if region.segment.traits[0] == "Drama")
        assert set(drama.titles) <= set(tagged[1::4])
        assert (found.here, found.own) == (None, None)

    def test_everything_is_within_the_map(self, client, published, fan):
        client.force_login(fan)
        found = client.get(reverse(self.ADDRESS)).context["map"]

        points = [*found.dots, found.here, *(region.point for region in found.regions)]
        assert all(0 <= point.x <= found.width and 0 <= point.y <= found.height for point in points)
        assert 200 <= len(found.dots) <= 240

    def test_a_member_is_where_they_were_published(self, client, train, fan, publish_model):
        version = publish_model()
        publish_segments(version, train)
        client.force_login(fan)

        assert client.get(reverse(self.ADDRESS)).context["map"].own.segment.traits[0] == "Music"

    def test_a_member_who_came_later_is_placed_at_once(self, client, published, fan):
        client.force_login(fan)

        assert not MemberSegment.objects.exists()
        assert client.get(reverse(self.ADDRESS)).context["map"].own.segment.traits[0] == "Music"

    def test_a_visitor_s_ratings_place_them(self, client, published, tagged):
        for title in tagged[3::4][:4]:
            client.post(reverse("recommendations:guest_rate", args=[title.pk]), {"score": 9})

        response = client.get(reverse(self.ADDRESS))

        assert response.context["map"].own.segment.traits[0] == "Sports"
        assert "you are here" in response.content.decode()

    def test_titles_that_became_adult_are_not_named(self, client, published, tagged):
        for title in tagged[1::4]:
            title.is_adult = True
            title.save()

        found = client.get(reverse(self.ADDRESS)).context["map"]

        assert not {title for region in found.regions for title in region.titles} & set(tagged[1::4])

    def test_takes_the_same_number_of_queries_for_any_number_of_segments(
        self, client, published, django_assert_num_queries
    ):
        client.get(reverse(self.ADDRESS))
        for kept in (4, 1):
            Segment.objects.exclude(number__lt=kept).delete()
            with django_assert_num_queries(3):
                client.get(reverse(self.ADDRESS))

    def test_a_damaged_artifact_is_an_error_that_names_it(self, published):
        from recommendations.engine.artifacts import ArtifactError

        (artifact_folder(published) / "segments" / "centres.npy").write_bytes(b"")

        with pytest.raises(ArtifactError, match=r"centres.npy: missing or damaged"):
            load_segments(published)
