"""/staff/system/: the state of each part and the checklist of a new site. And the page of the first admin account."""

from __future__ import annotations

from typing import cast

from allauth.core.ratelimit import consume_or_429
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from anirec.lib.web.permissions import staff_only
from anirec.monitoring import mail
from anirec.monitoring.checklist import checklist
from anirec.monitoring.facts import remembered_facts
from anirec.monitoring.first_admin import create_admin, is_valid
from anirec.monitoring.forms import FirstAdminForm
from anirec.monitoring.parts import parts_of

BACKEND = "django.contrib.auth.backends.ModelBackend"


@require_GET
@never_cache
@staff_only()
def system(request: HttpRequest) -> HttpResponse:
    facts = remembered_facts()
    steps = checklist(facts)
    context = {
        "parts": parts_of(facts),
        "steps": steps,
        "n_done": sum(step.is_done for step in steps),
        "is_file_mail": mail.is_file_mail(),
    }
    return render(request, "monitoring/system.html", context)


@require_POST
@staff_only()
def test_email(request: HttpRequest) -> HttpResponse:
    """Send the staff member a test e-mail."""
    if refusal := consume_or_429(request, action="test_email"):
        return refusal
    member = cast(User, request.user)
    check = mail.send_test(member)
    if check.error:
        messages.error(request, _("The test e-mail was not sent: %(why)s") % {"why": check.error})
    else:
        messages.success(request, _("Test e-mail sent to %(address)s.") % {"address": member.email})
    return redirect("monitoring:system")


@require_http_methods(["GET", "POST"])
@never_cache
@sensitive_post_parameters()
def first_admin(request: HttpRequest, token: str) -> HttpResponse:
    """Create the first admin account with a link that the start has printed."""
    if refusal := consume_or_429(request, action="first_admin"):
        return refusal
    if not is_valid(token):
        raise Http404
    form = FirstAdminForm(request.POST or None)
    if request.method == "GET" or not form.is_valid():
        status = 200 if request.method == "GET" else 422
        return render(request, "monitoring/first_admin.html", {"form": form}, status=status)
    given = form.cleaned_data
    admin = create_admin(token, given["username"], given["email"], given["password1"])
    if admin is None:
        raise Http404
    login(request, admin, BACKEND)
    messages.success(request, _("Your admin account is ready."))
    return redirect("monitoring:system")
