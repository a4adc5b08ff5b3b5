from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import PushSubscription, User
from accounts.models.push import ENDPOINT_LENGTH
from accounts.push.subscribing import subscribe


class SubscriptionForm(forms.Form):
    """A subscription as the browser's PushManager gives it, filled in by a script."""

    endpoint = forms.CharField(max_length=ENDPOINT_LENGTH, widget=forms.HiddenInput)
    p256dh = forms.CharField(max_length=100, widget=forms.HiddenInput)
    auth = forms.CharField(max_length=30, widget=forms.HiddenInput)

    def save(self, user: User, **device: Any) -> PushSubscription | None:
        """Save the subscription; return None with form errors if invalid."""
        if not self.is_valid():
            return None
        try:
            return subscribe(user, **self.cleaned_data, **device)
        except ValidationError as error:
            self.add_error(None, ValidationError(error.messages))
            return None
