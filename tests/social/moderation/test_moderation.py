from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from accounts.entries.writing import update_entry
from accounts.settings.deletion import delete_account
from social.comments.writing import write_comment
from social.models import Comment, Decision, Report
from social.moderation import deciding as moderation
from social.notifications.queries import groups_of, read_groups
from social.people.relations import follow
from social.reviews.writing import write_review
from social.tips.recommending import recommend
from social.visibility import comments_visible_to, entries_visible_to, members_visible_to, reviews_visible_to

pytestmark = pytest.mark.django_db
REVIEW = "It takes its time, and that is what it is about. " * 3


@pytest.fixture
def ada(make_member):
    return make_member("ada")


@pytest.fixture
def staff(make_member):
    return make_member("staff", is_staff=True, is_superuser=True)


@pytest.fixture
def review(ada, make_title):
    return write_review(ada, make_title("A"), REVIEW)


@pytest.fixture
def targets(ada, review, make_entry):
    """One object of each reportable kind, all of Ada's."""
    note = make_entry(ada, notes="A rude note.")
    return {"review": review, "comment": write_comment(ada, review, "A rude comment."), "entry": note, "member": ada}


@pytest.fixture
def at_work(client, staff):
    client.force_login(staff)
    return client


class TestReporting:
    @pytest.mark.parametrize("kind", ["review", "comment", "entry", "member"])
    def test_from_its_page_once(self, client, member, targets, kind):
        client.force_login(member)
        names = {"entry": "report_note"}
        key = "ada" if kind == "member" else targets[kind].pk
        url = reverse(f"social:{names.get(kind, f'report_{kind}')}", args=[key])
        assert client.get(url).status_code == 200
        for reason in ("spam", "abuse"):
            assert client.post(url, {"reason": reason, "remark": "Look."}).status_code == 302
        (report,) = Report.objects.all()
        assert (report.kind, report.target, report.reason, report.author) == (
            kind,
            targets[kind],
            "abuse",
            targets["member"],
        )

    def test_not_what_is_ones_own(self, ada, review):
        with pytest.raises(ValidationError):
            moderation.report(ada, review, "spam")

    @pytest.mark.parametrize("data", [{}, {"reason": "dull"}, {"reason": "spam", "remark": "x" * 501}])
    def test_says_what_is_wrong(self, client, member, review, data):
        client.force_login(member)
        url = reverse("social:report_review", args=[review.pk])
        assert (client.post(url, data).status_code, Report.objects.count()) == (422, 0)

    def test_not_what_one_cannot_see(self, client, member, ada, make_entry):
        client.force_login(member)
        private, silent = make_entry(ada, notes="Mine.", visibility="private"), make_entry(ada)
        urls = [reverse("social:report_note", args=[entry.pk]) for entry in (private, silent)]
        assert [client.get(url).status_code for url in urls] == [404, 404]


class TestDeciding:
    def test_what_is_taken_down_is_seen_by_its_author_and_can_be_put_back(self, ada, member, staff, targets):
        for kind in ("review", "comment", "entry"):
            moderation.report(member, targets[kind], "abuse")
            moderation.decide(staff, targets[kind], "take_down", "It is rude.")
        seen = [shown(member).count() for shown in (reviews_visible_to, comments_visible_to, entries_visible_to)]
        own = [shown(ada).count() for shown in (reviews_visible_to, comments_visible_to, entries_visible_to)]
        assert (seen, own, Report.objects.filter(is_settled=False).count()) == ([0, 0, 0], [1, 1, 1], 0)
        for kind in ("review", "comment", "entry"):
            moderation.decide(staff, targets[kind], "put_back", "A mistake.")
        seen = [shown(member).count() for shown in (reviews_visible_to, comments_visible_to, entries_visible_to)]
        assert (seen, Decision.objects.count()) == ([1, 1, 1], 6)

    def test_a_note_put_back_is_seen_by_nobody_who_did_not_see_it_before(self, ada, member, staff, make_entry):
        note = make_entry(ada, notes="A rude note.", visibility="followers")
        moderation.decide(staff, note, "take_down", "It is rude.")
        moderation.decide(staff, note, "put_back", "A mistake.")
        note.refresh_from_db()
        assert (note.visibility, entries_visible_to(member).count()) == ("followers", 0)

    def test_its_author_cannot_show_a_removed_note_again(self, ada, member, staff, targets):
        moderation.decide(staff, targets["entry"], "take_down", "It is rude.")
        update_entry(ada, targets["entry"].title, visibility="public", notes="Still rude.")
        assert (entries_visible_to(member).count(), entries_visible_to(ada).count()) == (0, 1)

    def test_the_author_is_told_why(self, ada, staff, review):
        moderation.decide(staff, review, "warn", "It is rude.")
        assert [one.sentence for one in read_groups(list(groups_of(ada)))] == [
            "You received a warning. Reason: It is rude."
        ]

    def test_nobody_is_told_when_it_is_left(self, ada, staff, review):
        moderation.decide(staff, review, "leave", "It is fine.")
        assert list(groups_of(ada)) == []

    def test_who_is_suspended_is_invisible_and_signed_out_until_let_in_again(self, ada, staff, member):
        theirs = Client()
        theirs.force_login(ada)
        moderation.decide(staff, ada, "suspend", "Spam.")
        assert ada not in members_visible_to(member)
        assert theirs.get(reverse("accounts:settings")).status_code == 302
        assert not Client().login(username="ada", password="correct horse")
        moderation.decide(staff, ada, "reinstate", "Sorry.")
        assert ada in members_visible_to(member)

    @pytest.mark.parametrize(("kind", "act"), [("member", "take_down"), ("review", "reinstate"), ("review", "praise")])
    def test_what_makes_no_sense_is_refused(self, staff, targets, kind, act):
        with pytest.raises(ValidationError):
            moderation.decide(staff, targets[kind], act, "Because.")
        assert Decision.objects.count() == 0

    def test_staff_are_not_suspended(self, staff, make_member):
        with pytest.raises(ValidationError):
            moderation.decide(staff, make_member(is_staff=True), "suspend", "Because.")

    def test_without_a_reason_nothing_is_decided(self, staff, review):
        with pytest.raises(ValidationError):
            moderation.decide(staff, review, "take_down", "")
        assert (Decision.objects.count(), reviews_visible_to(None).count()) == (0, 1)


class TestTheLog:
    @pytest.fixture
    def decision(self, staff, review):
        return moderation.decide(staff, review, "take_down", "It is rude.")

    def test_is_only_added_to(self, decision):
        decision.reason = "Another."
        with pytest.raises(TypeError):
            decision.save()
        with pytest.raises(TypeError):
            decision.delete()
        for change in (lambda: Decision.objects.update(reason="Another."), lambda: Decision.objects.all().delete()):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()
        assert Decision.objects.get().reason == "It is rude."

    def test_forgets_members_who_are_deleted_and_stays(self, ada, staff, decision, member):
        delete_account(ada)
        delete_account(staff)
        left = Decision.objects.get()
        assert (left.member, left.staff, left.review, left.act) == (None, None, None, "take_down")

    def test_is_shown(self, at_work, decision):
        content = at_work.get(reverse("social:moderation_log")).content.decode()
        assert ("It is rude." in content, f"review {decision.review_id}" in content) == (True, True)

    def test_recommendations_are_found_and_not_written_in_the_admin(self, at_work, make_member, make_title):
        author, reader = make_member(), make_member()
        follow(reader, author)
        tip = recommend(author, reader, make_title(), "Watch this.")
        assert b"Watch this." in at_work.get(reverse("admin:social_tip_changelist"), {"q": "watch"}).content
        assert at_work.post(reverse("admin:social_tip_change", args=[tip.pk]), {"note": "Don't."}).status_code == 403

    def test_is_read_only_in_the_admin(self, at_work, decision):
        url = reverse("admin:social_decision_change", args=[decision.pk])
        assert at_work.get(url).status_code == 200
        assert at_work.post(url, {"reason": "Another."}).status_code == 403


class TestQueue:
    def test_shows_each_thing_once_with_all_that_was_said(self, at_work, member, make_member, targets):
        other = make_member()
        for target in targets.values():
            moderation.report(member, target, "abuse", "Look.")
            moderation.report(other, target, "spam")
        page = at_work.get(reverse("social:moderation"))
        assert [(case.report.kind, len(case.reports)) for case in page.context["cases"]] == [
            ("member", 2), ("entry", 2), ("comment", 2), ("review", 2),
        ]  # fmt: skip
        content = page.content.decode()
        assert ["A rude comment." in content, "A rude note." in content, REVIEW[:20] in content] == [True] * 3

    def test_is_filtered(self, at_work, staff, member, targets):
        for target in targets.values():
            moderation.report(member, target, "abuse")
        moderation.decide(staff, targets["review"], "leave", "It is fine.")

        def kinds(**query):
            return [c.report.kind for c in at_work.get(reverse("social:moderation"), query).context["cases"]]

        assert kinds(kind="comment") == ["comment"]
        assert kinds(state="settled") == ["review"]
        assert kinds(kind="nonsense") == ["member", "entry", "comment"]

    def test_a_decision_is_posted(self, at_work, targets):
        url = reverse("social:decide", args=["comment", targets["comment"].pk])
        at_work.post(url, {"act": "take_down", "reason": "It is rude."})
        at_work.post(url, {"act": "take_down"})
        assert (Comment.objects.get().is_removed, Decision.objects.count()) == (True, 1)
        assert at_work.post(reverse("social:decide", args=["nothing", 1]), {}).status_code == 404

    @pytest.mark.parametrize("n", [1, 3])
    def test_takes_the_same_number_of_queries(self, at_work, ada, member, make_title, n, django_assert_num_queries):
        for _ in range(n):
            moderation.report(member, write_review(ada, make_title(), REVIEW), "spam")
        with django_assert_num_queries(9):
            at_work.get(reverse("social:moderation"))

    @pytest.mark.parametrize("name", ["moderation", "moderation_log"])
    def test_is_for_staff(self, client, member, name):
        client.force_login(member)
        assert client.get(reverse(f"social:{name}")).status_code == 403


@pytest.mark.django_db
class TestHints:
    def test_a_reported_review_that_reads_unlike_its_score_says_so(self, make_member, make_entry):
        from social.models import Review, ReviewReader, ReviewReading

        author, private = make_member(), make_member()
        entry = make_entry(author, score=10)
        make_entry(private, title=entry.title, score=10, visibility="private")
        reader = ReviewReader.objects.create(status="published", n_reviews=1, message="for tests")
        for one in (author, private):
            review = Review.objects.create(author=one, title=entry.title, text="x" * 80)
            ReviewReading.objects.create(review=review, reader=reader, score=1.4, error=3)
            moderation.report(make_member(), review, Report.Reason.SPAM)
        cases = moderation.cases_of(list(moderation.open_cases()))
        assert {case.report.review.author: case.hint for case in cases} == {
            author: "A hint, no verdict: the text reads like 1, and the score is 10.",
            private: "",
        }
