"""The member's own text and picture, and the files of members' pictures."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from accounts.requests import MemberRequest
from social.models.profiles import Profile
from social.profiles import files, writing
from social.profiles.forms import BioForm, PictureForm

YEAR = 31_536_000


@require_http_methods(["GET", "POST"])
@login_required
def edit(request: MemberRequest) -> HttpResponse:
    """Show the forms. POST saves the text."""
    if request.method != "POST":
        return _page(request)
    form = BioForm(request.POST)
    if not form.is_valid():
        return _page(request, status=422, form=form)
    writing.change_bio(request.user, form.cleaned_data["bio"])
    messages.success(request, gettext("Profile saved."))
    return redirect("social:edit_profile")


@require_POST
@login_required
def upload(request: MemberRequest) -> HttpResponse:
    form = PictureForm(request.POST, request.FILES)
    if not form.save(request.user):
        return _page(request, status=422, picture_form=form)
    messages.success(request, gettext("Picture saved."))
    return redirect("social:edit_profile")


@require_POST
@login_required
def remove(request: MemberRequest) -> HttpResponse:
    writing.remove_picture(request.user)
    messages.success(request, gettext("Picture removed."))
    return redirect("social:edit_profile")


@require_GET
def picture(request: HttpRequest, digest: str, size: int) -> HttpResponse:
    """Serve a picture that a member shows. Its name changes with its content, so any cache may keep it."""
    is_shown = size in (files.SMALL, files.LARGE) and User.objects.filter(avatar=digest, is_active=True).exists()
    content = files.read(digest, size) if is_shown and digest.isalnum() else None
    if content is None:
        raise Http404
    response = HttpResponse(content, content_type="image/webp")
    response["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _page(request: MemberRequest, *, status: int = 200, **context: Any) -> HttpResponse:
    profile = Profile.objects.filter(member=request.user).first() or Profile(member=request.user)
    forms = {"form": BioForm(initial={"bio": profile.bio}), "picture_form": PictureForm(), "profile": profile}
    return render(request, "social/profiles/edit.html", {**forms, **context}, status=status)
