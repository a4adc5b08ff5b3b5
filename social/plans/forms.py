from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from catalog.models import Title
from social.models.plans import WatchPlan
from social.people.queries import visible_members
from social.plans import planning as plans

LOCAL = "%Y-%m-%dT%H:%M"


class PlanForm(forms.ModelForm):
    """`social.plans.planning` validates. Times are in the active time zone."""

    class Meta:
        model = WatchPlan
        fields = ("name", "note", "starts_at")
        widgets = {
            "note": forms.Textarea(attrs={"rows": 2}),
            "starts_at": forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL),
        }
        help_texts = {"note": _("For example, where to meet or what to bring. Visible to everyone invited.")}

    def change(self) -> bool:
        """Save the changes; return False with form errors if invalid."""
        return self._try(lambda: plans.change_plan(self.instance, **self.cleaned_data))

    def make(self, owner: User) -> bool:
        def make() -> None:
            self.instance = plans.make_plan(owner, **self.cleaned_data)

        return self._try(make)

    def _try(self, write: Any) -> bool:
        if not self.is_valid():
            return False
        try:
            write()
        except ValidationError as error:
            self.add_error(None, error)
            return False
        return True


def plan_of_group(owner: User, sent: QueryDict) -> WatchPlan:
    """Create a plan with the visible people and titles of a group page. Raises ValidationError."""
    ids = [
        int(pk) for pk in dict.fromkeys(sent.getlist("title")[: plans.MOST_TITLES]) if pk.isdecimal() and len(pk) < 10
    ]
    titles = Title.objects.visible_to(owner).in_bulk(ids)
    invited, _unknown = visible_members(sent.getlist("with")[: plans.MOST_MEMBERS], owner)
    return plans.make_plan(
        owner,
        gettext("Watching together"),
        titles=[titles[pk] for pk in ids if pk in titles],
        invited=[member for member in invited if member != owner],
    )
