"""Pieces of a corpus hold the documents that its reader yields, in their order."""

import gzip
import json
import pickle

import pytest

from movieclassifier.corpora import cutting
from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.corpora.cutting import count_pieces, cut_corpus
from movieclassifier.corpora.pieces import Excerpt
from movieclassifier.corpora.readers import dialects
from movieclassifier.corpora.reading import ReadingOptions
from movieclassifier.corpora.shuffled import shuffle_corpus
from movieclassifier.corpora.survey import survey
from tests.support.pieces import documents_of

N = 60
TEXTS = [f'text {i}, with "quotes"{chr(10) * (i % 3)} and more' for i in range(N)]


def quoted(text):
    return '"' + text.replace('"', '""') + '"'


CONTENTS = {
    "csv": ("x.csv", "text,label\n" + "".join(f"{quoted(text)},{i % 2}\n" for i, text in enumerate(TEXTS)), {}),
    "tsv": ("x.tsv", "label\ttext\n" + "".join(f"{i % 2}\t{quoted(text)}\n" for i, text in enumerate(TEXTS)), {}),
    "mark and CRLF": ("x.csv", "\ufefftext,label\r\n" + "".join(f"{quoted(text)},0\r\n" for text in TEXTS), {}),
    "no header": ("x.csv", "".join(f"{quoted(text)},{i}\n" for i, text in enumerate(TEXTS)), {"no_header": True}),
    "first row left out": (
        "x.csv",
        "".join(f"{text[:6]},{i % 3}\n" for i, text in enumerate(TEXTS)),
        {"no_header": True, "labels": {"0": None, "1": "a", "2": "b"}},
    ),
    "no quotes": ("x.csv", "text,label\n" + 'say "hi,1\n' * N, {"no_quotes": True}),
    "JSON lines": ("x.jsonl", "".join(json.dumps({"text": text, "label": "a"}) + "\n" for text in TEXTS), {}),
    "fastText": ("x.txt", "".join(f"__label__{i % 2} a {i}\n" for i in range(N)), {"format": "fasttext"}),
    "kaggle": ("x.csv", "review,sentiment\n" + "good,positive\nbad,negative\n" * N, {"format": "kaggle-imdb"}),
    "sentiment140": ("x.csv", '"4","1","d","q","u","so glad"\n' * N, {"format": "sentiment140"}),
    "spaced later": ("x.csv", "text,label\n" + '"a",1\n' * N + 'a, "b"\n' * 2 + "a,1\n" * N, {}),
}


@pytest.fixture
def small_pieces(monkeypatch):
    monkeypatch.setattr(cutting, "MIN_PIECE", 64)
    monkeypatch.setattr(dialects, "SAMPLE_SIZE", 256)


def opened(folder, name, content, options):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return open_corpus(path, reading=ReadingOptions(**options))


@pytest.mark.parametrize("kind", CONTENTS)
def test_pieces_hold_what_the_reader_yields(kind, tmp_path, small_pieces):
    corpus = opened(tmp_path, *CONTENTS[kind])
    found = survey(corpus)
    expected = list(corpus.documents(found.labels))
    pieces = pickle.loads(pickle.dumps(cut_corpus(corpus)))
    assert len(pieces) > 3
    counts = [count.total() for count, _ in count_pieces(pieces, corpus)]
    excerpt = Excerpt.of(pieces, counts, found.labels)
    assert list(excerpt) == list(excerpt) == expected
    assert [document for part in excerpt.split(7) for document in part] == expected
    assert list(excerpt.part(5, 30).part(3, 9)) == expected[8:14]


@pytest.mark.parametrize(
    ("name", "content", "options"),
    [
        ("x.csv", "sep=;\ntext;label\n" + "a;1\n" * N, {}),
        ("x.csv", 'text,label\n"a \\"b\\" c, d",1\n' * N, {}),
        ("x.csv", ("text,label\n" + "a,1\n" * N).encode("utf-16"), {"encoding": "utf-16"}),
        ("x.csv", gzip.compress(b"text,label\n" + b"a,1\n" * N), {}),
        ("x.csv", "\n\ntext,label\n" + "a,1\n" * N, {"format": "csv"}),
        ("x.csv", "text,label\na,1\n", {}),
        ("x.json", json.dumps([{"text": "a", "label": "b"}] * N), {}),
        ("x.txt", "a\t1\n" * N, {"format": "uci"}),
        ("x.csv", 'text,label\n"never closed,1\n' + "a,1\n" * N, {}),
    ],
    ids=["Excel", "escaped", "UTF-16", "gzip", "blank lines", "short", "array", "UCI", "fault"],
)
def test_what_cannot_be_cut_is_one_piece(name, content, options, tmp_path, small_pieces):
    corpus = opened(tmp_path, name, content, options)
    assert [(piece.start, piece.stop) for piece in cut_corpus(corpus)] == [(None, None)]
    assert cut_corpus(corpus, n_shards=3) == []


def test_whole_files_are_pieces_if_they_are_many(tmp_path):
    for i in range(4):
        (tmp_path / f"{i}.csv.gz").write_bytes(gzip.compress(f"text,label\na{i},1\nb{i},0\n".encode()))
    corpus = open_corpus(tmp_path / "*.csv.gz")
    assert cut_corpus(corpus, n_shards=9) == []
    excerpt = Excerpt.of(cut_corpus(corpus, n_shards=8), [2] * 4, {"0": 0, "1": 1})
    assert [text for text, _ in excerpt.part(1, 6)] == ["b0", "a1", "b1", "a2", "b2"]


def test_shuffled_corpora_and_folders_are_read_as_streams(tmp_path, small_pieces):
    corpus = opened(tmp_path, *CONTENTS["csv"])
    assert cut_corpus(shuffle_corpus(corpus)) == []
    for label in ("neg", "pos"):
        (tmp_path / "folders" / label).mkdir(parents=True)
        (tmp_path / "folders" / label / "1.txt").write_text("a")
    assert cut_corpus(open_corpus(tmp_path / "folders")) == []


def test_a_file_that_has_changed_is_refused(tmp_path, small_pieces):
    corpus = opened(tmp_path, *CONTENTS["csv"])
    pieces = cut_corpus(corpus)
    excerpt = Excerpt.of(pieces, [len(documents_of(piece, {"0": 0, "1": 1})) for piece in pieces], {"0": 0, "1": 1})
    path, content = corpus.paths[0], corpus.paths[0].read_bytes()
    row = b'"text 59'
    for changed in (content[:-200], content[:-50] + b"\n" * 50, content.replace(row, b"," * len(row))):
        path.write_bytes(changed)
        with pytest.raises(ValueError, match=r"x\.csv has changed since its documents were counted; start again"):
            list(excerpt)


def test_workers_read_ranges_from_a_store(small_pieces):
    fsspec = pytest.importorskip("fsspec")
    store = fsspec.filesystem("memory")
    name, content, _ = CONTENTS["csv"]
    store.pipe(f"/pieces/{name}", content.encode())
    store.pipe("/pieces/x.csv.gz", gzip.compress(content.encode()))
    for pattern in ("*.csv", "*.gz"):
        corpus = open_corpus(f"memory://pieces/{pattern}")
        expected = list(corpus)
        corpus.paths[0].unlink()
        corpus.paths[0].write_bytes(content.encode())  # only the cut may look at the copy
        pieces = cut_corpus(corpus) if pattern == "*.csv" else [cutting.join_pieces(corpus, [[]], 1)[0]]
        corpus.paths[0].unlink()
        assert pieces[0].path.startswith("memory://")
        assert [document for piece in pieces for document in documents_of(piece, None)] == expected
    store.rm("/pieces", recursive=True)
