"""A small world for the live pages: newspapers and posts of a town that does not exist, in words of our own."""

import json
import random

from tests.support.news import article_page, rss

TOPICS = {
    "business": [
        "bank",
        "shares",
        "profit",
        "market",
        "company",
        "sales",
        "growth",
        "economy",
        "investors",
        "price",
        "trade",
        "firm",
        "budget",
        "quarter",
        "revenue",
        "debt",
        "merger",
        "customers",
        "retail",
        "dollar",
    ],
    "politics": [
        "minister",
        "election",
        "government",
        "party",
        "vote",
        "parliament",
        "law",
        "policy",
        "leader",
        "campaign",
        "mayor",
        "council",
        "reform",
        "debate",
        "coalition",
        "treaty",
        "opposition",
        "bill",
        "cabinet",
        "candidate",
    ],
    "sport": [
        "match",
        "goal",
        "team",
        "season",
        "coach",
        "league",
        "player",
        "cup",
        "victory",
        "striker",
        "injury",
        "referee",
        "club",
        "final",
        "title",
        "tournament",
        "defender",
        "penalty",
        "race",
        "medal",
    ],
    "tech": [
        "software",
        "computer",
        "internet",
        "network",
        "users",
        "device",
        "mobile",
        "data",
        "online",
        "security",
        "virus",
        "games",
        "digital",
        "chips",
        "technology",
        "website",
        "broadband",
        "phone",
        "screen",
        "download",
    ],
}
GLUE = [
    "the",
    "of",
    "and",
    "to",
    "a",
    "in",
    "is",
    "that",
    "for",
    "on",
    "with",
    "as",
    "was",
    "at",
    "by",
    "it",
    "this",
    "after",
    "said",
    "their",
    "has",
    "will",
    "from",
    "be",
    "were",
    "an",
    "which",
    "its",
    "more",
    "new",
    "not",
    "but",
    "have",
]


def story(topic: str, seed: int, n_words: int = 160, new_words=(), share: float = 0.3) -> str:
    """Return a text on a topic; `new_words` stand in for a share of the topic's own."""
    choose = random.Random(f"{topic} {seed}")
    words = []
    for _ in range(n_words):
        if choose.random() < 0.55:
            words.append(choose.choice(GLUE))
        elif new_words and choose.random() < share:
            words.append(choose.choice(new_words))
        else:
            words.append(choose.choice(TOPICS.get(topic) or list(new_words)))
    text = " ".join(words)
    return ". ".join(part.strip().capitalize() for part in text.split(" said ")) + "."


def paper_feed(url: str, topics, first: int = 0, n: int = 5) -> bytes:
    """Return a feed of articles on topics in turn."""
    items = []
    for i in range(first, first + n):
        topic = topics[i % len(topics)]
        words = story(topic, i, 12)
        items.append({
            "title": f"{words[:60].rsplit(' ', 1)[0]}",
            "link": f"{url}/{topic}/{i}",
            "guid": f"{url}/{topic}/{i}",
            "description": story(topic, i, 60),
            "category": topic.capitalize(),
            "pubDate": f"Mon, 02 Mar 2026 {8 + i % 12:02}:{i % 60:02}:00 GMT",
        })  # fmt: skip
    return rss(items)


def paper_pages(topics, first: int = 0, n: int = 5) -> dict[str, bytes]:
    """Return the pages of those articles, by path."""
    found = {}
    for i in range(first, first + n):
        topic = topics[i % len(topics)]
        found[f"/{topic}/{i}"] = article_page(story(topic, i, 12)[:60], story(topic, i, 200))
    return found


def mastodon_answer(texts) -> bytes:
    """Return a timeline as Mastodon answers it, the newest first."""
    posts = [
        {
            "id": str(i),
            "uri": f"https://social.example/{i}",
            "url": f"https://social.example/@ada/{i}",
            "content": f"<p>{text}</p>",
            "created_at": f"2026-03-02T{13 - i // 6:02}:{59 - i % 60:02}:00.000Z",
            "language": "en",
            "account": {"acct": ("ada", "bob", "cleo")[i % 3], "noindex": False},
        }
        for i, text in enumerate(texts)
    ]
    return json.dumps(posts).encode()
