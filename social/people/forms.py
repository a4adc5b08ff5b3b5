from __future__ import annotations

from django import forms

from social.people.queries import KINDS


class DirectoryForm(forms.Form):
    kind = forms.ChoiceField(choices=list(KINDS.items()), required=False)
    q = forms.CharField(max_length=150, required=False)

    def options(self) -> dict[str, str]:
        self.full_clean()
        return {"kind": self.cleaned_data.get("kind", ""), "q": self.cleaned_data.get("q", "")}
