from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from accounts.requests import MemberRequest
from accounts.responses import back_to
from catalog.requests import PageRequest
from social import comments
from social.feed import add_reactions, comments_on, feed_page, tell
from social.forms import CommentForm
from social.models import Activity, Review
from social.review_queries import reviews_for
from social.visibility import activities_visible_to, comments_visible_to, followed_by

MANY, PAGE = 60, 50


@require_GET
@login_required
def feed(request: MemberRequest) -> HttpResponse:
    page = feed_page(request.user, request.GET.get("start", ""))
    context = {"feed": page, "follows_somebody": bool(page.news) or followed_by(request.user).exists()}
    return render(request, "social/_feed.html" if request.htmx.target == "pager" else "social/feed.html", context)


@require_GET
def activity(request: PageRequest, pk: int) -> HttpResponse:
    shown = _activity(request, pk)
    (news,) = tell([shown], request.user, MANY)
    context = {"news": news, **comment_context(request, shown)}
    template = "social/_comment_list.html" if request.htmx.target == "pager" else "social/activity.html"
    return render(request, template, context)


@require_POST
@login_required
def like(request: MemberRequest, pk: int) -> HttpResponse:
    shown = _activity(request, pk)
    try:
        comments.like(request.user, shown, request.POST.get("liked") == "yes")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    if not request.htmx:
        return back_to(request, shown.get_absolute_url())
    return render(request, "social/_like.html", {"activity": _activity(request, pk)})


@require_POST
@login_required
def comment_on_activity(request: MemberRequest, pk: int) -> HttpResponse:
    return _comment(request, _activity(request, pk))


@require_POST
@login_required
def comment_on_review(request: MemberRequest, pk: int) -> HttpResponse:
    return _comment(request, get_object_or_404(reviews_for(request.user), pk=pk))


@require_POST
@login_required
def delete_comment(request: MemberRequest, pk: int) -> HttpResponse:
    shown = comments_visible_to(request.user).select_related("activity", "review")
    comment = get_object_or_404(shown, pk=pk)
    if not comments.may_delete(comment, request.user):
        return HttpResponse(status=403)
    about = comment.about
    comments.delete_comment(comment)
    messages.success(request, gettext("The comment is deleted."))
    return redirect(about.get_absolute_url())


def comment_context(request: PageRequest, about: Activity | Review) -> dict[str, object]:
    """What `social/_comments.html` shows."""
    page = Paginator(comments_on(about, request.user), PAGE).get_page(request.GET.get("page"))
    kind = "activity" if isinstance(about, Activity) else "review"
    return {"about": about, "page": page, "comment_form": CommentForm(), "comment_url": f"social:comment_on_{kind}"}


def _comment(request: MemberRequest, about: Activity | Review) -> HttpResponse:
    form = CommentForm(request.POST)
    comment = form.save(request.user, about)
    if comment is None:
        messages.error(request, " ".join(map(str, form.errors["text"])))
        return redirect(about.get_absolute_url())
    return redirect(comment)


def _activity(request: PageRequest, pk: int) -> Activity:
    found = get_object_or_404(activities_visible_to(request.user).select_related("actor"), pk=pk)
    add_reactions([found], request.user)
    return found
