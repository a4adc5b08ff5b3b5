"""The history of one's own list, as its member reads it."""

import pytest
from django.urls import reverse

from accounts.entries import writing as lists
from accounts.history.queries import watches_of
from accounts.history.wording import describe
from accounts.models import EntryChange, ListEntry
from anirec.lib.partial_dates import PartialDate
from catalog.models import Title
from tests.html import one_line

pytestmark = pytest.mark.django_db
HISTORY = "/list/history/"


@pytest.fixture
def own(client, member):
    client.force_login(member)
    return client


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"status": "planned"}, "Added to your list: Plan to watch"),
        ({"status_before": "watching", "status": ""}, "Removed from your list"),
        ({"progress_before": 4, "progress": 5, "watched": 1}, "Watched episode 5"),
        ({"progress_before": 4, "progress": 7, "watched": 3}, "Watched episodes 5–7"),
        ({"progress_before": 12, "progress": 3, "watched": 3}, "Watched episodes 1–3"),
        ({"progress_before": 7, "progress": 5, "watched": -2}, "Progress set to 5"),
        ({"progress_before": 0, "progress": 12, "watched": 0}, "Progress set to 12"),
        ({"status": "completed"}, "Completed"),
        ({"score": 9}, "Score: 9"),
        ({"score_before": 9}, "Score removed"),
        ({"others": ["started_on", "finished_on", "notes", "tags"]}, "Dates changed · Notes changed · Tags changed"),
        (
            {"progress_before": 11, "progress": 12, "watched": 1, "status": "completed", "score": 8},
            "Watched episode 12 · Completed · Score: 8",
        ),
    ],
)
def test_a_change_is_a_sentence(change, sentence):
    before = {} if sentence.startswith("Added") else {"status_before": "watching"}
    assert describe(EntryChange(title=Title(), **{"status": "watching", **before, **change})) == sentence


def test_a_score_is_shown_in_the_members_format():
    change = EntryChange(title=Title(), status_before="watching", status="watching", score=9)
    assert describe(change, "stars") == "Score: 4½ ★"


class TestPages:
    def test_are_by_day(self, own, member, make_title):
        lists.set_status(member, make_title(), "planned")
        EntryChange.objects.update(at=timezone_aware("2026-03-09"))
        assert '<h2 class="day">Monday, 9 Mar 2026</h2>' in one_line(own.get(HISTORY))

    def test_tell_what_was_changed(self, own, member, make_entry, make_title):
        entry = make_entry(member, make_title("Monster"), status="watching", progress=4)
        lists.update_entry(member, entry.title, progress=7)
        assert "Monster: Watched episodes 5–7" in one_line(own.get(HISTORY)).replace("</a>", "").replace("  ", " ")
        assert "Watched episodes 5–7" in one_line(own.get(reverse("accounts:history_of_title", args=[entry.title_id])))

    def test_say_so_when_they_are_empty(self, own, make_title):
        assert "No changes yet." in one_line(own.get(HISTORY))
        assert "No changes recorded" in one_line(own.get(reverse("accounts:history_of_title", args=[make_title().pk])))

    def test_show_nobody_elses_changes(self, own, make_member, make_title):
        lists.set_status(make_member(), make_title("Monster"), "planned")
        assert "Monster" not in one_line(own.get(HISTORY))

    def test_leave_out_titles_that_are_out_of_sight(self, own, member, make_title):
        title = make_title("Secret")
        lists.set_status(member, title, "planned")
        title.is_adult = True
        title.save()
        assert "Secret" not in one_line(own.get(HISTORY))

    @pytest.mark.parametrize("n", [1, 20])
    def test_take_the_same_queries_for_any_length(self, own, member, make_title, n, django_assert_num_queries):
        for _ in range(n):
            lists.set_status(member, make_title(), "planned")
        with django_assert_num_queries(5):
            own.get(HISTORY)

    def test_are_cleared_for_good_without_touching_the_list(self, own, member, make_title):
        lists.set_status(member, make_title(), "planned")
        own.post("/list/history/clear/")
        assert (EntryChange.objects.count(), ListEntry.objects.count()) == (0, 1)


class TestApi:
    def test_lists_changes_of_a_title(self, api, member, make_entry):
        entry, other = make_entry(member, status="watching", progress=4), make_entry(member)
        lists.watch_episode(member, entry.title, 5)
        lists.set_score(member, other.title, 5)
        results = api.get("/api/v1/my/history/", {"title_id": entry.title_id}).json()["results"]
        assert [(row["title"]["id"], row["progress"], row["watched"]) for row in results] == [(entry.title_id, 5, 1)]

    def test_clears_them(self, api, member, make_title):
        lists.set_status(member, make_title(), "planned")
        assert api.delete("/api/v1/my/history/").status_code == 204
        assert not EntryChange.objects.exists()


class TestTimesWatched:
    def test_have_a_row_each(self, member, make_entry):
        entry = make_entry(
            member, status="completed", started_on="2019", finished_on="2020-03", rewatches=2,
            rewatched_on=[PartialDate.parse("2023"), PartialDate.parse("2026-03-09")],
        )  # fmt: skip
        begun = EntryChange(status_before="completed", status="rewatching", at=timezone_aware("2026-03-01"))
        watches = [(w.number, str(w.started_on or ""), str(w.finished_on)) for w in watches_of(entry, [begun])]
        assert watches == [(1, "2019", "2020-03"), (2, "", "2023"), (3, "2026-03-01", "2026-03-09")]

    def test_without_any_date_have_none(self, member, make_entry):
        assert watches_of(make_entry(member, status="completed", rewatches=3), []) == []


class TestToasts:
    """What follows from a change is said, with an undo, and a title without a score is asked for once."""

    def complete(self, own, title):
        return one_line(own.post(reverse("accounts:entry", args=[title.pk]), {"status": "completed"}, follow=True))

    def test_dates_can_be_taken_back(self, own, member, make_entry):
        entry = make_entry(member, status="watching", progress=3, score=8)
        page = self.complete(own, entry.title)
        assert "Finish date set to today" in page
        own.post(page.split('action="/list/undo/')[1].split('"')[0].join(["/list/undo/", ""]))
        entry.refresh_from_db()
        assert (entry.status, entry.finished_on) == ("completed", None)

    def test_a_score_is_asked_for(self, own, member, make_entry):
        entry = make_entry(member, status="watching", progress=3)
        assert 'class="score-now"' in self.complete(own, entry.title)
        own.post(reverse("accounts:entry", args=[entry.title_id]), {"score": "7"})
        entry.refresh_from_db()
        assert entry.score == 7

    def test_a_score_is_asked_for_once(self, own, member, make_entry):
        entry = make_entry(member, status="watching", progress=3)
        self.complete(own, entry.title)
        assert 'class="score-now"' not in self.complete(own, entry.title)

    def test_a_score_is_not_asked_of_who_wants_no_question(self, own, member, make_entry):
        member.asks_for_scores = False
        member.save()
        assert 'class="score-now"' not in self.complete(own, make_entry(member, status="watching").title)


def timezone_aware(day: str):
    from datetime import UTC, datetime

    return datetime.fromisoformat(day).replace(tzinfo=UTC)
