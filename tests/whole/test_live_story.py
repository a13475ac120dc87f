"""The story of the live page: yesterday's model reads today's news, is corrected, is retrained, and knows better."""

import random
import re

from click.testing import CliRunner

from movieclassifier.cli import main
from movieclassifier.feedback.retraining_checks import accuracy_by_name
from movieclassifier.web import create_app
from tests.support import news_server as ns
from tests.support.newer_texts import TOPICS, newer_text
from tests.support.news import rss
from tests.support.real_data import find_file
from tests.support.visitors import Visitor

N_CORRECTED = 30


def plan():
    """Return the topics of the articles that are corrected: a third of them is nothing that the model knows."""
    topics = [topic for topic in TOPICS[:5] for _ in range(4)] + ["other"] * 10
    random.Random(3).shuffle(topics)
    return topics


def accuracy_on_the_next(service, topics):
    pairs = [(newer_text(topic, 1000 + i), topic) for topic in topics for i in range(30)]
    with service.model() as classifier:
        return accuracy_by_name(classifier, pairs)


def test_thirty_corrections_and_a_retraining_teach_todays_news(tmp_path):
    bbc_zip = find_file("bbc-fulltext.zip")
    result = CliRunner().invoke(
        main, ["train", str(bbc_zip), "--model", str(tmp_path / "m"), "--passes", "3", "--no-progress"]
    )
    assert result.exit_code == 0, result.output
    url, topics = f"sqlite:///{tmp_path}/feedback.db", plan()
    with ns.serving({}) as server:
        server.pages["/feed"] = rss([
            {"title": f"Article {i}", "guid": str(i), "description": newer_text(topic, i)} for i, topic in enumerate(topics)
        ])  # fmt: skip
        (tmp_path / "papers.toml").write_text(f'["The Lund Courier"]\nfeeds = ["{server.url}/feed"]')
        app = create_app({
            "SECRET_KEY": "a key for the test",
            "DATABASE_URL": url,
            "MODEL": str(tmp_path / "m"),
            "LIVE_ALLOW": server.place,
            "NEWSPAPERS": str(tmp_path / "papers.toml"),
            "LIVE_COLLECT": False,
            "LIVE_FULL_TEXT": False,
            "VOTES_PER_HOUR": 1000,
        })  # fmt: skip
        live, service = app.extensions["movieclassifier live"], app.extensions["movieclassifier"]
        live.collector.collect()
        live.after_round()
        known, all_six = accuracy_on_the_next(service, TOPICS[:5]), accuracy_on_the_next(service, TOPICS)
        ada = Visitor(app)
        page = ada.read("/live?n=100")
        shown = re.findall(r'id="item-(\d+)">\s*<h3>.*?Article (\d+)<', page)
        assert len(shown) == N_CORRECTED
        token = ada.token("/live")
        for id, number in shown:
            answer = ada.client.post(f"/live/items/{id}/vote", data={"csrf_token": token, "label": topics[int(number)]})
            assert answer.status_code == 303
        held = app.extensions["movieclassifier owner"].entries(status="held", per_page=99).items
        assert {entry.reason for entry in held} >= {"new label"}
        result = CliRunner().invoke(main, ["update", "--database", url, "--corpus", str(bbc_zip)])
        assert result.exit_code == 0, result.output
        assert "New labels: other." in result.output
        holdout = re.search(r"accuracy (0\.\d+|1\.0+) on the holdout, (0\.\d+|1\.0+) before", result.output)
        assert float(holdout[1]) >= float(holdout[2]) - 0.01
        assert "other" in service.facts().labels
        assert accuracy_on_the_next(service, TOPICS[:5]) > known + 0.1
        assert accuracy_on_the_next(service, TOPICS) > all_six + 0.2
        live.judge(1000)
        assert "other" in {outcome for _, outcome, _ in live.counts()}
        live.close()
        service.close()
