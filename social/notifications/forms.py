from __future__ import annotations

from typing import Any

from django import forms

from social.notifications.kinds import Channel, kinds


class NotificationForm(forms.Form):
    """A choice for each kind of notification."""

    def __init__(self, *args: Any, channels: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in kinds().values():
            self.fields[kind.name] = forms.ChoiceField(label=kind.label, choices=Channel, initial=channels[kind.name])
