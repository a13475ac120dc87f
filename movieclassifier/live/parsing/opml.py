"""OPML, the lists of feeds that readers exchange."""

from collections.abc import Iterable
from html import escape
from typing import Any
from xml.etree.ElementTree import ParseError

from movieclassifier.live.cleaning import tidy
from movieclassifier.live.faults import SourceFault
from movieclassifier.live.items import clean_link
from movieclassifier.live.parsing.decoding import decode
from movieclassifier.live.parsing.repairing import repaired

MAX_FEEDS = 10_000


def read_opml(body: bytes, url: str = "", charset: str = "") -> dict[str, Any]:
    """Return the feeds of a list.

    Parameters
    ----------
    body : bytes
    url, charset : str
        As for the other parsers.

    Returns
    -------
    dict
        ``feeds``: a list of [name, url], each url once; ``n_left_out``: how many had no url that may be called.

    Raises
    ------
    SourceFault
        If it is not OPML.
    """
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root = fromstring(repaired(decode(body, charset)), forbid_dtd=True)
    except DefusedXmlException as error:
        raise SourceFault("refused", "It declares entities or a document type.") from error
    except (ParseError, ValueError) as error:
        raise SourceFault("not a list", f"It is not a list of feeds in OPML ({str(error)[:80]}).") from error
    outlines = [element for element in root.iter() if local_name(element.tag) == "outline"]
    if local_name(root.tag) != "opml" and not outlines:
        raise SourceFault("not a list", "It is XML, but not a list of feeds in OPML.")
    feeds: dict[str, str] = {}
    n_left_out = 0
    for outline in outlines:
        found = {local_name(name).lower(): value for name, value in outline.attrib.items()}
        if "xmlurl" not in found:
            continue
        link = clean_link(found["xmlurl"])
        if not link or len(feeds) >= MAX_FEEDS:
            n_left_out += 1
            continue
        feeds.setdefault(link, tidy(found.get("title") or found.get("text") or link, 100))
    return {"feeds": [[name, link] for link, name in feeds.items()], "n_left_out": n_left_out}


def write_opml(feeds: Iterable[tuple[str, str]]) -> str:
    """Return a list of feeds as OPML 2.0.

    Parameters
    ----------
    feeds : iterable of (str, str)
        A name and a URL each.
    """
    outlines = "".join(
        f'    <outline type="rss" text="{escape(name)}" title="{escape(name)}" xmlUrl="{escape(url)}"/>\n'
        for name, url in feeds
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">\n  <head>\n    <title>movieclassifier</title>\n'
        f"  </head>\n  <body>\n{outlines}  </body>\n</opml>\n"
    )


def local_name(tag: object) -> str:
    """Return the name of a tag without its namespace."""
    return str(tag).rsplit("}", 1)[-1]
