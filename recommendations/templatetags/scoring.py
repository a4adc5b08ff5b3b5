from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django import template
from django.template import Context
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from anirec.lib.numbers import percent
from anirec.lib.web.addresses import address_of
from catalog.models import Title
from catalog.templatetags.fragments import fragment
from catalog.titles.names import name_for

if TYPE_CHECKING:
    from recommendations.for_you.page_options import PageOptions
    from recommendations.serving import Reason

register = template.Library()


@register.simple_tag
def score_of(scores: Mapping[int, int], title: Title) -> int | None:
    """Return the visitor's score of a title, None if unscored."""
    return scores.get(title.pk)


@register.simple_tag
def predicted_badge(score: float) -> SafeString:
    return fragment("_predicted.html", score=round(score, 2))


@register.simple_tag(takes_context=True)
def because(context: Context, reasons: Sequence[Reason]) -> SafeString:
    """Return the sentence that names one or two reasons, each with its share of the suggestion."""
    first, second = reasons[0], reasons[1] if len(reasons) > 1 else None
    viewer = context.get("user")
    values = {"name": name_for(first.title, viewer), "score": first.score, "share": percent(first.share)}
    text = gettext('because you rated <b title="accounts for %(share)s of this recommendation">%(name)s</b> %(score)s')
    if first.is_read:
        text = gettext(
            'because your review of <b title="accounts for %(share)s of this recommendation">%(name)s</b> reads like '
            "%(score)s"
        )
    elif second and not second.is_read:
        values |= {"other": name_for(second.title, viewer), "other_score": second.score}
        values |= {"other_share": percent(second.share)}
        text = gettext(
            'because you rated <b title="accounts for %(share)s of this recommendation">%(name)s</b> %(score)s and '
            '<b title="accounts for %(other_share)s of this recommendation">%(other)s</b> %(other_score)s'
        )
    return SafeString(text % {name: conditional_escape(str(value)) for name, value in values.items()})


@register.simple_tag(takes_context=True)
def ignore_link(context: Context, page: PageOptions, reason: Reason) -> SafeString:
    address = address_of("recommendations:for_you") + page.leaving_out(reason.title_id)
    return fragment("_ignore_link.html", name=name_for(reason.title, context.get("user")), address=address)


@register.simple_tag
def counting_again(page: PageOptions, title_id: int) -> str:
    return page.counting_again(title_id)


@register.simple_tag
def another(page: PageOptions, title_id: int) -> str:
    """Return the query of the next surprise, which avoids this title."""
    return page.after(title_id)


@register.filter
def said_of(sentence: str, name: str) -> str:
    """Return a sentence with the title's name filled in."""
    return sentence % {"title": name}
