"""Variant assignment, and the pages that show and manage variants."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from recommendations.experiments import lifecycle
from recommendations.experiments.variants import ROWS, SIMILAR, TOP_PICKS, read_ticket, variant_for
from recommendations.models import Experiment, Variant
from recommendations.widgets import WIDGETS, Similar

pytestmark = pytest.mark.django_db
FOUR, EIGHT = {"n": 4}, {"n": 8}


@pytest.fixture
def ask(rf, make_member):
    from django.contrib.auth.models import AnonymousUser

    def make(user=None, cookie=None, widget=SIMILAR, **headers):
        request = rf.get("/", **headers)
        request.user = user or AnonymousUser()
        if cookie is not None:
            request.COOKIES["visitor"] = cookie
        return variant_for(widget, request)

    return make


class TestVariantFor:
    def test_without_an_experiment_the_default(self, ask):
        shown = ask()
        assert (shown.parameters, shown.ticket) == (Similar(), "")

    def test_without_an_experiment_a_members_exposures_are_counted_for_the_widget(self, ask, member):
        shown = ask(member)
        assert (shown.parameters, read_ticket(shown.ticket)) == (Similar(), ("similar", None, None, member.pk))

    def test_a_member_keeps_their_variant_and_the_ticket_names_it(self, ask, make_experiment, make_member):
        experiment = make_experiment("similar", [FOUR, EIGHT])
        numbers = {variant.pk: variant.parameters["n"] for variant in experiment.variants.all()}
        got = set()
        for user in [make_member() for _ in range(20)]:
            shown = ask(user)
            named = read_ticket(shown.ticket)
            assert named == ("similar", experiment.pk, named.variant, user.pk)
            assert numbers[named.variant] == shown.parameters.n == ask(user).parameters.n
            got.add(shown.parameters.n)
        assert got == {4, 8}

    @pytest.mark.parametrize("audience", ["members", "visitors", "everybody"])
    def test_the_audience(self, ask, make_experiment, member, audience):
        make_experiment(audience=audience)
        of_member, of_visitor = read_ticket(ask(member).ticket), ask().ticket
        assert (of_member.experiment is not None, bool(of_visitor)) == (audience != "visitors", audience != "members")

    def test_a_share_of_the_audience(self, ask, make_experiment):
        make_experiment(share=20)
        taking_part = sum(bool(ask(cookie=str(number)).ticket) for number in range(1, 301))
        assert 30 < taking_part < 90

    @pytest.mark.parametrize("header", ["HTTP_SEC_GPC", "HTTP_DNT"])
    def test_who_asks_not_to_be_followed_is_not(self, ask, make_experiment, member, header):
        make_experiment()
        assert (ask(**{header: "1"}).ticket, ask(member, **{header: "1"}).ticket) == ("", "")

    @pytest.mark.parametrize("cookie", ["x", "0", "-4", "9" * 19, "1" * 400, "١"])
    def test_a_broken_cookie_is_no_number(self, ask, make_experiment, cookie):
        make_experiment()
        assert -(2**63) < read_ticket(ask(cookie=cookie).ticket).unit < 0

    def test_a_visitor_is_known_again_by_a_cookie_that_no_script_reads(self, client, make_experiment, make_title):
        make_experiment()
        address = reverse("recommendations:similar", args=[make_title().pk])
        cookie = client.get(address).cookies["visitor"]
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
        assert "visitor" not in client.get(address).cookies

    def test_nobody_gets_a_cookie_without_an_experiment(self, client, make_title):
        assert "visitor" not in client.get(reverse("recommendations:similar", args=[make_title().pk])).cookies

    def test_what_was_shipped_is_the_default_until_it_is_withdrawn(
        self, ask, make_experiment, django_capture_on_commit_callbacks
    ):
        experiment = make_experiment("similar", [{}, EIGHT])
        with django_capture_on_commit_callbacks(execute=True):
            lifecycle.stop(experiment, None)
        assert ask().parameters == Similar()
        with django_capture_on_commit_callbacks(execute=True):
            lifecycle.ship(experiment, experiment.variants.last(), None)
        assert (ask().parameters, ask().ticket) == (Similar(n=8), "")
        with django_capture_on_commit_callbacks(execute=True):
            lifecycle.archive(experiment, None)
        assert ask().parameters == Similar()

    def test_one_query_for_all_widgets_and_none_afterwards(
        self, ask, make_experiment, member, django_assert_num_queries
    ):
        for slug in WIDGETS:
            make_experiment(slug, name=slug)
        with django_assert_num_queries(1):
            for widget in (SIMILAR, ROWS, TOP_PICKS):
                ask(member, widget=widget)
        with django_assert_num_queries(0):
            ask(member)


class TestDefinition:
    @pytest.mark.parametrize(
        ("widget", "given", "said"),
        [
            ("similar", {"size": 3}, "unknown parameters size: similar takes n, model, order"),
            ("similar", {"n": 3}, "n: 3 must be a number from 4 to 24"),
            ("similar", {"n": "12"}, "n: '12' must be a number"),
            ("similar", {"n": True}, "n: True must be a number"),
            ("similar", {"model": "magic"}, "model: 'magic' must be one of people, tags"),
            ("top_picks", {"niche": 2}, "niche: 2 must be a number from -1 to 1"),
            ("top_picks", {"model": "best"}, "model: 'best' must be one of hybrid, linear, content, svd, popularity"),
            ("rows", [], "parameters must be an object"),
        ],
    )
    def test_parameters_that_a_widget_does_not_have(self, make_experiment, widget, given, said):
        experiment = make_experiment(widget, begin=False)
        with pytest.raises(ValidationError) as error:
            Variant(experiment=experiment, name="C", parameters=given).clean()
        assert said in error.value.message_dict["parameters"][0]

    @pytest.mark.parametrize(
        ("fields", "where"),
        [
            ({"primary_metric": "add"}, "primary_metric"),
            ({"primary_metric": "hide", "audience": "members"}, "primary_metric"),
            ({"primary_metric": "click", "guardrails": ["click"]}, "guardrails"),
            ({"expected_rate": 0}, "least_lift"),
            ({"window_days": 30}, "window_days"),
        ],
    )
    def test_what_cannot_be_measured(self, fields, where):
        experiment = Experiment(name="X", widget="similar", **{"primary_metric": "click", **fields})
        with pytest.raises(ValidationError) as error:
            experiment.full_clean()
        assert list(error.value.message_dict) == [where]


class TestWidgets:
    def test_similar_titles(self, client, make_experiment, make_title):
        from catalog.models import Tag

        tag = Tag.objects.create(name="Space", slug="space", kind="theme")
        titles = [make_title(members=100 - number) for number in range(8)]
        for title in titles:
            title.tags.add(tag)
        make_experiment("similar", [{"n": 4, "model": "tags"}, {"n": 4, "order": "best_known"}])
        page = client.get(reverse("recommendations:similar", args=[titles[0].pk]))
        assert [similar.title for similar in page.context["similar"]] == titles[1:5]
        assert f'data-ticket="{page.context["ticket"]}"' in page.content.decode()

    def test_top_picks_and_rows(self, client, member, odd, publish_model, make_experiment):
        from accounts.entries import writing as lists

        for title in odd[:5]:
            lists.set_score(member, title, 9)
        publish_model()
        make_experiment("top_picks", [FOUR, {"n": 4, "niche": 0.5}], audience="members")
        make_experiment("rows", [{"n": 4, "favourites": 1}, {"n": 4, "favourites": 1}], audience="members")
        client.force_login(member)
        page = client.get(reverse("recommendations:for_you"))
        assert (len(page.context["list"].items), sum(row.about is not None for row in page.context["rows"])) == (4, 1)
        row = client.get("/for-you/gems/", HTTP_HX_REQUEST="true", HTTP_HX_TARGET="row-gems")
        assert (len(row.context["items"]) <= 4, bool(row.context["ticket"])) == (True, True)

    def test_what_a_member_asks_for_is_no_experiment(self, client, member, odd, publish_model, make_experiment):
        from accounts.entries import writing as lists

        for title in odd[:5]:
            lists.set_score(member, title, 9)
        publish_model()
        make_experiment("top_picks", [FOUR, FOUR], audience="members")
        client.force_login(member)
        page = client.get(reverse("recommendations:for_you"), {"niche": "0.5"})
        assert ("ticket" in page.context, "data-ticket" in page.content.decode()) == (False, False)


class TestStaffPages:
    @pytest.fixture
    def experiment(self, make_experiment):
        return make_experiment("similar", [{}, EIGHT], begin=False)

    @pytest.mark.parametrize(
        ("who", "status"), [("nobody", 302), ("member", 403), ("staff without the permission", 403)]
    )
    def test_others_are_asked_to_log_in_or_refused(self, client, make_member, experiment, who, status):
        if who != "nobody":
            client.force_login(make_member(is_staff=who.startswith("staff")))
        act = reverse("experiments:act", args=[experiment.pk])
        answers = [client.get("/staff/experiments/"), client.get(experiment.get_absolute_url()), client.post(act)]
        assert [answer.status_code for answer in answers] == [status] * 3
        assert Experiment.objects.get().state == "draft"

    def test_who_may_only_look_cannot_act(self, client, make_member, experiment):
        from django.contrib.auth.models import Permission

        member = make_member(is_staff=True)
        member.user_permissions.add(Permission.objects.get(codename="view_experiment"))
        client.force_login(member)
        page = client.get(experiment.get_absolute_url())
        answer = client.post(reverse("experiments:act", args=[experiment.pk]), {"action": "start"})
        assert (page.status_code, 'name="action"' in page.content.decode(), answer.status_code) == (200, False, 403)

    def test_start_stop_ship_archive(self, admin_client, experiment):
        act, winner = reverse("experiments:act", args=[experiment.pk]), experiment.variants.last()
        states = []
        for action in ("start", "stop", "ship", "archive"):
            answer = admin_client.post(act, {"action": action, "variant": winner.pk}, follow=True)
            assert (answer.status_code, answer.redirect_chain) == (200, [(experiment.get_absolute_url(), 302)])
            states.append(Experiment.objects.get().state)
        assert states == ["running", "stopped", "shipped", "archived"]

    def test_what_is_not_possible_is_said(self, admin_client, experiment):
        answer = admin_client.post(reverse("experiments:act", args=[experiment.pk]), {"action": "stop"}, follow=True)
        assert "state is “Draft”." in answer.content.decode()

    @pytest.mark.parametrize(("data", "code"), [({}, 400), ({"action": "x"}, 400), ({"action": "ship"}, 404),
                                                ({"action": "ship", "variant": "²"}, 404)])  # fmt: skip
    def test_bad_input(self, admin_client, experiment, data, code):
        assert admin_client.post(reverse("experiments:act", args=[experiment.pk]), data).status_code == code

    @pytest.mark.parametrize("n", [1, 3])
    def test_the_same_queries_for_any_number(
        self, admin_client, make_experiment, make_member, make_event, n, django_assert_num_queries
    ):
        experiment = make_experiment("rows", audience="members")
        for variant in experiment.variants.all():
            for _ in range(n):
                make_event(variant, make_member())
        with django_assert_num_queries(9):
            page = admin_client.get(experiment.get_absolute_url())
        assert page.context["report"].n_seen == 2 * n
        with django_assert_num_queries(3):
            admin_client.get("/staff/experiments/")

    def test_the_admin_defines_a_draft_and_leaves_what_runs(self, admin_client):
        add, inline = reverse("admin:recommendations_experiment_add"), "variants-"
        data = {
            "name": "Fewer", "widget": "similar", "audience": "everybody", "share": "100", "allocation": "fixed",
            "primary_metric": "click", "guardrails": "hide", "window_days": "7", "planned_days": "28",
            "expected_rate": "0.1", "least_lift": "0.1", "hypothesis": "",
            f"{inline}TOTAL_FORMS": "2", f"{inline}INITIAL_FORMS": "0",
            f"{inline}0-position": "0", f"{inline}0-name": "A", f"{inline}0-weight": "1", f"{inline}0-parameters": "{}",
            f"{inline}1-position": "1", f"{inline}1-name": "B", f"{inline}1-weight": "1",
            "changes-TOTAL_FORMS": "0", "changes-INITIAL_FORMS": "0",
        }  # fmt: skip
        wrong = admin_client.post(add, {**data, f"{inline}1-parameters": '{"n": 99}'})
        assert "n: 99 must be a number from 4 to 24" in wrong.content.decode()
        admin_client.post(add, {**data, f"{inline}1-parameters": '{"n": 8}'})
        experiment = Experiment.objects.get()
        assert list(experiment.variants.values_list("name", "parameters")) == [("A", {}), ("B", {"n": 8})]
        change = reverse("admin:recommendations_experiment_change", args=[experiment.pk])
        assert "33,053" in admin_client.get(change).content.decode()
        lifecycle.start(experiment, None)
        assert 'name="_save"' not in admin_client.get(change).content.decode()
        assert admin_client.post(change, data).status_code == 403
