"""Two titles that are one: nothing that members wrote is lost, and old addresses lead to the title that stays."""

from __future__ import annotations

from collections import Counter

import pytest
from django.apps import apps
from django.db import transaction
from django.db.models import ForeignObjectRel
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import HiddenTitle, ListEntry, User
from anirec.lib.partial_dates import PartialDate
from catalog.models import ExternalId, Relation, SourceRecord, Title, TitleName, TitleRedirect
from catalog.search.find import search_titles
from catalog.titles.merging import join_of, merge_titles, redirected, references_to, unique_with
from recommendations.models import MemberRecommendations, ModelVersion, Outcome, ShownTitle
from social.models import HelpfulVote, Report, Review, ReviewVersion
from social.models.plans import PlanTitle, PlanVote, WatchPlan
from social.models.tips import Tip

pytestmark = pytest.mark.django_db
TEXT = "A review that is long enough to be one, with words about clouds, schools, and what became of them in the end."


def moves_with(relation: ForeignObjectRel) -> set[ForeignObjectRel]:
    """The relations to rows that may become one when this relation's rows move."""
    found = {relation}
    if any(unique_with(relation)):
        for other in references_to(relation.related_model):
            found |= moves_with(other) if other not in found else set()
    return found


def test_every_reference_to_a_title_has_a_rule() -> None:
    """A new foreign key to a title, with a unique constraint, needs `register_join` in its subject's hooks."""
    relations = {one for relation in references_to(Title) for one in moves_with(relation)}
    assert {relation.related_model._meta.label for relation in relations} >= {
        "accounts.ListEntry", "accounts.HiddenTitle", "accounts.ImportRow", "social.Review", "social.HelpfulVote",
        "social.Comment", "social.Tip", "social.PlanTitle", "social.PlanVote", "social.ActivityItem", "social.Report",
        "recommendations.SimilarTitles", "catalog.TitleName", "catalog.ExternalId", "catalog.Relation",
        "catalog.SourceRecord", "catalog.Title_tags",
    }  # fmt: skip
    for relation in relations:
        if any(unique_with(relation)):
            join_of(relation.related_model)


def test_columns_with_title_ids_are_known() -> None:
    """A new column with a title's id that is no foreign key needs a receiver of `title_merging`; add it here then."""
    columns = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if not field.is_relation and ("title_id" in field.name or field.name in ("similar_ids", "reason_ids"))
    }
    assert columns == {
        "recommendations.WidgetEvent.title_id", "recommendations.Outcome.title_id",
        "recommendations.ShownTitle.title_id", "recommendations.MemberRecommendations.title_ids",
        "recommendations.MemberRecommendations.reason_ids", "recommendations.SimilarTitles.similar_ids",
        "recommendations.Segment.title_ids",
    }  # fmt: skip


class TestAddresses:
    def test_old_page_and_api_lead_to_the_title_that_stays(self, make_title, client) -> None:
        first, second, third = (make_title(name) for name in ("Kumo", "Kumo TV", "Kumo (TV)"))
        merge_titles(second.pk, third.pk)
        merge_titles(first.pk, second.pk)

        for old_id in (second.pk, third.pk):
            page, api = client.get(f"/titles/{old_id}/"), client.get(f"/api/v1/titles/{old_id}/")
            assert (page.status_code, page["Location"]) == (301, f"/titles/{first.pk}/")
            assert (api.status_code, api["Location"]) == (301, f"/api/v1/titles/{first.pk}/")
        assert client.get(f"/titles/{first.pk}/").status_code == 200
        assert client.get("/titles/999999/").status_code == 404

    def test_a_title_is_not_merged_with_itself_or_with_none(self, make_title) -> None:
        title = make_title()
        with pytest.raises(ValueError, match="can't be merged into itself"):
            merge_titles(title.pk, title.pk)
        with pytest.raises(Title.DoesNotExist, match="there is no title 999999"), transaction.atomic():
            merge_titles(title.pk, 999_999)
        assert redirected(title.pk) is None

    def test_titles_of_two_media_are_not_merged(self, make_title) -> None:
        anime, manga = make_title("Kumo"), make_title("Kumo", medium="manga")
        with pytest.raises(ValueError, match=rf"title {manga.pk} \(manga\) can't be merged into {anime.pk} \(anime\)"):
            merge_titles(anime.pk, manga.pk)
        assert set(Title.objects.all()) == {anime, manga}


class TestCatalogue:
    def test_names_ids_relations_and_records_move(self, make_title) -> None:
        kept, dropped, sequel = make_title("Kumo"), make_title("Cloud", name_english="The Cloud"), make_title("Kumo 2")
        for title, provider in ((kept, "mal"), (dropped, "anilist")):
            ExternalId.objects.create(title=title, provider=provider, medium="anime", value="1")
        for title, name in ((kept, "Kumo"), (dropped, "Cloud"), (dropped, "Kumo")):
            TitleName.objects.create(title=title, kind="main", text=name, key=name.lower())
        for one, other in ((kept, dropped), (kept, sequel), (dropped, sequel)):
            Relation.objects.create(from_title=one, to_title=other, kind="sequel")

        merge_titles(kept.pk, dropped.pk)

        assert set(kept.external_ids.values_list("provider", flat=True)) == {"mal", "anilist"}
        assert set(kept.names.values_list("key", flat=True)) == {"kumo", "cloud"}
        assert list(Relation.objects.values_list("from_title", "to_title")) == [(kept.pk, sequel.pk)]
        assert [title.pk for title in search_titles("cloud", None)] == [kept.pk]
        kept.refresh_from_db()
        assert (kept.name, kept.name_english) == ("Kumo", "The Cloud")

    def test_staff_merge_titles_in_the_admin(self, make_title, admin_client) -> None:
        kept, dropped = make_title("Kumo"), make_title("Cloud")
        data = {"action": "merge", "_selected_action": [dropped.pk, kept.pk]}

        admin_client.post(reverse("admin:catalog_title_changelist"), data)

        assert TitleRedirect.objects.get(old_id=dropped.pk).title_id == kept.pk

    def test_staff_are_told_that_titles_of_two_media_stay_apart(self, make_title, admin_client) -> None:
        anime, manga = make_title("Kumo"), make_title("Kumo", medium="manga")
        data = {"action": "merge", "_selected_action": [anime.pk, manga.pk]}

        page = admin_client.post(reverse("admin:catalog_title_changelist"), data, follow=True)

        assert "Titles of different kinds can’t be merged." in page.content.decode()
        assert set(Title.objects.all()) == {anime, manga}

    def test_staff_select_at_least_two(self, make_title, admin_client) -> None:
        title = make_title()
        data = {"action": "merge", "_selected_action": [title.pk]}

        page = admin_client.post(reverse("admin:catalog_title_changelist"), data, follow=True)

        assert "Select 2 to 5 titles to merge." in page.content.decode()


class TestLists:
    def test_two_entries_of_a_member_become_one(self, make_title, make_entry, make_member) -> None:
        kept, dropped, ada, bob = make_title("Kumo"), make_title("Cloud"), make_member("ada"), make_member("bob")
        make_entry(
            ada, kept, status="watching", score=6, progress=11, notes="Old.", tags=["a", "b"], visibility="private",
            started_on=PartialDate(2019, 4), rewatched_on=[PartialDate(2020)],
        )  # fmt: skip
        make_entry(
            ada, dropped, status="completed", score=8, progress=10, notes="New.", tags=["B", "c"],
            started_on=PartialDate(2020), finished_on=PartialDate(2021), rewatched_on=[PartialDate(2022)],
        )  # fmt: skip
        make_entry(bob, dropped, status="dropped", score=3)
        versions = {one.username: one.list_version for one in (ada, bob)}

        merge_titles(kept.pk, dropped.pk)

        entry = ListEntry.objects.get(user=ada)
        assert (entry.title_id, entry.status, entry.score, entry.progress) == (kept.pk, "completed", 8, 11)
        assert (entry.started_on, entry.finished_on) == (PartialDate(2019, 4), PartialDate(2021))
        assert (entry.notes, entry.tags, entry.visibility) == ("New.\n\nOld.", ["a", "B", "c"], "private")
        assert entry.rewatched_on == [PartialDate(2020), PartialDate(2022)]
        assert ListEntry.objects.get(user=bob).title_id == kept.pk
        assert {one.username: one.list_version - versions[one.username] for one in User.objects.all()} == {
            "ada": 1, "bob": 1,
        }  # fmt: skip

    def test_members_open_pages_and_recommendations_hear_of_it(
        self, make_title, make_entry, member, django_capture_on_commit_callbacks
    ) -> None:
        from accounts.signals import list_changed

        kept, dropped, heard = make_title(), make_title(), []
        make_entry(member, dropped)
        list_changed.connect(receiver := lambda user_id, **_: heard.append(user_id))
        with django_capture_on_commit_callbacks(execute=True):
            merge_titles(kept.pk, dropped.pk)
        list_changed.disconnect(receiver)

        assert heard == [member.pk]


class TestSocial:
    def test_reviews_become_one_with_the_older_text_as_a_version(self, make_title, make_member) -> None:
        kept, dropped, ada, bob = make_title(), make_title(), make_member("ada"), make_member("bob")
        older = Review.objects.create(author=ada, title=kept, text=f"Older. {TEXT}")
        newer = Review.objects.create(author=ada, title=dropped, text=f"Newer. {TEXT}")
        for review in (older, newer):
            HelpfulVote.objects.create(review=review, voter=bob)
        Report.objects.create(review=newer, reporter=bob, reason="spam")

        merge_titles(kept.pk, dropped.pk)

        review = Review.objects.get()
        assert (review.pk, review.title_id, review.text) == (older.pk, kept.pk, f"Newer. {TEXT}")
        assert ReviewVersion.objects.get().text == f"Older. {TEXT}"
        assert HelpfulVote.objects.get().review_id == Report.objects.get().review_id == review.pk

    def test_tips_and_plans_keep_notes_and_votes(self, make_title, make_member) -> None:
        kept, dropped, ada, bob = make_title(), make_title(), make_member("ada"), make_member("bob")
        Tip.objects.create(author=ada, recipient=bob, title=kept, note="Watch it!")
        Tip.objects.create(author=ada, recipient=bob, title=dropped, note="Really!")
        plan = WatchPlan.objects.create(owner=ada, name="Sunday")
        voters = [plan.members.create(member=one) for one in (ada, bob)]
        for title, voter in ((kept, voters[0]), (dropped, voters[0]), (dropped, voters[1])):
            proposed, _ = PlanTitle.objects.get_or_create(plan=plan, title=title)
            PlanVote.objects.create(plan_title=proposed, voter=voter)

        merge_titles(kept.pk, dropped.pk)

        assert Tip.objects.get().note == "Watch it!\n\nReally!"
        assert PlanTitle.objects.get().title_id == kept.pk
        assert set(PlanVote.objects.values_list("voter", flat=True)) == {voter.pk for voter in voters}


def test_statistics_and_recommendations_follow(make_title, member) -> None:
    kept, dropped, other = make_title(), make_title(), make_title()
    common = {"day": "2026-01-01", "widget": "similar", "is_synthetic": False}
    for title, n in ((kept, 2), (dropped, 3)):
        ShownTitle.objects.create(title_id=title.pk, shown=n, **common)
        Outcome.objects.create(member=member, title_id=title.pk, metric="click", at="2026-01-01T00:00Z")
    version = ModelVersion.objects.create()
    MemberRecommendations.objects.create(
        version=version, user=member, list_version=1, n_inputs=1, computed_at="2026-01-01T00:00Z",
        title_ids=[other.pk, dropped.pk], scores=[2, 1], predicted=[8, 7], reason_ids=[dropped.pk, 0],
        reason_shares=[1, 0],
    )  # fmt: skip

    merge_titles(kept.pk, dropped.pk)

    assert list(ShownTitle.objects.values_list("title_id", "shown")) == [(kept.pk, 5)]
    assert list(Outcome.objects.values_list("title_id", flat=True)) == [kept.pk]
    row = MemberRecommendations.objects.get()
    assert (row.title_ids, row.reason_ids) == ([other.pk, kept.pk], [kept.pk, 0])


N_TITLES, N_MEMBERS = 5, 3
ENTRY = st.tuples(
    st.integers(0, N_MEMBERS - 1), st.integers(0, N_TITLES - 1), st.sampled_from(["planned", "watching", "completed"]),
    st.one_of(st.none(), st.integers(1, 10)), st.booleans(), st.booleans(),
)  # fmt: skip
MERGE = st.tuples(st.integers(0, N_TITLES - 1), st.integers(0, N_TITLES - 1))


@pytest.mark.property
class TestNothingIsLost(TestCase):
    @given(st.lists(ENTRY, max_size=14, unique_by=lambda one: one[:2]), st.lists(MERGE, max_size=6))
    def test_whatever_is_merged_in_whatever_order(self, entries: list, merges: list) -> None:
        """Each member's entries, notes, reviews and hidden titles are there for the merged titles, and none twice."""
        titles = [Title.objects.create(name=f"Title {n}") for n in range(N_TITLES)]
        members = [User.objects.create(username=f"member{n}") for n in range(N_MEMBERS)]
        for who, which, status, score, has_review, is_hidden in entries:
            member, title = members[who], titles[which]
            note = f"note {who} {which}."
            ListEntry.objects.create(user=member, title=title, status=status, score=score, notes=note)
            if has_review:
                Review.objects.create(author=member, title=title, text=f"review {who} {which}.")
            if is_hidden:
                HiddenTitle.objects.create(user=member, title=title)
        place = list(range(N_TITLES))  # which title each has become
        for one, other in merges:
            kept, dropped = place[one], place[other]
            if kept != dropped:
                merge_titles(titles[kept].pk, titles[dropped].pk)
                place = [kept if now == dropped else now for now in place]

        expected = {(members[who].pk, titles[place[which]].pk) for who, which, *_ in entries}
        found = Counter(ListEntry.objects.values_list("user_id", "title_id"))
        assert found == dict.fromkeys(expected, 1)
        for who, which, _, score, has_review, is_hidden in entries:
            at = {"title": titles[place[which]]}
            entry = ListEntry.objects.get(user=members[who], **at)
            assert f"note {who} {which}." in entry.notes
            assert score is None or entry.score is not None
            assert not is_hidden or HiddenTitle.objects.filter(user=members[who], **at).count() == 1
            if has_review:
                review = Review.objects.get(author=members[who], **at)
                texts = [review.text, *review.versions.values_list("text", flat=True)]
                assert texts.count(f"review {who} {which}.") == 1
        assert Title.objects.count() == len(set(place))
        assert SourceRecord.objects.count() == 0
