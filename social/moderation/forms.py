from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from social.models import Decision, Report


class ReportForm(forms.Form):
    reason = forms.ChoiceField(label=_("Reason"), choices=Report.Reason)
    remark = forms.CharField(
        label=_("Details (optional)"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class DecisionForm(forms.Form):
    """`social.moderation.deciding` checks that the action is available."""

    act = forms.ChoiceField(label=_("Action"), choices=Decision.Act)
    reason = forms.CharField(label=_("Reason (shown to the member)"), max_length=500)
