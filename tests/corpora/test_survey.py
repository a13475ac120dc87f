"""A survey counts documents and labels, and refuses columns that hold no labels."""

import hashlib

import pytest

from movieclassifier.corpora import digests
from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.corpora.digests import FilesDigest, hash_files
from movieclassifier.corpora.reading import ReadingOptions
from movieclassifier.corpora.survey import survey
from tests.support.patience import PATIENCE


def written(tmp_path, content, name="movie_data.csv"):
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


HEADER = "review,sentiment\n"


BAD_ROWS = b'good,1\nshort\ncaf\xe9,1\nfine,0\nn\0l,1\n"x"y,1\nbad,7\nwell,1\n'


@pytest.mark.parametrize(
    ("content", "counts", "labels"),
    [
        ("review,sentiment\nx,1\ny,1\n", {"1": 2}, {"0": 0, "1": 1}),
        ("text,label\nx,4\ny,0\nz,10\n", {"0": 1, "4": 1, "10": 1}, {"0": 0, "4": 4, "10": 10}),
        ("text,label\nx,-1\ny,1\n", {"-1": 1, "1": 1}, {"-1": -1, "1": 1}),
        ("text,label\nx,tech\ny,1\n", {"1": 1, "tech": 1}, {"1": "1", "tech": "tech"}),
        ("text,label\nx,01\ny,2\n", {"01": 1, "2": 1}, {"01": "01", "2": "2"}),
        ("text,label\nx,²\ny,1\n", {"1": 1, "²": 1}, {"1": "1", "²": "²"}),
    ],
)
def test_survey_finds_the_labels(tmp_path, content, counts, labels):
    found = survey(open_corpus(written(tmp_path, content)))
    assert (found.label_counts, found.labels) == (counts, labels)
    assert list(found.label_counts) == list(counts)
    assert found.n_documents == sum(counts.values())
    assert found.classes == tuple(labels[value] for value in counts)


def test_survey_counts_by_value_where_labels_are_mapped(tmp_path):
    path = written(tmp_path, "text,stars\na,1\nb,2\nc,5\n")
    labels = {"1": "negative", "2": "negative", "5": "positive"}
    found = survey(open_corpus(path, reading=ReadingOptions(labels=labels, label_column="stars")))
    assert found.label_counts == {"1": 1, "2": 1, "5": 1}
    assert found.classes == ("negative", "positive")


def test_survey_refuses_a_value_that_is_not_mapped(tmp_path):
    with pytest.raises(ValueError, match="line 2: label must be one of a, b; got 'c'"):
        survey(open_corpus(written(tmp_path, "text,label\nx,c\n"), reading=ReadingOptions(labels={"a": 0, "b": 1})))


def test_survey_refuses_a_column_of_texts_as_labels(tmp_path):
    path = written(tmp_path, "text,label\n" + "".join(f"x,text {i}\n" for i in range(1001)))
    with pytest.raises(
        ValueError, match=r"more than 1,000 different labels, such as 'text 1000'; pass ReadingOptions\(label_col"
    ):
        survey(open_corpus(path))


def test_column_of_long_texts_is_not_a_label_column_and_is_not_kept(tmp_path):
    path = tmp_path / "reviews.csv"
    path.write_text("text,label\n" + f"good,{'bad ' * 300}.\n" * 3)
    with pytest.raises(
        ValueError, match=r"reviews.csv: a label of 1,201 characters, 'bad .*…'; pass ReadingOptions\(label_col"
    ):
        survey(open_corpus(path))


def test_survey_tells_what_was_skipped(tmp_path):
    path = written(tmp_path, HEADER.encode() + BAD_ROWS)
    found = survey(open_corpus(path, reading=ReadingOptions(skip_bad_rows=9)))
    assert (found.n_documents, found.n_bad_rows, len(found.bad_rows)) == (3, 5, 5)
    assert "line 3: expected 2 fields" in found.bad_rows[0]


def test_hash_of_a_folder_is_that_of_its_documents(tmp_path):
    path = folders(tmp_path, 1)
    expected = hashlib.sha256(b"ham\0ham 0\0spam\0spam 0\0").hexdigest()
    assert survey(open_corpus(path)).sha256 == expected


def folders(tmp_path, n=20):
    for label in ("ham", "spam"):
        for i in range(n):
            written(tmp_path, f"{label} {i}", f"corpus/{label}/{i:02}.txt")
    return tmp_path / "corpus"


def test_a_row_that_cannot_be_read_ends_the_digest_too(tmp_path, monkeypatch):
    path = written(tmp_path, "text,label\nx,1\nshort\n")
    seen = []

    def wait_for_the_end(paths, stopped):
        assert stopped.wait(PATIENCE)
        seen.append(hash_files(paths, stopped))
        return ""

    monkeypatch.setattr(digests, "hash_files", wait_for_the_end)
    with pytest.raises(ValueError, match="line 3: expected 2 fields"):
        survey(open_corpus(path))
    assert seen == [hashlib.sha256().hexdigest()]


def test_digest_may_have_begun_before_if_it_is_of_the_same_files(tmp_path):
    path, other = written(tmp_path, HEADER + "x,1\ny,0\n"), written(tmp_path, HEADER, "other.csv")
    corpus, expected = open_corpus(path), hashlib.sha256(path.read_bytes()).hexdigest()
    for paths in ([path], [other], [path, other]):
        assert survey(corpus, FilesDigest(paths)).sha256 == expected
