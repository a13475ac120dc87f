"""Reading the live pages in the tests."""

import re


def items_on(page):
    return re.findall(r'<li class="item" id="item-(\d+)">.*?</li>', page, flags=re.S)
