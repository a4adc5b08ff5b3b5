from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from accounts.models import User
from social.models import NotificationSettings
from social.notifications.channels import channels_of, choose_channels, settings_of
from social.notifications.kinds import Channel, kinds_offered_to


class ChannelsForm(forms.Form):
    """Check boxes of the channels for each kind of notification."""

    def __init__(self, *args: Any, member: User, channels: Mapping[str, list[str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in kinds_offered_to(member):
            self.fields[kind.name] = forms.MultipleChoiceField(
                label=kind.label,
                choices=Channel,
                initial=channels[kind.name],
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )


class TimesForm(forms.ModelForm):
    """When a member is notified."""

    class Meta:
        model = NotificationSettings
        fields = ["airing_lead", "airs_planned", "digest_hour", "quiet_from", "quiet_to"]
        widgets = {name: forms.TimeInput(attrs={"type": "time"}, format="%H:%M") for name in ("quiet_from", "quiet_to")}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if (cleaned.get("quiet_from") is None) != (cleaned.get("quiet_to") is None) and not self.errors:
            raise ValidationError(gettext("Quiet hours need a start and an end. Clear both to turn them off."))
        return cleaned


class NotificationForms:
    """Both forms of the page of notification settings."""

    def __init__(self, member: User, data: Any = None) -> None:
        self.member = member
        self.channels = ChannelsForm(data, member=member, channels=channels_of(member))
        self.times = TimesForm(data, instance=settings_of(member))

    def save(self) -> bool:
        """Save the settings. Return False, with the forms' errors, if any is invalid."""
        if not (self.channels.is_valid() and self.times.is_valid()):
            return False
        choose_channels(self.member, self.channels.cleaned_data)
        self.times.save()
        return True
