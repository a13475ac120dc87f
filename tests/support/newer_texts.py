"""A stream of newer texts, written for the tests: short articles in today's words, which news of 2004 do not know."""

import random

# Sentences with gaps; each gap takes one of the words of its topic.
SENTENCES = {
    "business": (
        "The {new} {firm} said its {thing} rose after investors bought the shares.",
        "Analysts at {bank} expect the {new} market to slow as {thing} prices fall.",
        "Customers of the {new} {firm} paid more for {thing} in the last quarter.",
        "Its founder, who started the {new} in a garage, wants to list it on the stock exchange.",
    ),
    "entertainment": (
        "The {new} series broke records on {service} in its first weekend.",
        "Fans queued for the {new} show, and the singer streamed it on {service}.",
        "The actress won an award for her role in the {new} film, which {service} made.",
        "Critics called the {new} season the best drama that {service} has shown.",
    ),
    "politics": (
        "The prime minister told MPs that the {new} deal would come to a vote.",
        "Opposition leaders want an inquiry into the {new}, and {group} marched through the capital.",
        "Ministers will debate the {new} bill, which {group} oppose.",
        "Voters worry about the {new}, a poll for {group} found before the election.",
    ),
    "sport": (
        "The striker scored twice as {club} won the {new} final.",
        "The coach of {club} blamed the {new} review for the late penalty.",
        "The champion beat her rival in straight sets at the {new} and goes on to the semi-final.",
        "{club} signed a defender, and the {new} fans sang until midnight.",
    ),
    "tech": (
        "The {new} answers questions in seconds, and millions have put it on their {device}.",
        "Researchers found a flaw in the {new} that lets attackers read messages on a {device}.",
        "A new {device} runs the {new} without a connection, its maker says.",
        "Users of the {new} complain that the update drains the {device}.",
    ),
    "other": (
        "The {new} was seen above the {place} for the first time in a century.",
        "Doctors gave the {new} to children in the {place}, and fewer of them fell ill.",
        "The {new} has lost half of its ice since the {place} began to warm.",
        "Biologists found a {new} in the {place}, a species that nobody had described.",
    ),
}
# Sentences that say nothing of their topic but by the newest words.
ANYWHERE = (
    "Many people in Lund talked about the {new} all week, and about the {second}.",
    "After the {new}, the {second} was what everybody wanted to hear of.",
    "It began with a {new}, and the {second} came soon after that.",
    "The {new} and the {second} will be back next year, those who saw them say.",
    "“We had never seen a {new} like that,” said a woman who came with her {second}.",
    "Pictures of the {new} went round the world, then those of the {second}.",
)
SHARE_ANYWHERE = 0.8
WORDS = {
    "new": {
        "business": ("cryptobank", "fintech", "gigfirm", "microlender", "cloudretailer", "greenbond"),
        "entertainment": ("podcast", "reboot", "livestream", "vlogger", "mashup", "bingewatch"),
        "politics": ("backstop", "lockdown", "netzero", "quarantine", "tiktok ban", "deepfake law"),
        "sport": ("videoref", "esports", "hyperbike", "paddleboard", "triathlete", "superleague"),
        "tech": ("chatbot", "copilot", "wearable", "blockchain", "hologram", "quantumchip"),
        "other": ("comet", "vaccine", "glacier", "orchid", "meteorite", "seahorse"),
    },
    "firm": ("start-up", "unicorn", "platform"),
    "thing": ("tokens", "subscriptions", "deliveries"),
    "bank": ("Nordstrand", "Kestrel and Lowe", "the Lund Savings House"),
    "service": ("Streamly", "Clipbox", "Playroom"),
    "group": ("campaigners", "unions", "farmers"),
    "club": ("Lund United", "Ystad Rovers", "Port Vale Ladies"),
    "device": ("smartphone", "smartwatch", "tablet"),
    "place": ("valley", "archipelago", "northern coast"),
}
TOPICS = tuple(SENTENCES)


def newer_text(topic: str, seed: int, n_sentences: int = 5) -> str:
    """Return a short article on a topic; equal seeds give equal articles."""
    choose = random.Random(f"{topic} {seed}")
    sentences = []
    for _ in range(n_sentences):
        sentence = choose.choice(ANYWHERE if choose.random() < SHARE_ANYWHERE else SENTENCES[topic])
        words = {name: choose.choice(found) for name, found in WORDS.items() if name != "new"}
        new, second = choose.sample(WORDS["new"][topic], 2)
        sentences.append(sentence.format(new=new, second=second, **words))
    return " ".join(sentences)
