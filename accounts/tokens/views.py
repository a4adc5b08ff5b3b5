"""/settings/tokens/: manage access tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import AccessToken, User
from accounts.models.tokens import NAME_LENGTH
from accounts.requests import MemberRequest
from accounts.tokens.issuing import MOST, issue_token
from accounts.tokens.scopes import scope_choices, scopes
from anirec.lib.text import validate_text

DAYS = {"30": _("30 days"), "90": _("90 days"), "365": _("1 year"), "": _("Never")}


class TokenForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=NAME_LENGTH, validators=[validate_text])
    scopes = forms.MultipleChoiceField(
        label=_("Permissions"), choices=scope_choices, widget=forms.CheckboxSelectMultiple
    )
    days = forms.ChoiceField(label=_("Expiry"), choices=list(DAYS.items()), required=False, initial="90")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self) -> dict[str, Any]:
        if AccessToken.objects.filter(user=self.user).count() >= MOST:
            raise forms.ValidationError(gettext("You can have up to %(n)d tokens. Revoke one first.") % {"n": MOST})
        return self.cleaned_data

    def save(self) -> str | None:
        """Create a token and return its key; None with form errors if invalid."""
        with transaction.atomic():
            self.user.lock()
            return self._issue() if self.is_valid() else None

    def _issue(self) -> str:
        days = self.cleaned_data["days"]
        ends = timezone.now() + timedelta(days=int(days)) if days else None
        return issue_token(self.user, self.cleaned_data["name"], self.cleaned_data["scopes"], ends)[1]


@require_http_methods(["GET", "POST"])
@login_required
@reauthentication_required(allow_get=True)
@never_cache
def tokens(request: MemberRequest) -> HttpResponse:
    form, descriptions = TokenForm(request.POST or None, user=request.user), scopes()
    key = form.save() if request.method == "POST" else None
    context = {
        "form": TokenForm(user=request.user) if key else form,
        "key": key,
        "tokens": [
            (token, [descriptions[scope] for scope in token.scopes if scope in descriptions])
            for token in request.user.tokens.all()
        ],
    }
    status = 422 if form.is_bound and not key else 200
    return render(request, "accounts/tokens/tokens.html", context, status=status)


@require_POST
@login_required
def revoke(request: MemberRequest, pk: int) -> HttpResponse:
    get_object_or_404(AccessToken, pk=pk, user=request.user).delete()
    messages.success(request, gettext("Token revoked."))
    return redirect("accounts:tokens")
