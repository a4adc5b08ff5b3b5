from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts.lists.queries import entry_of
from accounts.models import ListEntry
from accounts.requests import MemberRequest
from anirec.lib.web.requests import PageRequest
from anirec.lib.web.responses import back_to
from catalog.titles.queries import visible_title
from social.comments.views import comment_context, save_comment
from social.markdown import without_spoilers
from social.models import Review
from social.people.queries import visible_member
from social.review_reading.queries import Mismatch, explain, mismatch, summary_of
from social.reviews import writing as reviews
from social.reviews.forms import ReviewForm
from social.reviews.queries import SORTS, TONES, reviews_for, reviews_of_member, reviews_of_title

FIRST, PAGE = 3, 20


@require_GET
def title_reviews(request: PageRequest, pk: int) -> HttpResponse:
    """Show a title's reviews: the first few, as a fragment of the title's page, or all on their own page."""
    title = visible_title(pk, request.user)
    sort = request.GET.get("sort", "") if request.GET.get("sort") in SORTS else "helpful"
    tone = request.GET.get("tone", "") if request.GET.get("tone") in TONES else ""
    queryset = reviews_of_title(title, request.user, sort, tone)
    own = Review.objects.filter(author=request.user, title=title).first() if request.user.is_authenticated else None
    context = {"title": title, "sort": sort, "tone": tone, "own": own}
    if request.htmx.target == "reviews":
        context |= {"reviews": queryset[:FIRST], "n_reviews": queryset.count()}
        return render(request, "social/reviews/_title_reviews.html", context)
    context["page"] = Paginator(queryset, PAGE).get_page(request.GET.get("page"))
    if request.htmx.target == "pager":
        return render(request, "social/reviews/_reviews.html", context)
    context["summary"] = summary_of(title, request.user)
    return render(request, "social/reviews/title_reviews.html", context)


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
    entry = entry_of(request.user, title)
    warning = _mismatch(request, form, entry)
    if request.method == "POST" and not warning and form.save():
        messages.success(request, gettext("Review published."))
        done = reverse("social:title_reviews", args=[title.pk])
        return HttpResponseClientRedirect(done) if request.htmx else redirect(done)
    context = {"title": title, "form": form, "own": own, "entry": entry, "mismatch": warning}
    status = 422 if request.method == "POST" and not warning else 200
    template = "_write_form.html" if request.htmx.target == "write-review" else "write_review.html"
    return render(request, f"social/reviews/{template}", context, status=status)


def _mismatch(request: MemberRequest, form: ReviewForm, entry: ListEntry | None) -> Mismatch | None:
    """Return what the author may want to see before they publish: once, and it never stops them."""
    if request.method != "POST" or "as_it_is" in request.POST or entry is None or not form.is_valid():
        return None
    return mismatch(form.cleaned_data["text"], entry.score)


@require_GET
def reading(request: PageRequest, pk: int) -> HttpResponse:
    """Show which words a reading comes from: as a fragment beside the review, or on a page."""
    current = _review(request, pk)
    if current.has_spoilers and current.author != request.user:
        raise Http404  # its words would give them away
    context = {"review": current, "explanation": explain(without_spoilers(current.text))}
    template = "_reading.html" if request.htmx else "reading.html"
    return render(request, f"social/review_reading/{template}", context)


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
