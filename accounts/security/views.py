from __future__ import annotations

from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.security.lock import lock_account, read_token


@require_http_methods(["GET", "POST"])
@never_cache
@csrf_exempt  # the token is the proof; the page may be open in a browser that refuses cookies
def lock(request: HttpRequest, token: str) -> HttpResponse:
    """Lock an account. A GET only asks: mail programs open links by themselves."""
    try:
        email = lock_account(request, token) if request.method == "POST" else read_token(token)[0][1]
    except BadSignature:
        email = None
    context = {"email": email, "is_locked": request.method == "POST" and email}
    return render(request, "accounts/security/lock.html", context, status=200 if email else 410)
