"""Events from the browser's beacon to the table, and outcomes from lists."""

from __future__ import annotations

import json
import random
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.errors import NotNullViolation

from accounts.entries import writing as lists
from anirec.lib.valkey import valkey
from recommendations.experiments import collecting, intake, tasks
from recommendations.experiments.collecting import collect, forget_old
from recommendations.experiments.variants import Ticket
from recommendations.models import EventCursor, Outcome, WidgetEvent

pytestmark = pytest.mark.django_db


def ticket(variant, unit):
    return Ticket("similar", variant.experiment_id, variant.pk, unit).signed()


@pytest.fixture
def send(client):
    def post(*parts, body=None):
        content = json.dumps(parts) if body is None else body
        return client.post("/events/", content, content_type="text/plain;charset=UTF-8")

    return post


def rows():
    return list(
        WidgetEvent.objects.order_by("pk").values_list("variant", "member", "visitor", "kind", "title_id", "position")
    )


class TestIntake:
    def test_events_reach_the_table_with_nothing_but_numbers(self, send, variants, member):
        a, b = variants
        answer = send(
            {"ticket": ticket(a, member.pk), "seen": [[7, 0], [8, 1]], "opened": [[8, 1]]},
            {"ticket": ticket(b, -99), "seen": [[7, 3]]},
        )
        assert (answer.status_code, collect()) == (204, 4)
        assert rows() == [
            (a.pk, member.pk, None, 1, 7, 0),
            (a.pk, member.pk, None, 1, 8, 1),
            (a.pk, member.pk, None, 2, 8, 1),
            (b.pk, None, 99, 1, 7, 3),
        ]

    def test_it_asks_the_database_nothing(self, send, variants, django_assert_num_queries):
        with django_assert_num_queries(0):
            send({"ticket": ticket(variants[0], -1), "seen": [[7, 0]]})

    @pytest.mark.parametrize(
        ("body", "said"),
        [
            ("{", "The request body isn't valid JSON."),
            ("[" * 20_000, "The request body isn't valid JSON."),
            ("{}", "Send a list of 1 to 20 objects with a ticket each."),
            ("[]", "Send a list of 1 to 20 objects with a ticket each."),
            ("[7]", "part 1: allowed keys are ticket, seen and opened"),
            ('[{"ticket": "x", "bought": []}]', "part 1: allowed keys are ticket, seen and opened, not bought"),
            ('[{"seen": [[1, 1]]}]', "part 1: invalid ticket"),
            ('[{"ticket": 7}]', "part 1: invalid ticket"),
            ('[{"ticket": "a:b:c", "seen": [[1, 1]]}]', "part 1: invalid ticket"),
        ],
    )
    def test_bad_input_is_named(self, send, body, said):
        answer = send(body=body)
        assert (answer.status_code, answer.content.decode()) == (400, said)

    @pytest.mark.parametrize(
        ("seen", "said"),
        [
            (7, "part 1: seen: must be a list of [title, position] pairs"),
            ([[7]], "part 1: seen 1: title and position must be whole numbers"),
            ([[7, 0], ["7", 1]], "part 1: seen 2: title and position must be whole numbers"),
            ([[True, 1]], "part 1: seen 1: title and position must be whole numbers"),
            ([[2**31, 1]], "part 1: seen 1: 2147483648 is not between 1 and 2147483647"),
            ([[7, 1000]], "part 1: seen 1: 1000 is not between 0 and 999"),
            ([[1, 1]] * 201, "Batches can have up to 200 events."),
        ],
    )
    def test_one_wrong_event_keeps_all_out(self, send, variants, seen, said):
        good = {"ticket": ticket(variants[0], -1)}
        answer = send({**good, "seen": seen})
        assert (answer.status_code, answer.content.decode(), collect()) == (400, said, 0)

    def test_too_much_is_refused_unread(self, send):
        assert send(body="x" * (intake.MOST_BYTES + 1)).content == b"Batches can be up to 32768 bytes."

    def test_more_than_anybody_can_see(self, send, variants):
        part = {"ticket": ticket(variants[0], -1), "seen": [[7, 0]] * 200}
        assert [send(part).status_code for _ in range(4)] == [204, 204, 204, 429]
        assert send({**part, "ticket": ticket(variants[0], -2)}).status_code == 204

    def test_only_by_post(self, client):
        assert client.get("/events/").status_code == 405

    @pytest.mark.property
    @given(
        st.recursive(
            st.none() | st.integers() | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=4)
                | st.dictionaries(st.sampled_from(["ticket", "seen", "opened", "x"]), inner, max_size=3)
            ),
        )
    )
    def test_anything_is_refused_with_a_sentence(self, sent):
        with pytest.raises(intake.BadEventsError, match=r"\w"):
            intake.parse(json.dumps(sent).encode())


class TestCollecting:
    def test_what_was_appended_is_not_appended_again(self, send, variants):
        send({"ticket": ticket(variants[0], -1), "seen": [[7, 0]]})
        assert (collect(), collect(), len(rows())) == (1, 0, 1)

    def test_broken_off_before_the_stream_is_shortened(self, send, variants, monkeypatch):
        send({"ticket": ticket(variants[0], -1), "seen": [[7, 0]]})
        with monkeypatch.context() as patch:
            patch.setattr(type(valkey()), "xtrim", lambda *_, **__: (_ for _ in ()).throw(ConnectionError))
            with pytest.raises(ConnectionError):
                collect()
        assert (collect(), len(rows())) == (0, 1)

    def test_nothing_is_half_written(self, send, variants, monkeypatch):
        send({"ticket": ticket(variants[0], -1), "seen": [[7, 0]]})
        with monkeypatch.context() as patch:
            good = collecting._rows
            patch.setattr(collecting, "_rows", lambda batches: [*good(batches), (None,) * 9])
            with pytest.raises(NotNullViolation):
                collect()
        assert (rows(), EventCursor.objects.count()) == ([], 0)
        assert collect() == 1

    def test_a_members_are_kept_without_an_experiment_and_so_is_what_came_of_them(
        self, send, member, make_title, django_capture_on_commit_callbacks
    ):
        title = make_title()
        send({"ticket": Ticket("rows", None, None, member.pk).signed(), "seen": [[title.pk, 0]]})
        collect()
        with django_capture_on_commit_callbacks(execute=True):
            lists.set_score(member, title, 9)
        collect()
        assert (WidgetEvent.objects.get().widget, rows()) == ("rows", [(None, member.pk, None, 1, title.pk, 0)])
        assert (member.pk, title.pk, "add") in outcomes()

    def test_of_a_widget_that_there_is_no_more_nothing_is_kept(self, send, member):
        send({"ticket": Ticket("carousel", None, None, member.pk).signed(), "seen": [[7, 0]]})
        assert (collect(), rows()) == (0, [])

    def test_those_who_are_gone_are_left_out(self, send, variants, make_member):
        gone, stays = make_member(), make_member()
        for member in (gone, stays):
            send({"ticket": ticket(variants[0], member.pk), "seen": [[7, 0]]})
        gone.delete()
        assert (collect(), [row[1] for row in rows()]) == (1, [stays.pk])

    def test_a_members_events_go_with_the_member(self, variants, member, make_event):
        make_event(variants[0], member)
        make_event(variants[0], visitor=3)
        member.delete()
        assert [row[2] for row in rows()] == [3]

    @pytest.mark.parametrize("n", [1, 3])
    def test_the_same_queries_for_any_number(self, send, variants, make_member, n, django_assert_num_queries):
        for member in [make_member() for _ in range(n)]:
            send({"ticket": ticket(variants[0], member.pk), "seen": [[7, 0], [8, 1]]})
        collect()
        for member in [make_member() for _ in range(n)]:
            send({"ticket": ticket(variants[0], member.pk), "seen": [[7, 0], [8, 1]]})
        with django_assert_num_queries(10):
            collect()

    def test_old_ones_are_forgotten(self, variants, member, make_event):
        make_event(variants[0], member, days_ago=91)
        kept = make_event(variants[0], member, days_ago=89)
        Outcome.objects.create(member=member, title_id=1, metric="add", at=timezone.now() - timedelta(days=91))
        forget_old()
        assert (list(WidgetEvent.objects.all()), Outcome.objects.count()) == ([kept], 0)


def outcomes():
    return set(Outcome.objects.values_list("member", "title_id", "metric"))


class TestOutcomes:
    @pytest.fixture
    def seen(self, variants, member, make_title, make_event):
        title = make_title()
        make_event(variants[0], member, title_id=title.pk, days_ago=1)
        return title

    def test_what_comes_of_a_title_that_was_seen(self, member, seen, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            lists.update_entry(member, seen, status="completed", score=8)
        tasks.collect_events()
        assert outcomes() == {(member.pk, seen.pk, metric) for metric in ("add", "completion", "high_score")}

    def test_a_seven_is_no_high_score_and_a_plan_no_completion(self, member, seen, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            lists.update_entry(member, seen, status="planned")
        collect()
        with django_capture_on_commit_callbacks(execute=True):
            lists.update_entry(member, seen, status="watching", score=7)
        collect()
        assert outcomes() == {(member.pk, seen.pk, "add")}

    def test_later_changes_count_too(self, member, seen, django_capture_on_commit_callbacks):
        for fields in ({"status": "planned"}, {"status": "completed"}, {"score": 9}):
            with django_capture_on_commit_callbacks(execute=True):
                lists.update_entry(member, seen, **fields)
            collect()
        assert {metric for *_, metric in outcomes()} == {"add", "completion", "high_score"}

    def test_not_wanted(self, member, seen, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            lists.hide_title(member, seen)
        collect()
        assert outcomes() == {(member.pk, seen.pk, "hide")}

    def test_what_was_on_the_list_before_or_was_never_seen_is_none(
        self, member, variants, make_title, make_entry, make_event, django_capture_on_commit_callbacks
    ):
        before, unseen = make_title(), make_title()
        make_entry(member, before)
        entry = member.entries.get()
        type(entry).objects.filter(pk=entry.pk).update(created_at=timezone.now() - timedelta(days=3))
        make_event(variants[0], member, title_id=before.pk, days_ago=1)
        with django_capture_on_commit_callbacks(execute=True):
            lists.update_entry(member, before, status="completed", score=10)
            lists.update_entry(member, unseen, status="completed", score=10)
        collect()
        assert outcomes() == set()


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False))
def test_a_forged_ticket_is_refused(variants, member, dice: random.Random):
    good = ticket(variants[0], member.pk)
    place = dice.randrange(len(good))
    forged = good[:place] + ("A" if good[place] != "A" else "B") + good[place + 1 :]
    sent = json.dumps([{"ticket": forged, "seen": [[1, 1]]}]).encode()
    if place < len(good) - 1:  # the last base64 character has unused bits
        with pytest.raises(intake.BadEventsError, match="invalid ticket"):
            intake.parse(sent)
