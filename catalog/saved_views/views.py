"""Saved views: named filters of the browse page."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from catalog.models import SavedView
from catalog.saved_views.forms import SavedViewForm
from catalog.viewers import MemberRequest


@require_http_methods(["GET", "POST"])
@login_required
def saved_views(request: MemberRequest) -> HttpResponse:
    """List the saved views. POST saves a new one and redirects to it."""
    form = SavedViewForm(request.POST or None, instance=SavedView(user=request.user))
    if request.method == "POST" and (view := form.save_if_valid()):
        messages.success(request, _("Saved as “%(name)s”") % {"name": view.name})
        return redirect(view)
    return _page(request, form)


@require_POST
@login_required
def rename_view(request: MemberRequest, pk: int) -> HttpResponse:
    view = get_object_or_404(SavedView, pk=pk, user=request.user)
    form = SavedViewForm(request.POST, instance=view)
    if not form.save_if_valid():
        return _page(request, form)
    messages.success(request, _("Renamed to “%(name)s”") % {"name": view.name})
    return redirect("catalog:saved_views")


@require_POST
@login_required
def delete_view(request: MemberRequest, pk: int) -> HttpResponse:
    view = get_object_or_404(SavedView, pk=pk, user=request.user)
    view.delete()
    messages.success(request, _("“%(name)s” deleted") % {"name": view.name})
    return redirect("catalog:saved_views")


def _page(request: MemberRequest, form: SavedViewForm) -> HttpResponse:
    context = {"form": form, "views": SavedView.objects.filter(user=request.user)}
    return render(request, "catalog/saved_views/saved_views.html", context, status=422 if form.is_bound else 200)
