from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from catalog.browse.facets import canonical_query
from catalog.browse.queries import title_filter
from catalog.models import SavedView

MOST_VIEWS = 50


class SavedViewForm(forms.ModelForm):  # type: ignore[type-arg]
    """Form to rename a saved view or, with `query`, to create one."""

    class Meta:
        model = SavedView
        fields = ("name",)

    def save_if_valid(self) -> SavedView | None:
        """Save the view under the member's lock; return None with form errors if invalid."""
        with transaction.atomic():
            self.instance.user.lock()
            return self.save() if self.is_valid() else None

    def clean(self) -> dict[str, Any]:
        if self.instance.pk is None:
            self.instance.query = self._query()
            if SavedView.objects.filter(user=self.instance.user).count() >= MOST_VIEWS:
                raise ValidationError(_("You can save up to %(most)s views. Delete one first.") % {"most": MOST_VIEWS})
        return super().clean() or self.cleaned_data

    def _query(self) -> str:
        """Return the valid part of the submitted filters."""
        filters = title_filter(QueryDict(self.data.get("query", "")), self.instance.user)
        query = urlencode(canonical_query(filters))
        if not query:
            raise ValidationError(_("No filters selected. Choose at least one, then save the view."))
        if len(query) > 2000:
            raise ValidationError(_("Too many filters for one view. Remove some and save again."))
        return query

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if SavedView.objects.filter(user=self.instance.user, name=name).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("You already have a view with this name. Choose another name."))
        return name
