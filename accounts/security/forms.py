from __future__ import annotations

from allauth.account import forms as allauth_forms
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.security.access import revoke_tokens


class ChangePasswordForm(allauth_forms.ChangePasswordForm):
    """Changing the password ends all other sessions; access tokens only if the member wants it."""

    revokes_tokens = forms.BooleanField(
        label=_("Also revoke my access tokens: connected apps have to be connected again"), required=False, initial=True
    )

    def save(self) -> None:
        super().save()
        if self.cleaned_data["revokes_tokens"]:
            revoke_tokens(self.user)


class SignupForm(allauth_forms.SignupForm):
    """With the browser's time zone, filled in by a script (`accounts.settings.zone`)."""

    time_zone = forms.CharField(
        required=False, max_length=100, widget=forms.HiddenInput(attrs={"data-browser-zone": ""})
    )
