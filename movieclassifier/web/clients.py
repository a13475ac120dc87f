"""The client of a request: a browser session or a program, its network address as a keyed hash only."""

import hashlib
import hmac
import re
import secrets
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

from flask import current_app, request, session

from movieclassifier.feedback.log.entities import Client
from movieclassifier.feedback.owner import Owner
from movieclassifier.feedback.service import Service
from movieclassifier.web.throttling import Throttle

if TYPE_CHECKING:
    from movieclassifier.live.news_and_posts import Live

API = "api"
UNKNOWN = "unknown"
LEADING_ZEROS = re.compile(r"\b0+(?=\d)")


def service() -> Service:
    """Return the service of this application."""
    found: Service = current_app.extensions["movieclassifier"]
    return found


def owner() -> Owner:
    """Return what acts for the owner; only the owner's pages ask for it."""
    found: Owner = current_app.extensions["movieclassifier owner"]
    return found


def live() -> "Live":
    """Return the news and posts of this application; it has some where the extra is installed."""
    found: Live = current_app.extensions["movieclassifier live"]
    return found


def current_client() -> Client:
    """Return the browser that asks, by the random token in its signed session cookie."""
    if "owner" not in session:
        session["owner"] = secrets.token_urlsafe(16)
    return Client(session["owner"], hashed_address())


def api_client() -> Client:
    """Return the client of an API request, which may vote on every prediction whose id it knows."""
    return Client(API, hashed_address())


def throttle(kind: str) -> None:
    """Count a request of a kind against the limits of its network and of the site.

    Raises
    ------
    TooMany
    """
    found: Throttle = current_app.extensions["movieclassifier throttle"]
    address = request.remote_addr or ""
    found.check(kind, network(address), block(address))


def hashed_address() -> str:
    """Return a hash of the network address, keyed against guessing by trial."""
    return hash_address(str(current_app.config["SECRET_KEY"]), request.remote_addr or "")


@lru_cache(maxsize=4096)
def hash_address(key: str, address: str) -> str:
    """Return the hash of the network of an address."""
    return hmac.new(key.encode(), network(address).encode(), hashlib.sha256).hexdigest()[:12]


@lru_cache(maxsize=4096)
def network(address: str) -> str:
    """Return the part of an address that a client cannot change at will.

    A household has 2**64 IPv6 addresses, and they share their first 64 bits. Ports, brackets, zones and leading zeros
    do not make a different client. Everything that is not an address is one client.

    Examples
    --------
    >>> network("2001:db8:1:2:3:4:5:6"), network("192.0.2.7")
    ('2001:db8:1:2::', '192.0.2.7')
    >>> network("[2001:db8:1:2::5%eth0]:443"), network("::ffff:192.000.002.007"), network("somewhere")
    ('2001:db8:1:2::', '192.0.2.7', 'unknown')
    """
    return _masked(address, 64)


@lru_cache(maxsize=4096)
def block(address: str) -> str:
    """Return the network that an address probably belongs to: providers hand out /48s of IPv6.

    Examples
    --------
    >>> block("2001:db8:1:2:3:4:5:6"), block("192.0.2.7")
    ('2001:db8:1::', '192.0.2.7')
    """
    return _masked(address, 48)


@lru_cache(maxsize=4096)
def surroundings(address: str) -> tuple[str, str]:
    """Return two wider networks around an address: /24 and /16 of IPv4, /48 and /32 of IPv6.

    Who has many addresses has them in few of these.

    Examples
    --------
    >>> surroundings("192.0.2.7"), surroundings("2001:db8:1:2:3:4:5:6")
    (('192.0.2.0', '192.0.0.0'), ('2001:db8:1::', '2001:db8::'))
    """
    return _masked(address, 48, 24), _masked(address, 32, 16)


def _masked(address: str, n_bits: int, n_bits_of_ipv4: int = 32) -> str:
    """Return the network of an address, so many bits of an IPv6 address and so many of an IPv4 one."""
    try:
        parsed = ip_address(_bare(address))
    except ValueError:
        return UNKNOWN
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    shift = parsed.max_prefixlen - (n_bits if parsed.version == 6 else n_bits_of_ipv4)
    return str(type(parsed)(int(parsed) >> shift << shift))


def _bare(address: str) -> str:
    """Return an address without port, brackets, zone and leading zeros."""
    text = address.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    return LEADING_ZEROS.sub("", text.partition("%")[0])
