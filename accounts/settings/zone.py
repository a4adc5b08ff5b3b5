"""The member's time zone: the browser's at sign-up, and offered when the browser's differs later."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import user_signed_up
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.requests import MemberRequest
from anirec.lib.time_zones import known_zone
from anirec.lib.web.responses import back_to


@receiver(user_signed_up, dispatch_uid="keep_time_zone")
def keep_time_zone(request: HttpRequest, user: User, **_: Any) -> None:
    """Take the zone that the sign-up page's script has filled in. A browser without it, or a made-up one, has none."""
    if zone := known_zone(request.POST.get("time_zone")):
        user.time_zone = zone
        user.save(update_fields=["time_zone"])


@require_POST
@login_required
def change_zone(request: MemberRequest) -> HttpResponse:
    zone = known_zone(request.POST.get("time_zone"))
    if zone is None:
        return HttpResponseBadRequest(gettext("Unknown time zone. Choose one in your settings."))
    request.user.time_zone = zone
    request.user.save(update_fields=["time_zone"])
    messages.success(request, gettext("Time zone changed: %(zone)s") % {"zone": zone.replace("_", " ")})
    return back_to(request, "accounts:settings")
