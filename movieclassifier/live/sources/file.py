"""A file: a feed, or one post on each line, as text or as JSON. It is for the command line alone."""

from pathlib import Path
from typing import Any

from movieclassifier.feedback.log.live.entities import Item
from movieclassifier.live.faults import SourceFault
from movieclassifier.live.fetching import FEED_BYTES
from movieclassifier.live.items import make_item
from movieclassifier.live.parsing.decoding import decode
from movieclassifier.live.parsing.feeds import parse_json
from movieclassifier.live.sources.asking import Outside, Query, made


def file_items(query: Query, outside: Outside) -> list[Item]:
    """Return the items of a file.

    Raises
    ------
    OSError
        If it cannot be read.
    SourceFault
        If it looks like a feed but is not one.
    """
    path = Path(query.text)
    body = read_bounded(path)
    text = decode(body)
    beginning = text.lstrip()[:1]
    if beginning == "<" or (beginning == "{" and '"items"' in text[:FEED_BYTES] and "\n{" not in text.strip()):
        found = outside.parser.feed(body, "")
        items = [make_item(path.name, entry) for entry in found["items"]]
        return [item for item in items if item is not None][: query.n]
    return made(path.name, map(_post, enumerate(text.splitlines(), 1)), query.n)


def read_bounded(path: Path) -> bytes:
    """Return the bytes of a file that is no larger than a feed may be."""
    with open(path, "rb") as file:
        body = file.read(FEED_BYTES + 1)
    if len(body) > FEED_BYTES:
        raise SourceFault("too large", f"{path} has more than {FEED_BYTES / 2**20:g} MB, which is the limit.")
    return body


def _post(numbered: tuple[int, str]) -> dict[str, Any]:
    number, line = numbered
    if line.startswith("{"):
        try:
            found = parse_json(line)
        except SourceFault:
            found = None
        if isinstance(found, dict):
            return {"id": str(number), **found}
    return {"id": str(number), "text": line.replace("&", "&amp;").replace("<", "&lt;")}
