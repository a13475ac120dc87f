"""The client of a request: a browser session or a program, its network address as a keyed hash only."""

import hashlib
import hmac
import secrets
from ipaddress import IPv6Address, ip_address

from flask import current_app, request, session

from movieclassifier.feedback.log.entities import Client
from movieclassifier.feedback.owner import Owner
from movieclassifier.feedback.service import Service

API = "api"


def service() -> Service:
    """Return the service of this application."""
    found: Service = current_app.extensions["movieclassifier"]
    return found


def owner() -> Owner:
    """Return what acts for the owner; only the owner's pages ask for it."""
    found: Owner = current_app.extensions["movieclassifier owner"]
    return found


def current_client() -> Client:
    """Return the browser that asks, by the random token in its signed session cookie."""
    if "owner" not in session:
        session["owner"] = secrets.token_urlsafe(16)
    return Client(session["owner"], hashed_address())


def api_client() -> Client:
    """Return the client of an API request, which may vote on every prediction whose id it knows."""
    return Client(API, hashed_address())


def hashed_address() -> str:
    """Return a hash of the network address, keyed against guessing by trial."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, network(request.remote_addr or "").encode(), hashlib.sha256).hexdigest()[:12]


def network(address: str) -> str:
    """Return the part of an address that a client cannot change at will.

    A household has 2**64 IPv6 addresses, and they share their first 64 bits.

    Examples
    --------
    >>> network("2001:db8:1:2:3:4:5:6"), network("192.0.2.7")
    ('2001:db8:1:2::', '192.0.2.7')
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(IPv6Address(int(parsed) >> 64 << 64))
    return address
