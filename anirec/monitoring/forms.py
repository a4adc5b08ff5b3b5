"""The form of the first admin account."""

from __future__ import annotations

from django.contrib.auth.forms import UserCreationForm

from accounts.models import User


class FirstAdminForm(UserCreationForm):
    """Name, address and password. The owner may have a name that is reserved for the site, such as "admin"."""

    class Meta:
        model = User
        fields = ("username", "email")

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()
