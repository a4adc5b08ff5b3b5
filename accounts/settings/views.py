from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from allauth.core import ratelimit
from django.conf import settings as django_settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.entries.writing import limit_age, show_adult_titles, show_media
from accounts.requests import MemberRequest
from accounts.settings import deletion
from accounts.settings.forms import (
    AdultForm,
    AgeLimitForm,
    LanguageForm,
    MediaForm,
    PreferencesForm,
    ServicesForm,
    ThemeForm,
    TitleLanguageForm,
    privacy_form,
)
from accounts.settings.language import TITLES_COOKIE, remember_language
from anirec.lib.web.requests import PageRequest
from anirec.lib.web.responses import back_to

YEAR = 365 * 24 * 3600


@require_GET
@login_required
def settings(request: MemberRequest) -> HttpResponse:
    return _settings(request)


@require_POST
@login_required
def preferences(request: MemberRequest) -> HttpResponse:
    form = PreferencesForm(request.POST, instance=request.user)
    if not form.is_valid():
        return _settings(request, status=422, preferences=form)
    form.save()
    response = redirect("accounts:settings")
    remember_language(request, response, request.user.language)
    with translation.override(request.user.language or translation.get_language_from_request(request)):
        messages.success(request, gettext("Settings saved."))
    return response


@require_POST
@login_required
def services(request: MemberRequest) -> HttpResponse:
    """Set the streaming services that the member has."""
    form = ServicesForm(request.POST, instance=request.user)
    if not form.is_valid():
        return _settings(request, status=422, services=form)
    form.save()
    messages.success(request, gettext("Settings saved."))
    return redirect(f"{reverse('accounts:settings')}#services")


@require_POST
@login_required
def media(request: MemberRequest) -> HttpResponse:
    """Set the media that the member sees beside anime."""
    form = MediaForm(request.POST)
    if not form.is_valid():
        return _settings(request, status=422, media=form)
    show_media(request.user, form.cleaned_data["extra_media"])
    messages.success(request, gettext("Settings saved."))
    return redirect(f"{reverse('accounts:settings')}#media")


@require_POST
@login_required
def adult(request: MemberRequest) -> HttpResponse:
    form = AdultForm(request.POST)
    form.full_clean()
    show_adult_titles(request.user, form.cleaned_data["shows_adult"])
    messages.success(
        request,
        gettext("Adult titles are now shown.") if request.user.shows_adult else gettext("Adult titles are now hidden."),
    )
    return redirect("accounts:settings")


@require_POST
@login_required
def age_limit(request: MemberRequest) -> HttpResponse:
    if too_often := ratelimit.consume_or_429(request, action="reauthenticate", user=request.user):
        return too_often
    form = AgeLimitForm(request.POST, user=request.user)
    if not form.is_valid():
        return _settings(request, status=422, age=form)
    limit_age(request.user, form.cleaned_data["age_limit"])
    messages.success(request, gettext("Age limit changed."))
    return redirect("accounts:settings")


@require_POST
@login_required
def privacy(request: MemberRequest) -> HttpResponse:
    form = privacy_form(request.POST, instance=request.user)
    if not form.is_valid():
        return _settings(request, status=422, privacy=form)
    form.save()
    messages.success(request, gettext("Settings saved."))
    return redirect("accounts:settings")


@require_POST
def language(request: PageRequest) -> HttpResponse:
    """Set the language of this browser and, for members, of the account."""
    form = LanguageForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest(gettext("Unsupported language"))
    response = back_to(request, "recommendations:home")
    if request.user.is_authenticated:
        request.user.language = form.cleaned_data["language"]
        request.user.save(update_fields=["language"])
    remember_language(request, response, form.cleaned_data["language"])
    return response


@require_POST
def title_language(request: PageRequest) -> HttpResponse:
    """Set the language of titles: a member's is a setting, a visitor's a cookie."""
    form = TitleLanguageForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest(gettext("Unknown title language. Use one of: romaji, english, native."))
    response = back_to(request, "recommendations:home")
    _keep(request, response, TITLES_COOKIE, form.cleaned_data["title_language"])
    return response


@require_POST
def theme(request: PageRequest) -> HttpResponse:
    """Set the theme: a member's is a setting, a visitor's a cookie."""
    form = ThemeForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest(gettext("Unknown theme. Use one of: system, light, dark."))
    response = HttpResponse(status=204) if request.htmx else back_to(request, "recommendations:home")
    _keep(request, response, "theme", form.cleaned_data["theme"])
    return response


def _keep(request: PageRequest, response: HttpResponse, name: str, value: str) -> None:
    """Keep a choice in the member's setting of this name, or in the visitor's cookie."""
    if request.user.is_authenticated:
        setattr(request.user, name, value)
        request.user.save(update_fields=[name])
    else:
        response.set_cookie(name, value, max_age=YEAR, httponly=True, samesite="Lax", secure=request.is_secure())


@require_http_methods(["GET", "POST"])
@login_required
@reauthentication_required
@never_cache
def delete_account(request: MemberRequest) -> HttpResponse:
    if request.method == "GET":
        return render(request, "accounts/settings/delete.html")
    user = request.user
    logout(request)
    deletion.delete_account(user)
    messages.success(request, gettext("Your account and all its data have been deleted."))
    return redirect("recommendations:home")


def _settings(request: MemberRequest, *, status: int = 200, **context: object) -> HttpResponse:
    response = render(
        request,
        "accounts/settings/settings.html",
        {
            "preferences": PreferencesForm(instance=request.user),
            "services": ServicesForm(instance=request.user),
            "media": MediaForm(initial={"extra_media": request.user.extra_media}),
            "privacy": privacy_form(instance=request.user),
            "adult": AdultForm(initial={"shows_adult": request.user.shows_adult}),
            "age": AgeLimitForm(user=request.user, initial={"age_limit": request.user.age_limit}),
            "has_sign_in_providers": bool(django_settings.SIGN_IN_PROVIDERS),
            **context,
        },
        status=status,
    )
    response["Cache-Control"] = "no-store"
    return response
