import pytest
from django.core.exceptions import ValidationError

from accounts.entries import writing as lists
from accounts.models import EntryStatus, HiddenTitle, ListEntry, User
from accounts.signals import list_changed
from anirec.lib.partial_dates import PartialDate

pytestmark = pytest.mark.django_db


def state(entry: ListEntry) -> tuple:
    entry.refresh_from_db()
    return entry.status, entry.score, entry.progress


class TestStatus:
    def test_makes_the_entry(self, member, make_title):
        entry = lists.set_status(member, make_title(), "planned")
        assert state(entry) == ("planned", None, 0)

    def test_completed_means_every_episode_was_seen(self, member, make_title):
        assert state(lists.set_status(member, make_title(episodes=26), "completed")) == ("completed", None, 26)

    def test_completed_without_a_known_number_of_episodes_keeps_the_progress(self, member, make_title, make_entry):
        entry = make_entry(member, make_title(episodes=None), status="watching", progress=7)
        assert state(lists.set_status(member, entry.title, "completed")) == ("completed", None, 7)

    def test_keeps_score_and_progress(self, member, make_entry):
        entry = make_entry(member, status="watching", score=8, progress=5)
        assert state(lists.set_status(member, entry.title, "dropped")) == ("dropped", 8, 5)

    def test_an_unknown_one_is_refused(self, member, make_title):
        with pytest.raises(ValidationError) as error:
            lists.set_status(member, make_title(), "abandoned")
        assert error.value.message_dict == {"status": ["Value 'abandoned' is not a valid choice."]}


class TestScore:
    def test_says_that_it_was_seen(self, member, make_title):
        assert state(lists.set_score(member, make_title(episodes=12), 9)) == ("completed", 9, 12)

    def test_completes_a_planned_title(self, member, make_entry):
        entry = make_entry(member, status="planned")
        assert state(lists.set_score(member, entry.title, 7)) == ("completed", 7, 12)

    @pytest.mark.parametrize("status", ["watching", "on_hold", "dropped"])
    def test_leaves_any_other_status(self, member, status, make_entry):
        entry = make_entry(member, status=status, progress=3)
        assert state(lists.set_score(member, entry.title, 4)) == (status, 4, 3)

    def test_none_takes_it_away(self, member, make_entry):
        entry = make_entry(member, status="completed", score=8, progress=12)
        assert state(lists.set_score(member, entry.title, None)) == ("completed", None, 12)

    def test_none_leaves_a_title_off_the_list(self, member, make_title):
        assert lists.set_score(member, make_title(), None) is None
        assert member.entries.count() == 0

    @pytest.mark.parametrize(
        ("score", "message"),
        [
            (0, "Ensure this value is greater than or equal to 1."),
            (11, "Ensure this value is less than or equal to 10."),
            (-3, "Ensure this value is greater than or equal to 1."),
            ("ten", "“ten” value must be an integer."),
            (7.5, "Invalid value 7.5. Enter a whole number."),
            (True, "Invalid value True. Enter a whole number."),
        ],
    )
    def test_one_outside_1_to_10_is_refused_by_field(self, member, score, message, make_title):
        with pytest.raises(ValidationError) as error:
            lists.set_score(member, make_title(), score)
        assert error.value.message_dict == {"score": [message]}
        assert member.entries.count() == 0


class TestProgress:
    def test_starts_a_planned_title(self, member, make_entry):
        entry = make_entry(member, status="planned")
        assert state(lists.set_progress(member, entry.title, 1)) == ("watching", None, 1)

    def test_none_yet_leaves_it_planned(self, member, make_title):
        assert state(lists.set_progress(member, make_title(), 0)) == ("planned", None, 0)

    @pytest.mark.parametrize("status", ["planned", "watching", "on_hold", "dropped"])
    def test_the_last_episode_completes(self, member, status, make_title, make_entry):
        entry = make_entry(member, make_title(episodes=26), status=status)
        assert state(lists.set_progress(member, entry.title, 26)) == ("completed", None, 26)

    def test_never_completes_a_title_of_unknown_length(self, member, make_title, make_entry):
        entry = make_entry(member, make_title(episodes=None), status="watching")
        assert state(lists.set_progress(member, entry.title, 500)) == ("watching", None, 500)

    @pytest.mark.parametrize(
        ("progress", "message"),
        [
            (13, "Too many episodes watched (13). The title has 12."),
            (-1, "Ensure this value is greater than or equal to 0."),
            (40_000, "Ensure this value is less than or equal to 32767."),
            ("all", "“all” value must be an integer."),
            (None, "This field cannot be null."),
        ],
    )
    def test_an_impossible_one_is_refused_by_field(self, member, progress, message, make_title):
        with pytest.raises(ValidationError) as error:
            lists.set_progress(member, make_title(episodes=12), progress)
        assert error.value.message_dict == {"progress": [message]}


class TestUpdateEntry:
    def test_changes_the_named_fields_only(self, member, make_entry):
        entry = make_entry(member, status="watching", score=8, progress=5, notes="slow start")
        lists.update_entry(member, entry.title, rewatches=2, visibility="private")
        entry.refresh_from_db()
        assert (entry.rewatches, entry.visibility, entry.notes, entry.score) == (2, "private", "slow start", 8)

    def test_takes_partial_dates(self, member, make_title):
        entry = lists.update_entry(member, make_title(), started_on="2019", finished_on="2019-04")
        entry.refresh_from_db()
        assert (entry.started_on, entry.finished_on) == (PartialDate(2019), PartialDate(2019, 4))

    def test_forgets_dates_and_scores_given_as_blanks(self, member, make_entry):
        entry = make_entry(member, status="completed", score=8, started_on="2019")
        lists.update_entry(member, entry.title, score="", started_on="")
        entry.refresh_from_db()
        assert (entry.score, entry.started_on) == (None, None)

    @pytest.mark.parametrize(
        ("fields", "message_dict"),
        [
            ({"started_on": "2019-02-30"}, {"started_on": ["2019-02 has no day 30"]}),
            ({"started_on": "spring"}, {"started_on": ["'spring' is not a date (YYYY, YYYY-MM or YYYY-MM-DD)"]}),
            (
                {"started_on": "2020-05", "finished_on": "2019"},
                {"finished_on": ["Finish date (2019) is before the start date (2020-05)."]},
            ),
            ({"visibility": "world"}, {"visibility": ["Value 'world' is not a valid choice."]}),
            ({"notes": "x" * 5001}, {"notes": ["Notes can be up to 5,000 characters."]}),
            ({"user_id": 1}, {"user_id": ["A list entry has no such field."]}),
        ],
    )
    def test_refuses_by_field_and_writes_nothing(self, member, fields, message_dict, make_title):
        with pytest.raises(ValidationError) as error:
            lists.update_entry(member, make_title(), status="completed", **fields)
        assert error.value.message_dict == message_dict
        assert member.entries.count() == 0
        member.refresh_from_db()
        assert member.list_version == 0

    def test_an_explicit_status_outweighs_what_would_follow(self, member, make_title):
        entry = lists.update_entry(member, make_title(), status="dropped", score=3, progress=4)
        assert state(entry) == ("dropped", 3, 4)


class TestListVersionAndSignal:
    CHANGES = [
        lambda member, title: lists.set_status(member, title, "planned"),
        lambda member, title: lists.set_score(member, title, 8),
        lambda member, title: lists.set_progress(member, title, 2),
        lambda member, title: lists.update_entry(member, title, notes="again"),
        lambda member, title: lists.remove_entry(member, title),
        lambda member, title: lists.hide_title(member, title),
        lambda member, title: lists.unhide_title(member, title),
        lambda member, title: lists.keep_guest_scores(member, {title.pk: 8}),
        lambda member, title: lists.write_entries(member, [lists.EntryDraft(title.pk, "planned")]),
    ]

    @pytest.mark.parametrize("change", CHANGES)
    def test_every_change_counts_up_once_and_is_told_after_the_commit(
        self, member, change, django_capture_on_commit_callbacks, make_title
    ):
        title, told = make_title(), []
        receiver = lambda user_id, **_: told.append((user_id, User.objects.get(pk=user_id).list_version))  # noqa: E731
        list_changed.connect(receiver, weak=False)
        try:
            with django_capture_on_commit_callbacks(execute=True):
                change(member, title)
                assert told == []
        finally:
            list_changed.disconnect(receiver)
        assert told == [(member.pk, 1)]
        assert member.list_version == 1

    def test_a_failing_listener_does_not_undo_the_change(self, member, django_capture_on_commit_callbacks, make_title):
        def fail(**_):
            raise ConnectionError("the queue is down")

        list_changed.connect(fail)
        try:
            with django_capture_on_commit_callbacks(execute=True):
                lists.set_score(member, make_title(), 8)
        finally:
            list_changed.disconnect(fail)
        assert member.entries.get().score == 8


class TestHiding:
    def test_hide_twice_and_unhide(self, member, make_title):
        title, other = make_title(), make_title()
        lists.hide_title(member, title)
        lists.hide_title(member, title)
        lists.hide_title(member, other)
        assert set(member.hidden.values_list("title_id", flat=True)) == {title.pk, other.pk}
        lists.unhide_title(member, title)
        assert list(member.hidden.values_list("title_id", flat=True)) == [other.pk]

    def test_is_the_members_own(self, member, make_member, make_title):
        title = make_title()
        lists.hide_title(make_member(), title)
        lists.unhide_title(member, title)
        assert HiddenTitle.objects.count() == 1


class TestGuestScores:
    def test_are_kept_as_completed_entries(self, member, make_title):
        first, second = make_title(episodes=1), make_title(episodes=24)
        result = lists.keep_guest_scores(member, {first.pk: 9, second.pk: 3})
        assert result == lists.WriteResult(created=2)
        rows = member.entries.order_by("title_id").values_list("title_id", "status", "score", "progress")
        assert list(rows) == [(first.pk, "completed", 9, 1), (second.pk, "completed", 3, 24)]

    def test_fill_an_entry_without_a_score_and_keep_the_rest_of_it(self, member, make_entry):
        entry = make_entry(member, status="watching", progress=5, notes="with friends", visibility="private")
        lists.keep_guest_scores(member, {entry.title_id: 7})
        assert state(entry) == ("watching", 7, 5)
        assert (entry.notes, entry.visibility) == ("with friends", "private")

    def test_never_replace_a_score_of_the_list(self, member, make_entry):
        entry = make_entry(member, status="completed", score=4)
        assert lists.keep_guest_scores(member, {entry.title_id: 9}) == lists.WriteResult()
        assert state(entry) == ("completed", 4, 0)

    def test_of_titles_that_are_gone_or_not_shown_are_left_out(self, member, make_title):
        adult = make_title(is_adult=True)
        assert lists.keep_guest_scores(member, {adult.pk: 9, 999_999: 9}) == lists.WriteResult()

    def test_out_of_range_write_nothing(self, member, make_title):
        good, bad = make_title(), make_title()
        with pytest.raises(ValidationError):
            lists.keep_guest_scores(member, {good.pk: 9, bad.pk: 11})
        assert member.entries.count() == 0


class TestWriteEntries:
    def test_counts_created_updated_unchanged_and_removed(self, member, make_title, make_entry):
        new, changed, same, gone = (make_title() for _ in range(4))
        make_entry(member, changed, status="planned")
        make_entry(member, same, status="completed", score=8, finished_on="2020-05")
        make_entry(member, gone)
        drafts = [
            lists.EntryDraft(new.pk, "watching", progress=3),
            lists.EntryDraft(changed.pk, "completed", 10),
            lists.EntryDraft(same.pk, "completed", 8, finished_on=PartialDate(2020, 5)),
        ]
        result = lists.write_entries(member, drafts, replace=True)
        assert result == lists.WriteResult(created=1, updated=1, unchanged=1, removed=1)
        rows = member.entries.order_by("title_id").values_list("title_id", "status", "score", "progress")
        assert list(rows) == [
            (new.pk, "watching", None, 3),
            (changed.pk, "completed", 10, 0),
            (same.pk, "completed", 8, 0),
        ]

    def test_keeps_what_is_not_named_unless_replacing(self, member, make_title, make_entry):
        entry = make_entry(member)
        lists.write_entries(member, [lists.EntryDraft(make_title().pk, "planned")])
        assert member.entries.filter(pk=entry.pk).exists()

    def test_leaves_other_members_alone(self, member, make_member, make_title, make_entry):
        title = make_title()
        other = make_entry(make_member(), title, status="dropped", score=2)
        lists.write_entries(member, [lists.EntryDraft(title.pk, "completed", 9)], replace=True)
        assert state(other) == ("dropped", 2, 0)

    def test_the_last_of_two_rows_for_a_title_counts(self, member, make_title):
        title = make_title()
        lists.write_entries(member, [lists.EntryDraft(title.pk, "planned"), lists.EntryDraft(title.pk, "dropped")])
        assert member.entries.get().status == EntryStatus.DROPPED

    def test_a_bad_row_is_named_and_nothing_is_written(self, member, make_title):
        good, bad = make_title(), make_title()
        with pytest.raises(ValidationError) as error:
            lists.write_entries(member, [lists.EntryDraft(good.pk, "planned"), lists.EntryDraft(bad.pk, "planned", 11)])
        assert error.value.message_dict == {
            "score": [f"Entry 2 (title {bad.pk}): Ensure this value is less than or equal to 10."]
        }
        assert member.entries.count() == 0

    def test_unknown_titles_are_named_and_nothing_is_written(self, member, make_title):
        with pytest.raises(ValidationError) as error:
            lists.write_entries(
                member, [lists.EntryDraft(make_title().pk, "planned"), lists.EntryDraft(999_999, "planned")]
            )
        assert error.value.message_dict == {"title_id": ["No such title: 999999"]}
        member.refresh_from_db()
        assert (member.entries.count(), member.list_version) == (0, 0)

    @pytest.mark.parametrize("n", [1, 3, 300])
    def test_takes_the_same_number_of_queries_for_any_number_of_rows(
        self, member, n, django_assert_num_queries, make_title
    ):
        titles = [make_title() for _ in range(n)]
        with django_assert_num_queries(7):  # two of them start and end the transaction
            lists.write_entries(member, [lists.EntryDraft(t.pk, "completed", 7) for t in titles], replace=True)


class TestUpdateEntries:
    def test_holds_progress_against_the_number_of_episodes_as_for_one_entry(self, member, make_title, make_entry):
        title = make_title("Monster", episodes=74)
        make_entry(member, title)
        with pytest.raises(ValidationError, match=r"Monster: .*has 74"):
            lists.update_entries(member, [title.pk], progress=75)
        assert member.entries.get().progress == 0
