from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST

from accounts.requests import MemberRequest
from anirec.lib.web.requests import PageRequest
from anirec.lib.web.responses import back_to
from social.comments import writing as comments
from social.comments.views import comment_context, save_comment
from social.feed.queries import add_reactions, feed_page, visible_news
from social.models import Activity
from social.visibility import activities_visible_to, followed_by

MANY = 60  # items of an activity on its own page


@require_GET
@login_required
def feed(request: MemberRequest) -> HttpResponse:
    page = feed_page(request.user, request.GET.get("start", ""))
    context = {"feed": page, "follows_somebody": bool(page.news) or followed_by(request.user).exists()}
    return render(
        request, "social/feed/_feed.html" if request.htmx.target == "pager" else "social/feed/feed.html", context
    )


@require_GET
def activity(request: PageRequest, pk: int) -> HttpResponse:
    target = _activity(request, pk)
    (news,) = visible_news([target], request.user, MANY)
    context = {"news": news, **comment_context(request, target)}
    template = "social/comments/_comment_list.html" if request.htmx.target == "pager" else "social/feed/activity.html"
    return render(request, template, context)


@require_POST
@login_required
def like(request: MemberRequest, pk: int) -> HttpResponse:
    target = _activity(request, pk)
    try:
        comments.like(request.user, target, request.POST.get("liked") == "yes")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    if not request.htmx:
        return back_to(request, target.get_absolute_url())
    return render(request, "social/feed/_like.html", {"activity": _activity(request, pk)})


@require_POST
@login_required
def comment_on_activity(request: MemberRequest, pk: int) -> HttpResponse:
    return save_comment(request, _activity(request, pk))


def _activity(request: PageRequest, pk: int) -> Activity:
    activity = get_object_or_404(activities_visible_to(request.user).select_related("actor"), pk=pk)
    add_reactions([activity], request.user)
    return activity
