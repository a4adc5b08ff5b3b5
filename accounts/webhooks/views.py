"""/settings/webhooks/: manage webhooks and see their recent deliveries."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.events import event_choices, events
from accounts.models import Delivery, User, Webhook
from accounts.models.webhooks import URL_LENGTH
from accounts.requests import MemberRequest
from accounts.webhooks import announcing, registration
from accounts.webhooks import delivering as webhooks

SHOWN = 10  # deliveries per webhook


class WebhookForm(forms.Form):
    url = forms.CharField(
        label=_("URL"), max_length=URL_LENGTH, widget=forms.URLInput(attrs={"placeholder": "https://"})
    )
    events = forms.MultipleChoiceField(label=_("Events"), choices=event_choices, widget=forms.CheckboxSelectMultiple)

    def save(self, user: User) -> Webhook | None:
        """Save the webhook; return None with form errors if invalid."""
        if not self.is_valid():
            return None
        try:
            return registration.register_webhook(user, **self.cleaned_data)
        except ValidationError as error:
            self.add_error(None, error)
            return None


@require_http_methods(["GET", "POST"])
@login_required
@reauthentication_required(allow_get=True)
@never_cache
def hooks(request: MemberRequest) -> HttpResponse:
    form = WebhookForm(request.POST or None)
    created = form.save(request.user) if request.method == "POST" else None
    registered = events()
    last = Delivery.objects.order_by("-pk")[:SHOWN]
    own = request.user.webhooks.prefetch_related(Prefetch("deliveries", last, to_attr="last_deliveries"))
    context = {
        "form": WebhookForm() if created else form,
        "made": created,
        "webhooks": [
            (webhook, [registered[event].description for event in webhook.events if event in registered])
            for webhook in own
        ],
        "days": webhooks.LOG_RETENTION.days,
    }
    return render(
        request, "accounts/webhooks/webhooks.html", context, status=422 if form.is_bound and not created else 200
    )


@require_POST
@login_required
def act(request: MemberRequest, pk: int) -> HttpResponse:
    """Test, enable or delete a webhook, as `action` says."""
    webhook = get_object_or_404(Webhook, pk=pk, user=request.user)
    action = request.POST.get("action")
    if action == "test":
        announcing.send_test(webhook)
        messages.success(request, gettext("Test queued. Reload this page to see the result."))
    elif action == "enable":
        registration.enable_webhook(webhook)
        messages.success(request, gettext("Webhook enabled."))
    elif action == "delete":
        webhook.delete()
        messages.success(request, gettext("Webhook deleted."))
    return redirect("accounts:webhooks")
