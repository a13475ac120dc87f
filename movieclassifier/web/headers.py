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


def register(app: Flask) -> None:
    """Give every answer its headers."""
    deployed = app.extensions["movieclassifier"].settings.deployed

    @app.after_request
    def set_headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if deployed:
            response.headers.setdefault("Strict-Transport-Security", HTTPS_ONLY)
        if request.endpoint != "static":
            # The words of a person do not belong into a cache, neither a shared one nor that of a browser.
            response.headers.setdefault("Cache-Control", "no-store")
        return response
