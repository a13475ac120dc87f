"""A person at the page, without the page's pictures: asks, reads, fills in forms."""

import re
from html import unescape

from flask import Flask
from werkzeug.test import TestResponse

REVIEW = "A wonderful, moving film. I loved every minute of it, and the acting is superb."
PAN = "A dull, pointless mess. The worst film of the year, and a waste of time and money."
TOKEN = re.compile(r'name="csrf_token"[^>]* value="([^"]+)"')


class Visitor:
    """A browser session without JavaScript."""

    def __init__(self, app: Flask):
        self.client = app.test_client()

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def read(self, path: str, status: int = 200) -> str:
        response = self.get(path)
        assert response.status_code == status, response.text
        return response.text

    def weight(self, path: str) -> int:
        with self.get(path) as response:
            return len(response.data)

    def token(self, path: str = "/") -> str:
        return unescape(TOKEN.search(self.read(path)).group(1))

    def send(self, path: str, **fields) -> TestResponse:
        """Submit a form as the page would have it, with its token."""
        return self.client.post(path, data={"csrf_token": self.token()} | fields)

    def classify(self, text: str = REVIEW, **fields) -> str:
        """Send a review, and return its id."""
        response = self.send("/", review=text, **fields)
        assert response.status_code == 303, response.text
        return response.location.rsplit("/", 1)[1]

    def vote(self, id: str, label: str) -> TestResponse:
        return self.send(f"/results/{id}/vote", label=label)


def words_of(page: str) -> str:
    """Return the text of a page, blanks joined."""
    return " ".join(unescape(re.sub(r"<head>.*?</head>|<[^>]+>", " ", page, flags=re.S)).split())
