"""Security headers of every answer."""

from flask import Flask, Response, request

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ]
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HTTPS_ONLY = "max-age=31536000"  # of this name alone: the rest of the domain may have no https


NO_STORE = {"Cache-Control": "no-store"}


def headers_of(deployed: bool) -> dict[str, str]:
    """Return the headers of every answer that is not a static file."""
    return HEADERS | ({"Strict-Transport-Security": HTTPS_ONLY} if deployed else {}) | NO_STORE


def register(app: Flask) -> None:
    """Give every answer its headers."""
    of_static = headers_of(app.extensions["movieclassifier"].settings.deployed)
    # The words of a person do not belong into a cache, neither a shared one nor that of a browser.
    cache_control = of_static.pop("Cache-Control")

    @app.after_request
    def set_headers(response: Response) -> Response:
        for name, value in of_static.items():
            response.headers.setdefault(name, value)
        if request.endpoint != "static" or response.status_code >= 400:
            response.headers.setdefault("Cache-Control", cache_control)
        return response
