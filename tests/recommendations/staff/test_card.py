import pytest
from django.urls import reverse

from recommendations.models import ModelVersion
from recommendations.staff.card import card_of

pytestmark = pytest.mark.django_db

GROUP = {"mean": 0.512, "low": 0.498, "high": 0.526, "members": 1283}
METRICS = {
    "ratings": {"rmse": 1.1},
    "card": {
        "data": {"members": 12203, "ratings": 1239219, "titles": 7216},
        "groups": {"short": {"3": GROUP, "1": GROUP}, "length": {"100_to_299": GROUP, "under_20": GROUP}},
    },
    "served": {"overlap_20": 0.784, "correlation": 0.93, "members": 284.0, "fitted_on_members": 15249},
}


@pytest.fixture
def staff(client, make_member):
    made = make_member("boss", is_staff=True, is_superuser=True)
    client.force_login(made)
    return made


def page(client, metrics):
    version = ModelVersion.objects.create(kind=ModelVersion.Kind.SITE, metrics=metrics)
    return client.get(reverse("staff:model", args=[version.pk])).content.decode()


def test_the_card_says_whose_the_figures_are_and_what_members_are_served(client, staff):
    text = " ".join(page(client, METRICS).split())

    assert "fitted on 1,239,219 ratings of 7,216 titles by 12,203 members" in text
    assert "served by the same models fitted on all 15,249 members" in text
    assert "78 % of the first 20 titles are the same, and the correlation of their places is 0.93" in text
    assert text.count("0.498–0.526") == 4


def test_groups_are_in_order_whatever_the_database_made_of_it():
    kinds = card_of(ModelVersion(metrics=METRICS)).kinds

    assert [(str(kind), [str(row.name) for row in rows]) for kind, rows in kinds] == [
        ("Titles on the list", ["fewer than 20", "100 to 299"]),
        ("List cut to", ["1 title", "3 titles"]),
    ]


def test_if_the_two_differ_the_card_says_that_the_judged_one_is_served(client, staff):
    refused = {**METRICS, "served": {"overlap_20": 0.4, "correlation": 0.5, "members": 284.0, "fitted_on_members": 0}}

    text = page(client, refused)

    assert "served by the judged model, because the one fitted on all members ranked differently" in text
    assert "The two agree" not in text


COMPARED = {
    "titles": 25301, "compared": 8000, "approximate": 0.4981, "exact": 0.5024, "difference": -0.0043, "low": -0.0049,
    "high": -0.0037, "is_approximate": True,
}  # fmt: skip


@pytest.mark.parametrize(
    ("is_approximate", "sentence"),
    [
        (True, "The linear model is approximated, because 25,301 titles have ratings."),
        (False, "The linear model of 25,301 titles is exact, because an approximation would rank worse."),
    ],
)
def test_the_card_says_what_the_approximation_of_a_large_catalogue_loses(client, staff, is_approximate, sentence):
    linear = {**COMPARED, "is_approximate": is_approximate}

    text = " ".join(page(client, {**METRICS, "card": {**METRICS["card"], "linear": linear}}).split())

    assert sentence in text
    assert "On the 8,000 most watched titles the approximation has an NDCG@10 of 0.498, the exact model 0.502" in text
    assert "(difference -0.004, 95 % interval -0.005 to -0.004)" in text


def test_without_an_approximation_the_card_names_none(client, staff):
    assert "approximation" not in page(client, METRICS)


def test_an_older_version_has_no_card(client, staff):
    assert "Model card" not in page(client, {"test": {"ndcg_10_liked": 0.5}})
    assert card_of(ModelVersion(metrics={})) is None


def test_the_figures_of_the_card_are_not_repeated_among_the_metrics(client, staff):
    text = page(client, METRICS)

    assert "card.groups" not in text
    assert "ratings.rmse" in text
