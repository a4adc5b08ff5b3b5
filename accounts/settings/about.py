"""Opt-in answers for statistics, deleted when the member opts out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import AboutMember
from accounts.requests import MemberRequest
from accounts.settings.countries import country_choices


def _countries() -> list[tuple[str, Any]]:
    return [("", _("Prefer not to say")), *country_choices()]


class AboutForm(forms.ModelForm):
    country = forms.ChoiceField(label=_("Country"), choices=_countries, required=False)
    agrees = forms.BooleanField(
        label=_("Use my answers for statistics"),
        help_text=_("Only for groups of at least 10 people. You can withdraw at any time."),
    )

    class Meta:
        model = AboutMember
        fields = ("birth_year", "gender", "country")


@require_http_methods(["GET", "POST"])
@login_required
def about_me(request: MemberRequest) -> HttpResponse:
    about = AboutMember.objects.filter(user=request.user).first()
    has_agreed = about is not None
    if request.method == "POST":
        form = AboutForm(request.POST, instance=about or AboutMember(user=request.user))
        if form.is_valid():
            form.save()
            messages.success(request, gettext("Saved. Thank you."))
            return redirect("accounts:about_me")
    else:
        form = AboutForm(instance=about, initial={"agrees": has_agreed})
    context = {"form": form, "has_agreed": has_agreed}
    return render(request, "accounts/settings/about_me.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def withdraw(request: MemberRequest) -> HttpResponse:
    """Delete all answers."""
    AboutMember.objects.filter(user=request.user).delete()
    messages.success(request, gettext("Deleted. Your answers are no longer used for statistics."))
    return redirect("accounts:about_me")
