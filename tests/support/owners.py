"""The owner's password, and what the owner's pages hold."""

import re

from werkzeug.security import generate_password_hash

PASSWORD = "correct horse"
HASH = generate_password_hash(PASSWORD, "pbkdf2:sha256:1000")


def positions(page):
    return re.findall(r'name="positions" value="(\d+)"', page)


def ticked(page):
    return len(re.findall(r'name="positions"[^>]* checked>', page))
