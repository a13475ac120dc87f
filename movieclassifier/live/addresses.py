"""Check that an address may be called: it must be public, after the name was resolved and before the call.

References
----------
IANA's registries of special-purpose addresses, https://www.iana.org/assignments/iana-ipv6-special-registry/
"""

import ipaddress
import re
import socket
from collections.abc import Callable, Collection
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from movieclassifier.live.faults import SourceFault

MAX_URL = 2000
PORTS = {"http": 80, "https": 443}
# ``ipaddress.is_global`` alone would let the tunnels through, which lead to any IPv4 address.
NOT_PUBLIC = tuple(
    map(ipaddress.ip_network, ("192.88.99.0/24", "224.0.0.0/3", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
)
PUBLIC_6 = ipaddress.ip_network("2000::/3")
HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?:\.(?!-)[a-z0-9_-]{1,63})*")
# The system's resolver reads 0x7f.1, 2130706433 and 0177.0.0.1 as addresses.
NUMERIC = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)(?:\.(?:0x[0-9a-f]*|[0-9]+)){0,3}")
UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], list[str]]


@dataclass(frozen=True)
class Target:
    """A URL that may be called if its address may.

    Attributes
    ----------
    scheme : {"http", "https"}
    host : str
        In ASCII and lower case.
    port : int
    path : str
        With the query, quoted.
    """

    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> str:
        """The URL without its path."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + ("" if self.port == PORTS[self.scheme] else f":{self.port}")

    @property
    def url(self) -> str:
        """The whole URL."""
        return self.origin + self.path

    @property
    def place(self) -> str:
        """Host and port, as the owner allows them."""
        return f"{self.host}:{self.port}"


def parse_url(url: str, allowed: Collection[str] = ()) -> Target:
    """Return the target of a URL.

    Parameters
    ----------
    url : str
    allowed : collection of str
        ``host:port`` of the places that the owner allows, whatever their port.

    Raises
    ------
    SourceFault
        If the URL is not one of http or https to a host, or has a user, a different port, or an address written oddly.

    Examples
    --------
    >>> parse_url("https://News.example/feed?a=b#top").url
    'https://news.example/feed?a=b'
    """
    if len(url) > MAX_URL:
        raise _refused(url, f"it is longer than {MAX_URL} characters")
    if UNSAFE.search(url):
        raise _refused(url, "it has blanks or control characters")
    try:
        parts = urlsplit(url)
        port, name = parts.port, parts.hostname
    except ValueError as error:
        raise _refused(url, str(error)) from error
    if parts.scheme not in PORTS:
        raise _refused(url, "only http and https are read")
    if "@" in parts.netloc:
        raise _refused(url, "it has a user name")
    port = PORTS[parts.scheme] if port is None else port
    host = _ascii_host(url, name or "")
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._") + (
        f"?{quote(parts.query, safe='/%:@!$&()*+,;=~-._?[]')}" if parts.query else ""
    )
    target = Target(parts.scheme, host, port, path)
    if target.place not in allowed and port not in PORTS.values():
        raise _refused(url, f"port {port} is not one of 80 and 443")
    return target


def _ascii_host(url: str, name: str) -> str:
    """Return a host in ASCII and lower case, without the dot at its end."""
    if ":" in name:
        try:
            return str(ipaddress.IPv6Address(name))
        except ValueError:
            raise _refused(url, "its address is not valid") from None
    try:
        host = name.encode("idna").decode() if not name.isascii() else name
    except UnicodeError:
        raise _refused(url, "its host is not valid") from None
    host = host.lower().removesuffix(".")
    if not HOST.fullmatch(host) or len(host) > 253:
        raise _refused(url, "its host is not valid")
    if NUMERIC.fullmatch(host):
        try:
            return str(ipaddress.IPv4Address(host))
        except ValueError:
            raise _refused(url, "its address is not written as four numbers") from None
    return host


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host, as the system knows them."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def checked_address(target: Target, allowed: Collection[str] = (), resolver: Resolver = resolve) -> str:
    """Return the one address that may be connected to.

    Parameters
    ----------
    target : Target
    allowed : collection of str
        ``host:port`` of the places that may have any address.
    resolver : function
        Asked once: a second answer could be a different one.

    Raises
    ------
    SourceFault
        If the host has no address, or any that is not public.
    """
    try:
        found = resolver(target.host, target.port)
    except (OSError, UnicodeError) as error:
        raise SourceFault("unreachable", f"{target.host} has no address ({_reason(error)}).") from error
    if not found:
        raise SourceFault("unreachable", f"{target.host} has no address.")
    if target.place not in allowed:
        for address in found:
            if not is_public(address):
                raise SourceFault(
                    "refused",
                    f"{target.host} has the address {address}, which is not public. If it is yours: "
                    f"MOVIECLASSIFIER_LIVE_ALLOW={target.place}",
                )
    return found[0]


def is_public(address: str) -> bool:
    """Tell whether an address belongs to the public internet.

    Examples
    --------
    >>> [is_public(address) for address in ("93.184.216.34", "127.0.0.1", "169.254.169.254", "64:ff9b::7f00:1")]
    [True, False, False, False]
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address) and parsed not in PUBLIC_6:
        return False
    within = any(parsed.version == network.version and parsed in network for network in NOT_PUBLIC)
    return parsed.is_global and not parsed.is_multicast and not within


def _refused(url: str, why: str) -> SourceFault:
    shown = "".join(character if character.isprintable() else "\ufffd" for character in url[:80])
    return SourceFault("refused", f"{shown} is not called: {why}.")


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
