"""Steps of the commands of ``live``: the outside, the newspapers, and how an item is printed."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from movieclassifier.commands.shared.edge import Command
from movieclassifier.commands.shared.feedback_options import open_owner
from movieclassifier.commands.shared.given_texts import shorten
from movieclassifier.system.packages import check_installed

if TYPE_CHECKING:
    from movieclassifier.feedback.log.live.entities import Item
    from movieclassifier.live.news_and_posts import Live
    from movieclassifier.live.sources.asking import Outside
    from movieclassifier.models.classifier import Classifier


class LiveCommand(Command):
    """A command that needs the extra ``live`` to run; its help needs nothing."""

    def invoke(self, ctx: click.Context) -> Any:
        """Check the extra, and call the function."""
        from movieclassifier.live.settings import PACKAGES

        check_installed("live", *PACKAGES)
        return super().invoke(ctx)


def open_outside() -> "Outside":
    """Return what asks the world, until the command ends."""
    from movieclassifier.live.news_and_posts import make_outside
    from movieclassifier.live.settings import read_live_settings

    outside = make_outside(read_live_settings())
    click.get_current_context().call_on_close(outside.parser.close)
    return outside


def open_live(database: str | None) -> "Live":
    """Return the news of a database, until the command ends."""
    from movieclassifier.live.news_and_posts import Live
    from movieclassifier.live.settings import read_live_settings

    live = Live(open_owner(database).log, read_live_settings())
    click.get_current_context().call_on_close(live.close)
    return live


def load(model: str | None) -> "Classifier":
    """Return the model that classifies."""
    from movieclassifier.models.persistence import load_classifier

    return load_classifier(model, with_guard=False)


def owners_newspapers() -> list[Any]:
    """Return the owner's list of newspapers."""
    from movieclassifier.live.newspapers import load_newspapers
    from movieclassifier.live.settings import read_live_settings

    return load_newspapers(read_live_settings().newspapers or None)


def chosen_feeds(names: Sequence[str]) -> list[tuple[str, str]]:
    """Return the feeds of newspapers whose names begin with one of those given; capitals do not matter."""
    papers = owners_newspapers()
    unknown = [name for name in names if not any(_begins(paper.name, name) for paper in papers)]
    if unknown:
        raise ValueError(f"{unknown[0]!r} is not on the list; movieclassifier live sources shows it.")
    return [
        (paper.name, feed)
        for paper in papers
        if not names or any(_begins(paper.name, name) for name in names)
        for feed in paper.feeds
    ]


def _begins(name: str, part: str) -> bool:
    return name.casefold().removeprefix("the ").startswith(part.casefold().removeprefix("the "))


def list_of_opml(path: str, outside: "Outside") -> list[tuple[str, str]]:
    """Return the feeds of an OPML file, and say on stderr how many are left out."""
    from movieclassifier.live.sources.file import read_bounded

    found = outside.parser.opml(read_bounded(Path(path)))
    if found["n_left_out"]:
        click.echo(f"{path}: {found['n_left_out']} entries have no address that may be called.", err=True)
    return [(name, url) for name, url in found["feeds"]]


def check_feeds(feeds: Iterable[tuple[str, str]], as_json: bool) -> None:
    """Ask each feed, and print how it answers."""
    from movieclassifier.live.faults import SourceFault
    from movieclassifier.live.sources.feed import ask_feed

    outside = open_outside()
    for name, url in feeds:
        facts: dict[str, Any] = {"newspaper": name, "feed": url}
        try:
            answer = ask_feed(name, url, outside)
        except SourceFault as fault:
            facts |= {"answers": False, "how": fault.sentence}
        else:
            moved = f"; it moved to {answer.page.moved_to}" if answer.page.moved_to else ""
            newest = max((item.published for item in answer.items if item.published), default=None)
            dated = f", the newest of {newest:%Y-%m-%d %H:%M} UTC" if newest else ""
            facts |= {"answers": True, "how": f"{len(answer.items)} articles{dated}{moved}"}
        sign = "yes" if facts["answers"] else "no"
        click.echo(json.dumps(facts) if as_json else f"{sign:<3}  {name}  {url}: {facts['how']}")


def tell(faults: dict[str, str], n_asked: int) -> None:
    """Say on stderr which sources did not answer; where none did, that is the fault."""
    from movieclassifier.live.faults import SourceFault

    for url, sentence in faults.items():
        click.echo(f"{url}: {sentence}", err=True)
    if faults and len(faults) == n_asked:
        raise SourceFault("unreachable", "no source answered.")


def show(classifier: "Classifier", items: Sequence["Item"], as_json: bool) -> None:
    """Print items with what the model says of them."""
    from movieclassifier.live.describing import describe
    from movieclassifier.live.judging import judge
    from movieclassifier.live.settings import read_live_settings

    language = read_live_settings().language
    found = judge(classifier, [item.document for item in items], [item.language for item in items], language)
    for item, judgement in zip(items, found, strict=True):
        if as_json:
            click.echo(json.dumps(describe(item, judgement)))
        else:
            outcome = judgement.outcome or "can't tell"
            click.echo(f"{outcome:<14}{judgement.probability:.3f}  {item.source}  {shorten(item.document, 80)}")
