from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.meaning.find import MAX_QUESTION


class SearchForm(forms.Form):
    q = forms.CharField(max_length=MAX_QUESTION, label=_("Search"))
