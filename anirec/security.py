"""The Content-Security-Policy: resources only from this site, no inline scripts or styles."""

from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin

HEADER = "Content-Security-Policy"
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
DOCS_POLICY = f"{POLICY}; style-src 'self' 'unsafe-inline'"  # Swagger UI styles its elements one by one


class ContentSecurityPolicyMiddleware(MiddlewareMixin):
    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response.headers.setdefault(HEADER, DOCS_POLICY if request.path == "/api/docs/" else POLICY)
        return response
