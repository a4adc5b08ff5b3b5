from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.lists.queries import entry_of
from accounts.requests import MemberRequest
from anirec.lib.web.requests import PageRequest
from anirec.lib.web.responses import back_to
from catalog.titles.queries import visible_title
from social.comments.views import comment_context, save_comment
from social.models import Review
from social.people.queries import visible_member
from social.reviews import writing as reviews
from social.reviews.forms import ReviewForm
from social.reviews.queries import SORTS, reviews_for, reviews_of_member, reviews_of_title

FIRST, PAGE = 3, 20


@require_GET
def title_reviews(request: PageRequest, pk: int) -> HttpResponse:
    """Show a title's reviews: the first few, as a fragment of the title's page, or all on their own page."""
    title = visible_title(pk, request.user)
    sort = request.GET.get("sort", "") if request.GET.get("sort") in SORTS else "helpful"
    queryset = reviews_of_title(title, request.user, sort)
    own = queryset.filter(author=request.user.pk).first() if request.user.is_authenticated else None
    context = {"title": title, "sort": sort, "own": own}
    if request.htmx.target == "reviews":
        context |= {"reviews": queryset[:FIRST], "n_reviews": queryset.count()}
        return render(request, "social/reviews/_title_reviews.html", context)
    context["page"] = Paginator(queryset, PAGE).get_page(request.GET.get("page"))
    template = "_reviews.html" if request.htmx.target == "pager" else "title_reviews.html"
    return render(request, f"social/reviews/{template}", context)


@require_GET
def member_reviews(request: PageRequest, username: str) -> HttpResponse:
    owner = visible_member(username, request.user)
    page = Paginator(reviews_of_member(owner, request.user), PAGE).get_page(request.GET.get("page"))
    template = "_reviews.html" if request.htmx.target == "pager" else "member_reviews.html"
    return render(request, f"social/reviews/{template}", {"owner": owner, "page": page, "with_titles": True})


@require_GET
def review(request: PageRequest, pk: int) -> HttpResponse:
    """Show a review with its earlier versions and its comments."""
    current = _review(request, pk)
    context = {"review": current, "versions": current.versions.all(), **comment_context(request, current)}
    template = "social/comments/_comment_list.html" if request.htmx.target == "pager" else "social/reviews/review.html"
    return render(request, template, context)


@require_http_methods(["GET", "POST"])
@login_required
def write(request: MemberRequest, pk: int) -> HttpResponse:
    title = visible_title(pk, request.user)
    own = Review.objects.filter(author=request.user, title=title).first()
    form = ReviewForm(request.POST or None, author=request.user, title=title, review=own)
    if request.method == "POST" and form.save():
        messages.success(request, gettext("Review published."))
        return redirect(reverse("social:title_reviews", args=[title.pk]))
    context = {"title": title, "form": form, "own": own, "entry": entry_of(request.user, title)}
    return render(request, "social/reviews/write_review.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@login_required
def delete(request: MemberRequest, pk: int) -> HttpResponse:
    own = get_object_or_404(Review, pk=pk, author=request.user)
    reviews.delete_review(own)
    messages.success(request, gettext("Review deleted."))
    return redirect(reverse("catalog:title", args=[own.title_id]))


@require_POST
@login_required
def helpful(request: MemberRequest, pk: int) -> HttpResponse:
    current = _review(request, pk)
    try:
        reviews.vote_helpful(request.user, current, request.POST.get("helpful") == "yes")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    if not request.htmx:
        return back_to(request, current.get_absolute_url())
    return render(request, "social/reviews/_helpful.html", {"review": _review(request, pk)})


def _review(request: PageRequest, pk: int) -> Review:
    return get_object_or_404(reviews_for(request.user).select_related("title"), pk=pk)


@require_POST
@login_required
def comment_on_review(request: MemberRequest, pk: int) -> HttpResponse:
    return save_comment(request, get_object_or_404(reviews_for(request.user), pk=pk))
