"""The Content-Security-Policy of pages: everything from this site, no inline scripts or styles."""

REPORT_PATH = "/csp-reports/"
BASE = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)


def content_policy(*, frames_from: str = "") -> str:
    """Return the policy. frames_from: the one other site whose pages may be framed, such as "https://example.org"."""
    frames = f"frame-src {frames_from}; " if frames_from else ""
    return f"{BASE}; {frames}report-uri {REPORT_PATH}"
