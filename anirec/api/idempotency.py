"""Idempotency-Key: retried writes get the stored response instead of running twice.

The write and its stored response commit in one transaction, so neither exists without the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import StoredResponse, User
from accounts.tokens.authentication import key_of
from accounts.tokens.issuing import find_token
from anirec.lib.database.locks import try_lock_in_transaction
from anirec.lib.web.problems import problem_response

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
LONGEST = 255
HEADERS = ("Content-Type", "ETag", "Location")

Respond = Callable[[], HttpResponse]
Owner = tuple[User, str]


def respond_once(request: HttpRequest, respond: Respond) -> HttpResponse:
    """Return the stored response, or that of `respond()`, which is stored unless it is an error."""
    key, owner = request.headers[HEADER], _owner(request)
    if not 0 < len(key) <= LONGEST or not key.isprintable():
        return problem_response(
            400, _("Idempotency-Key must be 1 to %(n)d printable ASCII characters.") % {"n": LONGEST}
        )
    if owner is None:
        return respond()  # anonymous writes are rejected anyway
    with transaction.atomic():
        if not _lock(owner, key):
            return problem_response(
                409, _("A request with this Idempotency-Key is still being processed. Retry in a moment.")
            )
        fingerprint = _fingerprint(request)
        responses = StoredResponse.objects.filter(user=owner[0], caller=owner[1], key=key)
        if stored := responses.filter(created_at__gt=timezone.now() - StoredResponse.LASTS).first():
            return _replay(stored, fingerprint)
        responses.delete()
        response = _render(respond())
        if response.status_code < 400:
            _store(response, owner, key, fingerprint)
        else:
            transaction.set_rollback(True)
    return response


def _owner(request: HttpRequest) -> Owner | None:
    key = key_of(request)
    if key is not None:
        token = find_token(key)
        return (token.user, f"token:{token.pk}") if token else None
    return (request.user, "session") if request.user.is_authenticated else None


def _lock(owner: Owner, key: str) -> bool:
    """Lock the key until the transaction ends. False if another request holds it."""
    return try_lock_in_transaction(f"answer {owner[0].pk}:{owner[1]}:{key}")


def _fingerprint(request: HttpRequest) -> str:
    """Return a hash of the request. Multipart boundaries differ on each retry, so forms are hashed by their fields."""
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if request.content_type != "multipart/form-data":
        digest.update(request.body)
        return digest.hexdigest()
    for name, values in sorted(request.POST.lists()):
        digest.update(f"{name}={values}\n".encode())
    for name, file in sorted((name, file) for name, files in request.FILES.lists() for file in files):
        digest.update(f"{name}={file.name}\n".encode())
        for chunk in file.chunks():
            digest.update(chunk)
        file.seek(0)
    return digest.hexdigest()


def _replay(stored: StoredResponse, fingerprint: str) -> HttpResponse:
    if stored.fingerprint != fingerprint:
        return problem_response(422, _("Idempotency-Key was already used with a different request."))
    response = HttpResponse(bytes(stored.body), status=stored.status, headers=stored.headers)
    response[REPLAYED] = "true"
    return response


def _render(response: HttpResponse) -> HttpResponse:
    render = getattr(response, "render", None)
    return render() if render else response


def _store(response: HttpResponse, owner: Owner, key: str, fingerprint: str) -> None:
    StoredResponse.objects.create(
        user=owner[0],
        caller=owner[1],
        key=key,
        fingerprint=fingerprint,
        status=response.status_code,
        headers={name: response[name] for name in HEADERS if name in response},
        body=response.content,
    )
