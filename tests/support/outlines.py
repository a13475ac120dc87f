"""What a page is made of: headings, ids, fields with their labels, and what it loads."""

import re
from html.parser import HTMLParser


class Outline(HTMLParser):
    """Collects what a page promises to people who do not see it."""

    def __init__(self, page):
        super().__init__()
        self.headings, self.ids, self.labels, self.fields, self.loads, self.styles = [], [], [], [], [], 0
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.ids += [found["id"]] if "id" in found else []
        self.headings += [int(tag[1])] if re.fullmatch("h[1-6]", tag) else []
        self.labels += [found["for"]] if tag == "label" else []
        self.styles += "style" in found or tag == "style" or any(name.startswith("on") for name in found)
        self.styles += tag == "script" and not found.get("src", "").startswith("/static/")
        if tag in ("textarea", "select") or (tag == "input" and found["type"] != "hidden"):
            self.fields.append(found["id"])
        if tag in ("img", "link", "script"):
            self.loads.append(found.get("src") or found["href"])
