"""Vowpal Wabbit and fastText: convert a CSV file for them, train, predict, and score what they predicted.

    python benchmarks/peers.py convert raw data/movie_data.csv build/bench/raw 45000
    python benchmarks/peers.py vw -d build/bench/raw.train ...

Nothing is imported that a step does not need: its time is the peer's.
"""

import csv
import json
import math
import re
import sys
from collections.abc import Callable
from itertools import islice
from pathlib import Path

TAG = re.compile(r"<[^>]*>")
TOKEN = re.compile(r"""\w+(?:['’]\w+)*|[!?.,;()"*/-]""")


def raw(text: str) -> str:
    """Do the least that the format of Vowpal Wabbit and lower case ask for."""
    return text.lower().replace("<br />", " ").replace(":", " ").replace("|", " ").replace("\n", " ")


def tokens(text: str) -> str:
    """Part words and punctuation, which makes both peers better, and the conversion slower."""
    return " ".join(TOKEN.findall(TAG.sub(" ", text.lower())))


TEXTS: dict[str, Callable[[str], str]] = {"raw": raw, "tokens": tokens, "fasttext": tokens}
LABELS = {"raw": {"0": "-1 |", "1": "1 |"}, "tokens": {"0": "-1 |", "1": "1 |"}}
LABELS["fasttext"] = {"0": "__label__0", "1": "__label__1"}


def convert(kind: str, csv_path: str, out: str, n_train: str) -> None:
    """Write OUT.train with the first rows of a CSV file, and OUT.test with the others."""
    clean, labels = TEXTS[kind], LABELS[kind]
    csv.field_size_limit(2**24)
    with open(csv_path, newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        next(rows)
        for part, n in ("train", int(n_train)), ("test", None):
            with open(f"{out}.{part}", "w", encoding="utf-8") as converted:
                for text, label in islice(rows, n):
                    converted.write(f"{labels[label]} {clean(text)}\n")


def vw(*arguments: str) -> None:
    """Do as the program ``vw`` does, without the second of imports of ``python -m vowpalwabbit``."""
    import pylibvw

    workspace = pylibvw.vw([*arguments, "--quiet"])
    workspace.run_parser()
    workspace.finish()


def fasttext(train: str, test: str, predictions: str, n_threads: str) -> None:
    """Train with bigrams for five epochs, and write the log-odds of label 1 for each line of another file."""
    import fasttext

    # Ten dimensions are as good as the hundred of the defaults here, and half a point is won by the learning rate.
    fitted = fasttext.train_supervised(train, wordNgrams=2, epoch=5, dim=10, lr=0.5, thread=int(n_threads), verbose=0)
    with open(test, encoding="utf-8", newline="\n") as texts, open(predictions, "w", encoding="utf-8") as out:
        for line in texts:
            # The wrapper's own predict() fails with numpy 2.
            found = {label: p for p, label in fitted.f.predict(line.split(" ", 1)[1], 2, 0.0, "strict")}
            zero, one = (max(found.get(f"__label__{label}", 0.0), 1e-15) for label in (0, 1))
            out.write(f"{math.log(one / zero)}\n")


def score(test: str, predictions: str) -> None:
    """Print accuracy and log loss of log-odds, one in a line."""
    with open(test, encoding="utf-8", newline="\n") as lines:
        truth = [line.split(" ", 1)[0] in ("1", "__label__1") for line in lines]
    values = list(map(float, Path(predictions).read_text().split()))
    n_right = sum((value > 0) == label for value, label in zip(values, truth, strict=True))
    loss = sum(math.log1p(math.exp(-value if label else value)) for value, label in zip(values, truth, strict=True))
    print(json.dumps({"accuracy": n_right / len(truth), "log_loss": loss / len(truth)}))


STEPS: dict[str, Callable[..., None]] = {
    "convert": convert,
    "vw": vw,
    "fasttext": fasttext,
    "score": score,
}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in STEPS:
        sys.exit(__doc__)
    STEPS[sys.argv[1]](*sys.argv[2:])
