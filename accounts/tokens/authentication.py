"""API authentication and scopes. Views declare `read_scope` and `write_scope`."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django.http import HttpRequest
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, BasePermission, IsAuthenticated
from rest_framework.request import Request

from accounts.models import AccessToken, User
from accounts.tokens.issuing import find_token
from accounts.tokens.scopes import scopes

SCHEME = "Bearer"
ASKS_ABOUT_LIST = {"list", "mine"}  # query parameters that reveal my list, on any endpoint


def key_of(request: Request | HttpRequest) -> str | None:
    """Return the request's bearer token, or None."""
    scheme, _space, key = request.headers.get("Authorization", "").partition(" ")
    return key.strip() if scheme.lower() == SCHEME.lower() else None


class TokenAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[User, AccessToken] | None:
        key = key_of(request)
        if key is None:
            return None
        token = find_token(key)
        if token is None:
            raise AuthenticationFailed(_("Invalid token: unknown, revoked or expired. Create a new one."))
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return SCHEME


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "accounts.tokens.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        lines = "\n".join(f"- `{scope}`: {label}" for scope, label in scopes().items())
        description = f"A personal access token, created at /settings/tokens/, with one or more scopes:\n\n{lines}"
        return {"type": "http", "scheme": "bearer", "description": description}


def scope_needed(view: Any, method: str) -> str:
    """Return the scope that a view requires, or "" if any token may use it."""
    return getattr(view, "read_scope" if method in SAFE_METHODS else "write_scope", "")


class HasScope(BasePermission):
    """Sessions can do everything their member can; tokens only what their scopes allow."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.auth, AccessToken):
            return True
        needed = {scope_needed(view, cast(str, request.method))}
        if ASKS_ABOUT_LIST & request.query_params.keys():
            needed.add("read:list")
        if missing := sorted(needed - {""} - set(request.auth.scopes)):
            self.message = _("Token lacks the scope %(scope)s.") % {"scope": missing[0]}
            return False
        return True


MEMBERS: tuple[type[BasePermission], ...] = (IsAuthenticated, HasScope)


class ForMembers:
    """Mixin for members-only views."""

    permission_classes: ClassVar[Any] = MEMBERS


def member_of(request: Request) -> User:
    return cast(User, request.user)
