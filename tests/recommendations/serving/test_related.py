from __future__ import annotations

from django.contrib.auth.models import AnonymousUser

from catalog.models import Tag, Title
from recommendations.serving import similar_to


class TestSimilarTitles:
    def test_titles_with_the_same_audience_come_first(self, odd, publish_model):
        publish_model()

        found = similar_to(odd[0], None, 5)

        assert {item.title for item in found} <= set(odd[1:])
        assert {item.by for item in found} == {"people"}

    def test_a_title_that_nobody_rated_is_compared_by_its_tags(self, make_title, publish_model):
        publish_model()
        tags = [Tag.objects.create(kind="genre", name=name, slug=name) for name in ("drama", "music", "sports")]
        new, both, one, other = (make_title(name) for name in ("New", "Both", "One", "Other"))
        new.tags.set(tags[:2])
        both.tags.set(tags[:2])
        one.tags.set(tags[1:])
        other.tags.set(tags[2:])

        found = similar_to(new, AnonymousUser(), 5)

        assert [(item.title, item.score, item.by) for item in found] == [(both, 1.0, "tags"), (one, 0.5, "tags")]

    def test_adult_titles_need_the_opt_in(self, odd, make_member, publish_model):
        publish_model()
        closest = similar_to(odd[0], None, 1)[0].title
        Title.objects.filter(pk=closest.pk).update(is_adult=True)

        assert closest not in [item.title for item in similar_to(odd[0], make_member(), 30)]
        assert closest in [item.title for item in similar_to(odd[0], make_member(shows_adult=True), 30)]
