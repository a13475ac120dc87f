"""Addresses of the live pages, where several models are served side by side."""

from flask import current_app, request, url_for


def live_link(endpoint: str) -> str:
    """Return the address of a live page, which may belong to a different model of the same server."""
    links = current_app.config.get("LIVE_LINKS") or {}
    if endpoint not in links:
        return url_for(endpoint)
    return f"{request.root_path.removesuffix('/' + current_app.config['MODEL_NAME'])}{links[endpoint]}"
