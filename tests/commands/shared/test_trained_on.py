from dataclasses import replace

from movieclassifier.commands.shared.trained_on import warn_of_trained_on
from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.corpora.reading import ReadingOptions


def test_a_file_among_others_is_found_and_halves_of_a_corpus_are_not(tmp_path, capsys):
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.csv").write_text("text,label\nfine,1\n")
    corpus = open_corpus(tmp_path / "a.csv", tmp_path / "b.csv")
    warn_of_trained_on(corpus, open_corpus(tmp_path / "c.csv"))
    half = replace(corpus, reading=ReadingOptions(part="train"))
    warn_of_trained_on(half, replace(corpus, reading=ReadingOptions(part="test")))
    assert capsys.readouterr().err == ""
    warn_of_trained_on(corpus, open_corpus(tmp_path / "c.csv", tmp_path / "b.csv"))
    assert capsys.readouterr().err.startswith("Warning: b.csv is trained on, ")
