"""What the tests of reports share: a corpus, settings, and a way to run a command."""

from click.testing import CliRunner

from movieclassifier.cli import main
from movieclassifier.corpora.corpus import open_corpus

SAMPLE = "movieclassifier/bundled/sample_reviews.csv"

DOCUMENTS = list(open_corpus(SAMPLE))

TEXTS = [text for text, _ in DOCUMENTS]

PICTURES = (
    "learning_curve",
    "confusion",
    "roc",
    "precision_recall",
    "calibration",
    "lengths",
    "ngrams",
    "cloud_1",
    "cloud_2",
)

SETTINGS = ["--n-features", "2**14", "--n-holdout", "100"]


def run(*arguments):
    result = CliRunner().invoke(main, list(map(str, arguments)))
    assert result.exit_code == 0, result.output
    return result
