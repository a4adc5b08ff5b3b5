from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import ScrobbleAddress, User
from accounts.scrobbling import recording


class AddressForm(forms.ModelForm):
    """An address's name, and whose reports it takes."""

    class Meta:
        model = ScrobbleAddress
        fields = ("name", "account")
        labels = {"name": _("Name"), "account": _("Your user name on the media server")}
        help_texts = {"account": _("Episodes that other users of the server watch aren’t counted.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["placeholder"] = _("Living room Plex")

    def create(self, user: User) -> str | None:
        """Create an address and return its key; None with form errors if invalid."""
        if not self.is_valid():
            return None
        key = recording.create_address(user, self.cleaned_data["name"], self.cleaned_data["account"])
        if key is None:
            message = gettext("You can have up to %(n)d addresses. Revoke one first.")
            self.add_error(None, message % {"n": recording.MOST_ADDRESSES})
        return key
