from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from accounts.requests import MemberRequest
from anirec.lib.web.requests import PageRequest
from social.comments import writing as comments
from social.comments.forms import CommentForm
from social.comments.queries import comments_on
from social.models import Activity, Review
from social.visibility import comments_visible_to

PAGE = 50  # comments


@require_POST
@login_required
def delete_comment(request: MemberRequest, pk: int) -> HttpResponse:
    visible = comments_visible_to(request.user).select_related("activity", "review")
    comment = get_object_or_404(visible, pk=pk)
    if not comments.may_delete(comment, request.user):
        return HttpResponse(status=403)
    about = comment.about
    comments.delete_comment(comment)
    messages.success(request, gettext("Comment deleted."))
    return redirect(about.get_absolute_url())


def comment_context(request: PageRequest, about: Activity | Review) -> dict[str, object]:
    """Return the context of `social/comments/_comments.html`."""
    page = Paginator(comments_on(about, request.user), PAGE).get_page(request.GET.get("page"))
    kind = "activity" if isinstance(about, Activity) else "review"
    return {"about": about, "page": page, "comment_form": CommentForm(), "comment_url": f"social:comment_on_{kind}"}


def save_comment(request: MemberRequest, about: Activity | Review) -> HttpResponse:
    form = CommentForm(request.POST)
    comment = form.save(request.user, about)
    if comment is None:
        messages.error(request, " ".join(map(str, form.errors["text"])))
        return redirect(about.get_absolute_url())
    return redirect(comment)
