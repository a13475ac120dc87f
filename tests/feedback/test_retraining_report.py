"""A report tells what was retrained in a few lines."""

from types import SimpleNamespace

from movieclassifier.feedback.retraining_report import RetrainReport


def test_report_tells_what_changed_and_which_labels_wait():
    version = SimpleNamespace(version=3)
    full = RetrainReport(version, 40, 12, ("other",), {"health": 4}, (0.97, 0.96), (0.9, 0.5))
    assert str(full).splitlines() == [
        "Version 3 is served: trained on the corpus and 40 votes, 12 of them new; accuracy 0.9700 on the holdout, "
        "0.9600 before.",
        "On the last votes, trained without them: 0.9000, 0.5000 before.",
        "New labels: other.",
        "'health' has 4 votes; it becomes a label with 10.",
    ]
    assert len(str(RetrainReport(version, 4, 4, (), {}, (0.97, 0.96), None)).splitlines()) == 1
