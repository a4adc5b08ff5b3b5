from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from accounts.requests import MemberRequest
from anirec.lib.time_zones import zone_named
from anirec.lib.web.requests import PageRequest
from social.notifications import emails, notifying, queries
from social.notifications.forms import NotificationForms
from social.notifications.kinds import Channel

PAGE = 30


@require_GET
@login_required
def notification_list(request: MemberRequest) -> HttpResponse:
    """Show notifications and mark them as read."""
    page = Paginator(queries.groups_of(request.user), PAGE).get_page(request.GET.get("page"))
    groups = queries.read_groups(list(page))
    if request.user.unread_notifications:
        notifying.mark_read(request.user)
        request.user.unread_notifications = 0
    template = "_notifications.html" if request.htmx.target == "pager" else "notifications.html"
    return render(request, f"social/notifications/{template}", {"page": page, "told": groups})


@never_cache
@require_GET
@login_required
def bell(request: MemberRequest) -> HttpResponse:
    return render(request, "_bell.html")


@require_http_methods(["GET", "POST"])
@login_required
def notification_choices(request: MemberRequest) -> HttpResponse:
    forms = NotificationForms(request.user, request.POST if request.method == "POST" else None)
    if request.method == "POST" and forms.save():
        messages.success(request, gettext("Settings saved."))
        return redirect("social:notification_choices")
    status = 422 if request.method == "POST" else 200
    context = {
        "forms": forms,
        "channels": Channel.choices,
        "zone": zone_named(request.user.time_zone).key,
        "n_devices": request.user.push_subscriptions.count(),
    }
    return render(request, "social/notifications/notification_choices.html", context, status=status)


@csrf_exempt  # email clients post here themselves (RFC 8058); the signed URL authorises them
@require_http_methods(["GET", "POST"])
def unsubscribe(request: PageRequest, token: str) -> HttpResponse:
    try:
        kind = emails.unsubscribe(token, only_look=request.method == "GET")
    except signing.BadSignature as error:
        raise Http404 from error
    return render(request, "social/notifications/unsubscribe.html", {"kind": kind, "is_done": request.method == "POST"})
