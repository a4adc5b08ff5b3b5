from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.settings.privacy import privacy_fields
from anirec.lib.time_zones import ZONES
from catalog.models import Service
from catalog.models.titles import EXTRA_MEDIA


class PreferencesForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["language", "title_language", "score_format", "theme", "time_zone", "sets_dates", "asks_for_scores"]
        labels = {
            "language": _("Language"),
            "title_language": _("Title language"),
            "score_format": _("Scores"),
            "theme": _("Appearance"),
            "time_zone": _("Time zone"),
        }

    time_zone = forms.ChoiceField(
        choices=[("", _("Coordinated Universal Time (UTC)")), *((zone, zone.replace("_", " ")) for zone in ZONES[1:])],
        required=False,
        label=_("Time zone"),
    )
    language = forms.ChoiceField(
        choices=[("", _("Browser default")), *settings.LANGUAGES], required=False, label=_("Language")
    )


class ServicesForm(forms.ModelForm):
    streaming_services = forms.MultipleChoiceField(
        choices=Service, required=False, widget=forms.CheckboxSelectMultiple, label=_("Streaming services")
    )

    class Meta:
        model = User
        fields = ("streaming_services",)


class MediaForm(forms.Form):
    extra_media = forms.MultipleChoiceField(
        choices=EXTRA_MEDIA, required=False, widget=forms.CheckboxSelectMultiple, label=_("Also show")
    )


def privacy_form(*args: Any, **kwargs: Any) -> forms.ModelForm:
    """Return a form with every registered privacy setting."""
    return forms.modelform_factory(User, fields=privacy_fields())(*args, **kwargs)


class LanguageForm(forms.Form):
    language = forms.ChoiceField(choices=settings.LANGUAGES)


class TitleLanguageForm(forms.Form):
    title_language = forms.ChoiceField(choices=User.TitleLanguage)


class ThemeForm(forms.Form):
    theme = forms.ChoiceField(choices=User.Theme)


class AdultForm(forms.Form):
    shows_adult = forms.BooleanField(required=False, label=_("I’m 18 or older and want to see adult titles"))


class AgeLimitForm(forms.Form):
    """Requires the password, so that the person it protects can't change the limit."""

    age_limit = forms.ChoiceField(choices=User.AgeLimit, required=False, label=_("Maximum age rating"))
    password = forms.CharField(
        strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}), label=_("Your password")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_password(self) -> str:
        if not self.user.check_password(self.cleaned_data["password"]):
            raise ValidationError(gettext("Wrong password. Try again."))
        return self.cleaned_data["password"]
