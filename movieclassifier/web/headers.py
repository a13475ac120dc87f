"""Security headers of every answer."""

from flask import Flask, Response

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
HTTPS_ONLY = "max-age=31536000"  # of this name alone: others of the domain may have no https


def register(app: Flask) -> None:
    """Give every answer its headers."""
    deployed = app.extensions["movieclassifier"].settings.deployed

    @app.after_request
    def set_headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if deployed:
            response.headers.setdefault("Strict-Transport-Security", HTTPS_ONLY)
        if response.content_type.startswith("text/html"):
            # What a person wrote is nothing for a shared cache, nor for the next user of this browser.
            response.headers.setdefault("Cache-Control", "no-store")
        return response
