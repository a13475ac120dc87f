"""Newspapers are chosen by the beginning of their names, and what does not answer is told."""

from datetime import UTC, datetime

import pytest

from movieclassifier.commands.shared import live_steps
from movieclassifier.commands.shared.live_steps import chosen_feeds, list_of_opml, show, tell
from movieclassifier.feedback.log.live.entities import Item
from movieclassifier.live.faults import SourceFault
from movieclassifier.live.fetching import Fetcher
from movieclassifier.live.newspapers import Newspaper
from movieclassifier.live.sources.asking import Outside
from tests.support.live import PARSER
from tests.support.models import random_classifier
from tests.support.services import TEXTS

PAPERS = [Newspaper("The Lund Courier", ("https://a.example/", "https://b.example/")), Newspaper("Herald", ("c",))]
ITEM = Item("Herald", "7", "https://c.example/7", "A bridge", "It opens.", published=datetime(2026, 3, 2, tzinfo=UTC))


@pytest.mark.parametrize(
    ("names", "n_feeds"), [((), 3), (("lund",), 2), (("The lund",), 2), (("HER", "lund"), 3), (("herald",), 1)]
)
def test_newspapers_are_chosen_by_the_beginning_of_their_names(names, n_feeds, monkeypatch):
    monkeypatch.setattr(live_steps, "owners_newspapers", lambda: PAPERS)
    assert len(chosen_feeds(names)) == n_feeds


def test_newspaper_that_is_not_on_the_list_is_named(monkeypatch):
    monkeypatch.setattr(live_steps, "owners_newspapers", lambda: PAPERS)
    with pytest.raises(ValueError, match="'courier' is not on the list"):
        chosen_feeds(("herald", "courier"))


def test_some_silent_sources_are_told_and_all_of_them_are_a_fault(capsys):
    tell({"https://a.example/": "It is busy."}, 2)
    tell({}, 0)
    assert capsys.readouterr().err == "https://a.example/: It is busy.\n"
    with pytest.raises(SourceFault, match="no source answered"):
        tell({"a": "x", "b": "y"}, 2)


def test_entries_of_a_list_that_may_not_be_called_are_counted(tmp_path, capsys):
    path = tmp_path / "feeds.opml"
    outlines = ('<outline xmlUrl="https://a.example/" text="A"/>', '<outline xmlUrl="file:///etc/passwd"/>')
    path.write_text(f'<opml version="2.0"><body>{"".join(outlines)}</body></opml>')
    assert list_of_opml(str(path), Outside(Fetcher(), PARSER)) == [("A", "https://a.example/")]
    assert "1 entries have no address" in capsys.readouterr().err


def test_items_are_printed_with_what_the_model_says(capsys):
    classifier = random_classifier(texts=tuple(TEXTS))
    show(classifier, [Item("Herald", "1", text=TEXTS[0]), Item("Herald", "2", text="qwertz")], as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("can't tell")
    assert lines[0].split("  ")[-1].startswith(TEXTS[0][:20])
