"""Feeds and pages written for the tests."""

import json
from html import escape


def rss(items, head="", channel="<title>The Lund Courier</title><language>en</language>"):
    """Return an RSS feed of items, each a dict of element to text."""
    parts = []
    for item in items:
        inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in item.items())
        parts.append(f"<item>{inner}</item>")
    return f'<?xml version="1.0"?>{head}<rss version="2.0"><channel>{channel}{"".join(parts)}</channel></rss>'.encode()


def article_page(title, text, told=False, language="en"):
    """Return the page of an article, which tells search engines its text or not."""
    script = f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", "articleBody": text})}</script>'
    paragraphs = "".join(f"<p>{escape(text[i : i + 400])}</p>" for i in range(0, len(text), 400))
    return (
        f'<!doctype html><html lang="{language}"><head><title>{escape(title)}</title>{script if told else ""}</head>'
        f"<body><nav><a href='/'>Home</a></nav><article><h1>{escape(title)}</h1>{paragraphs}</article>"
        "<footer>Imprint</footer></body></html>"
    ).encode()
