"""Rows and facts of a small comparison, worked by hand."""

from movieclassifier.evaluation.comparison import Row

BEST = Row(
    "default",
    "streaming",
    "one pass",
    accuracy=0.9,
    standard_error=0.01,
    log_loss=0.25,
    macro_f1=0.899,
    train_seconds=1.5,
    peak_megabytes=120.4,
    model_megabytes=2.5,
    best=True,
)
CLOSE = Row(
    "svm",
    "in memory",
    "scikit-learn's <LinearSVC>",
    accuracy=0.89,
    standard_error=0.02,
    macro_f1=0.88,
    train_seconds=10.21,
    peak_megabytes=1100.0,
    model_megabytes=30.0,
    p_value=0.3,
    note="without WordNet",
)
KILLED = Row("huge", "streaming", "takes all memory", error="killed (SIGKILL)")
FACTS = {
    "corpus": ["a.csv", "b.csv"],
    "sha256": "0" * 64,
    "shuffle_seed": None,
    "n_documents": 400,
    "n_bad_rows": 0,
    "label_counts": {"bad": 100, "good": 300},
    "n_train": [320],
    "tested_on": "the holdout",
    "seed": 1,
    "versions": {"movieclassifier": "1", "numpy": "2"},
    "machine": "Linux x86_64, 2 cores",
}
