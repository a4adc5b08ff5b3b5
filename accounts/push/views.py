from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.push.forms import SubscriptionForm
from accounts.push.keys import public_key
from accounts.push.queueing import queue_test
from accounts.requests import MemberRequest
from accounts.templatetags.devices import browser


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def devices(request: MemberRequest) -> HttpResponse:
    """Show the browsers that show push notifications; add this one."""
    form = SubscriptionForm(request.POST or None)
    if request.method == "POST":
        name = browser(request.headers.get("User-Agent", ""))
        if form.save(request.user, name=name, session_key=request.session.session_key or ""):
            messages.success(request, gettext("Push notifications are on for this device."))
            return redirect("accounts:push")
    context = {
        "form": form,
        "key": public_key(),
        "devices": request.user.push_subscriptions.all(),
        "session_key": request.session.session_key,
    }
    return render(request, "accounts/push/devices.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def act(request: MemberRequest, pk: int) -> HttpResponse:
    """Test or remove a device, as `action` says."""
    device = get_object_or_404(request.user.push_subscriptions, pk=pk)
    if request.POST.get("action") == "test":
        queue_test(device)
        messages.success(request, gettext("Test sent. It should appear within a minute."))
    elif request.POST.get("action") == "remove":
        device.delete()
        messages.success(request, gettext("Device removed."))
    return redirect("accounts:push")
