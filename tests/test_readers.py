"""Every reader: what was written comes back, and every fault is one line with its place and a way out."""

import bz2
import gzip
import io
import json
import lzma
import os
import subprocess
import sys
import tarfile
import zipfile
from collections import Counter
from inspect import signature
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from movieclassifier.datasets import READERS, open_corpus
from movieclassifier.readers.contract import BadRows
from movieclassifier.readers.members import MAX_DOCUMENT_SIZE
from movieclassifier.readers.streams import MAX_LINE_SIZE

DATA = os.environ.get("MOVIECLASSIFIER_TEST_DATA")
needs_data = pytest.mark.skipif(not DATA, reason="MOVIECLASSIFIER_TEST_DATA names no folder with the real corpora")

ARTICLES = {"sport": ["Goal!", "café\r\nau lait\n"], "tech": ["", "chips"]}
EXPECTED = [("Goal!", "sport"), ("café\r\nau lait\n", "sport"), ("", "tech"), ("chips", "tech")]


def write_folder(path, articles=ARTICLES, root="news"):
    for label, texts in articles.items():
        (path / root / label).mkdir(parents=True)
        for number, text in enumerate(texts):
            (path / root / label / f"{number:03}.txt").write_bytes(text.encode())
    return path / root


def names_and_contents(articles=ARTICLES):
    return [
        (f"news/{label}/{i:03}.txt", text.encode()) for label, texts in articles.items() for i, text in enumerate(texts)
    ]


def write_zip(path, members=None):
    with zipfile.ZipFile(path / "news.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members or names_and_contents():
            archive.writestr(name, content)
    return path / "news.zip"


def write_tar(path, members=None, mode="w:gz"):
    with tarfile.open(path / "news.tar", mode) as archive:
        for name, content in members or names_and_contents():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path / "news.tar"


def write_json_lines(path, documents, keys=("text", "label")):
    lines = [json.dumps(dict(zip(keys, document, strict=True))) for document in documents]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


# The contract, for every reader there is


@pytest.mark.parametrize("name", READERS)
def test_reader_takes_path_labels_and_skip_bad_rows(name):
    parameters = list(signature(READERS[name]).parameters)
    assert parameters[:2] == ["path", "labels"]
    assert {"encoding", "skip_bad_rows"} <= set(parameters[2:])


@pytest.mark.parametrize("name", READERS)
def test_reader_refuses_a_missing_path_at_the_call(tmp_path, name):
    with pytest.raises(FileNotFoundError, match=r"nowhere: there is no such (folder or )?file\.$"):
        READERS[name](tmp_path / "nowhere")


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize(
    ("options", "message"),
    [({"encoding": "utf-9"}, "encoding 'utf-9' is unknown"), ({"skip_bad_rows": -1}, "at least 0")],
)
def test_reader_refuses_bad_options_at_the_call(tmp_path, name, options, message):
    path = tmp_path if name in ("folders", "bbc", "aclImdb") else tmp_path / "file"
    (tmp_path / "file").write_text("text,label\n")
    with pytest.raises(ValueError, match=message):
        READERS[name](path, **options)


@pytest.mark.parametrize("name", READERS)
def test_reader_says_what_an_empty_source_lacks(tmp_path, name):
    path = tmp_path / "empty"
    if name in ("folders", "bbc", "aclImdb"):
        path.mkdir()
    else:
        path.write_bytes(b"")
    with pytest.raises(ValueError, match=r"empty: (the file is empty|there are no )"):
        list(READERS[name](path))


# One document of each format that holds bytes that are not UTF-8, a NUL, or an unknown label

ROWS = {
    "csv": "text,label\n{text},{label}\n",
    "tsv": "text\tlabel\n{text}\t{label}\n",
    "jsonl": '{{"text": "{text}", "label": "{label}"}}\n',
    "uci": "{text}\t{label}\n",
    "kaggle-imdb": "review,sentiment\n{text},{label}\n",
    "sentiment140": "{label},1,Mon May 11 03:17:40 UTC 2009,NO_QUERY,me,{text}\n",
    "yelp": "{label},{text}\n",
    "amazon": "{label},{text},more\n",
    "folders": "{text}",
    "bbc": "{text}",
    "aclImdb": "{text}",
}


def write_one(path, name, text=b"fine", label="0", encoding="utf-8"):
    """Write a corpus of one document in a format."""
    content = ROWS[name].format(text="TEXT", label=label).encode(encoding).replace("TEXT".encode(encoding), text)
    if ROWS[name] != "{text}":
        (path / "file").write_bytes(content)
        return path / "file"
    folder = path / ("aclImdb/train" if name == "aclImdb" else "file") / label
    folder.mkdir(parents=True)
    (folder / "1_9.txt").write_bytes(content)
    return path / "aclImdb" if name == "aclImdb" else path / "file"


LABEL = {"aclImdb": "pos"}


@pytest.mark.parametrize("name", ROWS)
def test_document_comes_back(tmp_path, name):
    path = write_one(tmp_path, name, "très bien".encode("latin-1"), LABEL.get(name, "0"))
    (text, label), *others = READERS[name](path, encoding="latin-1")
    assert (text.removesuffix("\nmore"), label, others) == ("très bien", LABEL.get(name, "0"), [])


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize(
    ("text", "message"),
    [(b"tr\xe8s bien", r"the byte 0xe8 is not utf-8; .+ --encoding latin-1"), (b"a \0 NUL", "NUL|no JSON")],
    ids=["not UTF-8", "NUL"],
)
def test_bad_bytes_are_named_with_their_place(tmp_path, name, text, message):
    path = write_one(tmp_path, name, text, LABEL.get(name, "0"))
    place = r"[/\\]1_9\.txt: |, [^ ]+1_9\.txt: " if path.is_dir() else r"file, line [12]: "
    with pytest.raises(ValueError, match=f"({place}).*({message})"):
        list(READERS[name](path, encoding="utf-8"))


@pytest.mark.parametrize("name", ROWS)
def test_unknown_label_is_named_with_its_place(tmp_path, name):
    path = write_one(tmp_path, name, label=LABEL.get(name, "7"))
    with pytest.raises(ValueError, match=r"(1_9\.txt|line \d): .+ must be one of a, b; got '(7|pos)'\. Pass --labels"):
        list(READERS[name](path, {"a": 0, "b": 1}))


@pytest.mark.parametrize("name", ROWS)
def test_label_none_leaves_the_document_out(tmp_path, name):
    label = LABEL.get(name, "0")
    assert list(READERS[name](write_one(tmp_path, name, label=label), {label: None})) == []


@pytest.mark.parametrize("name", ["csv", "tsv", "jsonl", "uci", "kaggle-imdb", "sentiment140"])
def test_utf_16_is_read_when_it_is_named(tmp_path, name):
    path = write_one(tmp_path, name, "très bien".encode("utf-16-le"), encoding="utf-16-le")
    path.write_bytes(b"\xff\xfe" + path.read_bytes())
    assert list(READERS[name](path, encoding="utf-16")) == [("très bien", "0")]


# Round trips

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
PLAIN = st.text(st.characters(codec="utf-8", exclude_characters="\0\t\n\r"))
DOCUMENTS = st.lists(st.tuples(TEXTS, st.sampled_from(["neg", "pos"])), min_size=1)


@given(DOCUMENTS)
def test_json_lines_come_back(tmp_path_factory, documents):
    path = write_json_lines(tmp_path_factory.mktemp("jsonl") / "x.jsonl", documents)
    assert list(READERS["jsonl"](path)) == documents


@given(st.lists(st.tuples(PLAIN.filter(str.strip), st.sampled_from("01")), min_size=1), st.sampled_from(["\n", "\r\n"]))
def test_lines_without_quoting_come_back(tmp_path_factory, documents, ending):
    path = tmp_path_factory.mktemp("tsv") / "x_labelled.txt"
    path.write_bytes("".join(f"{text}\t{label}{ending}" for text, label in documents).encode())
    assert list(READERS["uci"](path)) == documents
    assert list(READERS["tsv"](path, header=False, quoted=False)) == documents


@given(st.dictionaries(st.sampled_from(["a", "b", "é"]), st.lists(TEXTS, min_size=1, max_size=4), min_size=1))
def test_folders_and_archives_of_them_come_back(tmp_path_factory, articles):
    path = tmp_path_factory.mktemp("folders")
    # A byte order mark is no part of a text.
    expected = [(text.removeprefix("\ufeff"), label) for label in sorted(articles) for text in articles[label]]
    members = names_and_contents({label: articles[label] for label in sorted(articles)})
    for written in (write_folder(path, articles), write_zip(path, members), write_tar(path, members)):
        assert list(READERS["folders"](written)) == expected


@given(st.lists(st.tuples(PLAIN, st.sampled_from("12")), min_size=1))
def test_line_breaks_of_zhang_come_back(tmp_path_factory, documents):
    path = tmp_path_factory.mktemp("zhang") / "train.csv"
    rows = [f'"{label}","title","{text.replace(chr(34), chr(34) * 2)}\\nmore"\n' for text, label in documents]
    path.write_text("".join(rows), encoding="utf-8")
    expected = [(f"title\n{text}\nmore".replace("\\n", "\n"), label) for text, label in documents]
    assert list(READERS["amazon"](path)) == expected


# Compressed files

COMPRESS = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstandard.ZstdCompressor(write_checksum=True).compress,
}
CONTENT = ("text,label\n" + "".join(f"a text {i * 7919},{i % 2}\n" for i in range(20_000))).encode()


@pytest.mark.parametrize("name", COMPRESS)
def test_compressed_file_is_read_whatever_its_name(tmp_path, name):
    (tmp_path / "x").write_bytes(COMPRESS[name](CONTENT))
    (tmp_path / "x.csv").write_bytes(CONTENT)
    assert list(READERS["csv"](tmp_path / "x")) == list(READERS["csv"](tmp_path / "x.csv"))


@pytest.mark.parametrize("name", COMPRESS)
def test_several_compressed_pieces_are_one_file(tmp_path, name):
    compress = COMPRESS[name]
    (tmp_path / "x").write_bytes(compress(b"text,label\na,") + compress(b"1\nb,0\n"))
    assert list(READERS["csv"](tmp_path / "x")) == [("a", "1"), ("b", "0")]


@pytest.mark.parametrize("name", COMPRESS)
def test_file_that_is_cut_off_is_no_shorter_file(tmp_path, name):
    (tmp_path / "x").write_bytes(COMPRESS[name](CONTENT)[:-3])
    with pytest.raises(ValueError, match=rf"x: the {name} data is damaged or cut off \(.+\); fetch the file again"):
        list(READERS["csv"](tmp_path / "x"))


@pytest.mark.parametrize("name", COMPRESS)
def test_damaged_data_is_an_error(tmp_path, name):
    content = bytearray(COMPRESS[name](CONTENT))
    content[-2] ^= 255  # in the checksum
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(ValueError, match=f"x: the {name} data is damaged or cut off"):
        list(READERS["csv"](tmp_path / "x"))


def test_zip_of_one_file_is_read_as_that_file(tmp_path):
    path = write_zip(tmp_path, [("archive/IMDB Dataset.csv", CONTENT), ("__MACOSX/x", b""), (".DS_Store", b"")])
    assert len(list(READERS["csv"](path))) == 20_000


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda content: content[:-30], r"the archive is damaged or cut off \(File is not a zip file\)"),
        (lambda content: content[:200] + b"\0\0" + content[202:], "the zip data is damaged or cut off"),
        (lambda content: content.replace(b"x.csv", b"y.csv", 1), "the archive is damaged or cut off .+ differ"),
    ],
    ids=["cut", "changed", "names"],
)
def test_damaged_zip_is_an_error(tmp_path, damage, message):
    path = write_zip(tmp_path, [("x.csv", CONTENT)])
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match=message):
        list(READERS["csv"](path))


def test_encrypted_zip_is_refused(tmp_path):
    for members in ([("x.csv", CONTENT)], None):
        path = write_zip(tmp_path, members)
        content = path.read_bytes().replace(b"PK\1\2\x14\3\x14\0\0", b"PK\1\2\x14\3\x14\0\1")
        path.write_bytes(content)
        with pytest.raises(ValueError, match="encrypted; decrypt"):
            list(READERS["csv" if members else "folders"](path))


def test_zip_of_many_files_is_refused_as_one_file(tmp_path):
    with pytest.raises(ValueError, match="a zip of 4 files; pass one of them, or --format folders"):
        list(READERS["csv"](write_zip(tmp_path)))


def test_missing_zstandard_is_said(tmp_path, monkeypatch):
    (tmp_path / "x").write_bytes(COMPRESS["zstd"](CONTENT))
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(
        ValueError, match=r"pip install 'movieclassifier\[zstd\]'\. Or decompress the file first: zstd -d"
    ):
        list(READERS["csv"](tmp_path / "x"))


def test_failing_disk_is_not_called_damaged_data(tmp_path):
    # /proc/self/mem cannot be read at 0: a real read error, behind a reader that thinks of gzip.
    from movieclassifier.readers.compression import decompress

    with open("/proc/self/mem", "rb") as file, pytest.raises(OSError, match="Input/output error"):
        decompress(file, Path("x"), "gzip").read(1)


# JSON lines


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("no json", r"this is no JSON \(Expecting value, column 1\); expected an object, such as {\"text\": "),
        ('{"text": "x", "label": "1"', "this is no JSON"),
        ("[" * 100_000, "this JSON cannot be read"),
        ('{"text": "x", "label": ' + "1" * 5000 + "}", "this JSON cannot be read .+4300 digits"),
        ("7", "expected an object, as in the lines before; got 7"),
        ('["x", "1"]', r"expected an object, as in the lines before; got \[\"x\", \"1\"\]"),
        ('{"text": "x"}', r"expected 'text', 'label' in an object; got \[\"text\"\]"),
        ('{"text": 7, "label": "1"}', "the text must be a string; got 7"),
        ('{"text": null, "label": "1"}', "the text must be a string; got null"),
        ('{"text": "x", "label": null}', "the label must be a string or a number; got null"),
        ('{"text": "x", "label": ["1"]}', r"the label must be a string or a number; got \[\"1\"\]"),
        (r'{"text": "\ud800", "label": "1"}', "U\\+D800 is half a character"),
        (r'{"text": "\u0000", "label": "1"}', "a NUL byte"),
        ('{"text": "x", "label": "2"}', "label must be one of 1, 0.5, true; got '2'"),
    ],
)
def test_bad_json_line_is_named_and_can_be_skipped(tmp_path, line, message):
    path = tmp_path / "x.jsonl"
    path.write_text('{"text": "x", "label": 1.0}\n\n' + line + '\n{"text": "y", "label": 0.5}\n')
    labels = {"1": 1, "0.5": 0, "true": 1}
    with pytest.raises(ValueError, match=r"x\.jsonl, line 3: " + message):
        list(READERS["jsonl"](path, labels))
    bad_rows = BadRows(1)
    assert list(READERS["jsonl"](path, labels, skip_bad_rows=bad_rows)) == [("x", 1), ("y", 0)]
    assert bad_rows.n_skipped == 1


def test_values_of_json_are_read_as_json_writes_them(tmp_path):
    path = write_json_lines(tmp_path / "x", [("a", 5.0), ("b", 2.5), ("c", True), ("d", "5.0"), ("e", -1)])
    assert [label for _, label in READERS["jsonl"](path)] == ["5", "2.5", "true", "5.0", "-1"]


def test_json_arrays_have_columns_by_number(tmp_path):
    (tmp_path / "x").write_text('["1", "id", "a", "b"]\n["2", "id", "c", "d"]\n["3"]\n')
    documents = READERS["jsonl"](tmp_path / "x", text_column=[2, 3], label_column=0)
    assert [next(documents), next(documents)] == [("a\nb", "1"), ("c\nd", "2")]
    with pytest.raises(ValueError, match="line 3: expected 2, 3, 0 in an array"):
        next(documents)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"a": 1, "b": 2}', r"line 1: expected columns such as review,sentiment; got a,b\. Pass --text-column\.$"),
        ("7", r"line 1: expected a JSON object, such as .+; got 7"),
    ],
)
def test_first_json_line_must_show_the_keys(tmp_path, line, message):
    (tmp_path / "x").write_text(line)
    with pytest.raises(ValueError, match=message):
        list(READERS["jsonl"](tmp_path / "x"))


def test_file_of_bad_json_only_is_an_error(tmp_path):
    (tmp_path / "x").write_text("spam\nspam\n")
    with pytest.raises(ValueError, match="there are no documents but the 2 that were skipped"):
        list(READERS["jsonl"](tmp_path / "x", skip_bad_rows=5))


@pytest.mark.parametrize("name", ["csv", "tsv", "jsonl", "uci", "sentiment140"])
def test_file_without_line_breaks_is_no_corpus(tmp_path, name):
    (tmp_path / "x").write_text("x" * (MAX_LINE_SIZE + 10))
    with pytest.raises(
        ValueError, match=r"x, line 1: more than 16,777,216 characters without a line break; expected a"
    ):
        list(READERS[name](tmp_path / "x"))


# Folders, zips and tars


@pytest.mark.parametrize("write", [write_folder, write_zip, write_tar])
def test_folder_per_class_is_read(tmp_path, write):
    assert list(READERS["folders"](write(tmp_path))) == EXPECTED


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_tar_is_read_however_it_is_compressed(tmp_path, mode):
    assert list(READERS["folders"](write_tar(tmp_path, mode=mode))) == EXPECTED


@pytest.mark.parametrize("write", [write_zip, write_tar])
def test_readme_and_junk_are_no_documents(tmp_path, write):
    others = [("news/README", b"\xff"), ("__MACOSX/news/tech/._1", b"\xff"), ("news/tech/.DS_Store", b"\xff")]
    assert list(READERS["folders"](write(tmp_path, names_and_contents() + others))) == EXPECTED


def test_readme_and_junk_in_a_folder_are_no_documents(tmp_path):
    folder = write_folder(tmp_path)
    (folder / "README").write_bytes(b"\xff")
    (folder / "tech" / ".DS_Store").write_bytes(b"\xff")
    (folder / ".git" / "objects").mkdir(parents=True)
    (folder / ".git" / "objects" / "1").write_bytes(b"\xff")
    (folder / "empty").mkdir()
    os.mkfifo(folder / "tech" / "pipe")
    assert list(READERS["folders"](folder)) == EXPECTED


def test_encodings_are_tried_one_after_the_other(tmp_path):
    folder = write_folder(tmp_path)
    (folder / "tech" / "000.txt").write_bytes(b"\xa3 15")
    (folder / "tech" / "001.txt").write_bytes(b"\xef\xbb\xbf\xc2\xa3 15")
    documents = list(READERS["folders"](folder, encoding="utf-8,latin-1"))
    assert documents[2:] == [("£ 15", "tech"), ("£ 15", "tech")]


@pytest.mark.parametrize("write", [write_folder, write_zip, write_tar])
def test_bad_file_is_named_and_can_be_skipped(tmp_path, write):
    path = write(tmp_path)
    if write is write_folder:
        (path / "tech" / "000.txt").write_bytes(b"\xff")
    else:
        path = write(tmp_path, [("news/tech/000.txt", b"\xff"), *names_and_contents()[:2]])
    with pytest.raises(ValueError, match=r"news(\.zip|\.tar)?, (news/)?tech/000\.txt: the byte 0xff is not utf-8"):
        list(READERS["folders"](path))
    assert len(list(READERS["folders"](path, skip_bad_rows=1))) == (3 if write is write_folder else 2)


HOSTILE = {
    "absolute": ("/etc/passwd", r"two files|called '/etc/passwd', which leads out of the archive"),
    "parent": ("news/../../tech/1", r"called 'news/\.\./\.\./tech/1', which leads out of the archive"),
    "twice": ("./news/tech/001.txt", r"two files in it are called '(\./)?news/tech/001\.txt'"),
    "deeper": ("news/tech/old/1", r"news/sport and news/tech/old are not at the same depth"),
}


@pytest.mark.parametrize("write", [write_zip, write_tar])
@pytest.mark.parametrize(("name", "message"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_archive_is_refused(tmp_path, write, name, message):
    path = write(tmp_path, [*names_and_contents(), (name, b"x")])
    with pytest.raises(ValueError, match=message):
        list(READERS["folders"](path))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_link_or_device_in_a_tar_is_refused(tmp_path, kind):
    with tarfile.open(tmp_path / "x.tar", "w") as archive:
        info = tarfile.TarInfo("news/tech/1")
        info.type, info.linkname = kind, "/etc/passwd"
        archive.addfile(info)
    with pytest.raises(ValueError, match=r"x\.tar, news/tech/1: a link or device; a corpus holds nothing but files"):
        list(READERS["folders"](tmp_path / "x.tar"))


def test_document_that_is_too_large_is_refused(tmp_path):
    folder = write_folder(tmp_path)
    with open(folder / "tech" / "huge", "wb") as file:
        file.truncate(MAX_DOCUMENT_SIZE + 1)
    with pytest.raises(ValueError, match=r"huge: a document of more than 67,108,864 bytes; take it out"):
        list(READERS["folders"](folder))
    path = write_zip(tmp_path, [("a/1", b"0" * (MAX_DOCUMENT_SIZE + 1)), ("b/1", b"")])
    assert path.stat().st_size < 10**6
    with pytest.raises(ValueError, match=r"a/1: a document of more than"):
        list(READERS["folders"](path))


@pytest.mark.parametrize("write", [write_zip, write_tar])
def test_archive_that_is_cut_off_is_an_error(tmp_path, write):
    members = [(f"a/{i}", os.urandom(1000).hex().encode()) for i in range(50)]
    path = write(tmp_path, members)
    path.write_bytes(path.read_bytes()[:-9000])
    with pytest.raises(ValueError, match=r"damaged or cut off \(.+\); fetch"):
        list(READERS["folders"](path))


def test_unknown_kind_of_zip_is_said(tmp_path):
    path = write_zip(tmp_path)
    content = path.read_bytes()
    # The method of compression, in the local header and in the directory.
    content = content.replace(b"PK\3\4\x14\0\0\0\x08\0", b"PK\3\4\x14\0\0\0\x63\0")
    path.write_bytes(content.replace(b"\x14\x03\x14\0\0\0\x08\0", b"\x14\x03\x14\0\0\0\x63\0"))
    with pytest.raises(ValueError, match=r"this kind of zip cannot be read \(.+\); unpack it and pass the folder"):
        list(READERS["folders"](path))


def test_file_is_no_folder_per_class(tmp_path):
    (tmp_path / "x.csv").write_text("text,label\n")
    with pytest.raises(ValueError, match="expected a folder, or a zip or tar of folders; pass another --format"):
        list(READERS["folders"](tmp_path / "x.csv"))


def test_folder_of_files_only_is_no_folder_per_class(tmp_path):
    (tmp_path / "1.txt").write_text("x")
    with pytest.raises(ValueError, match="there are no folders with files in it; expected one for each class"):
        list(READERS["folders"](tmp_path))


def test_folders_at_different_depths_are_refused(tmp_path):
    folder = write_folder(tmp_path)
    (folder / "tech" / "old").mkdir()
    (folder / "tech" / "old" / "1.txt").write_text("x")
    with pytest.raises(ValueError, match="sport and tech/old are not at the same depth; expected a folder for each"):
        list(READERS["folders"](folder))


# aclImdb

REVIEWS = [
    (f"aclImdb/{part}/{label}/{i}_{stars}.txt", f"{part} {i}".encode())
    for part in ("test", "train")
    for label, stars in (("neg", 1), ("pos", 9), ("unsup", 0))
    for i in range(2)
]


def write_aclimdb(path):
    for name, content in [*REVIEWS, ("aclImdb/train/urls_pos.txt", b"http"), ("aclImdb/README", b"")]:
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path / "aclImdb"


@pytest.mark.parametrize("write", [write_aclimdb, lambda path: write_tar(path, REVIEWS)], ids=["folder", "archive"])
def test_reviews_of_both_halves_are_read(tmp_path, write):
    path = write(tmp_path)
    test = [("test 0", "neg"), ("test 1", "neg"), ("test 0", "pos"), ("test 1", "pos")]
    train = [(text.replace("test", "train"), label) for text, label in test]
    assert list(READERS["aclImdb"](path)) == test + train
    assert list(READERS["aclImdb"](path, part="train")) == train
    assert list(READERS["aclImdb"](path, {"neg": None, "pos": 1}, part="test")) == [("test 0", 1), ("test 1", 1)]


def test_one_half_and_the_folder_above_are_read_too(tmp_path):
    path = write_aclimdb(tmp_path)
    assert len(list(READERS["aclImdb"](path / "train"))) == 4
    assert len(list(READERS["aclImdb"](tmp_path))) == 8


def test_folder_without_reviews_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="there are no folders train/neg, test/neg with reviews"):
        list(READERS["aclImdb"](write_folder(tmp_path)))


def test_unknown_half_is_refused(tmp_path):
    with pytest.raises(ValueError, match="part must be one of train, test; got 'dev'"):
        READERS["aclImdb"](write_aclimdb(tmp_path), part="dev")


# Corpora that have a name


def test_uci_needs_no_header_and_minds_none(tmp_path):
    for name, header in (("with", "Review\tStatus\n"), ("without", "")):
        (tmp_path / name).write_text(header + 'A "great\t1\nBad" one.  \t0\n')
        assert list(READERS["uci"](tmp_path / name)) == [('A "great', "1"), ('Bad" one.  ', "0")]


def test_reviews_of_stars_are_read_as_json_and_as_csv(tmp_path):
    yelp = write_json_lines(tmp_path / "yelp.json", [("ok", 3.0, 1)], ("text", "stars", "useful"))
    old = write_json_lines(tmp_path / "old.json", [("ok", "so so", 3.0)], ("reviewText", "summary", "overall"))
    new = write_json_lines(tmp_path / "new.json", [("ok", "so so", 3)], ("text", "title", "rating"))
    (tmp_path / "yelp.csv").write_text('"3","ok\\nor ""not"""\n')
    assert list(READERS["yelp"](yelp)) == [("ok", "3")]
    assert list(READERS["yelp"](tmp_path / "yelp.csv")) == [('ok\nor "not"', "3")]
    assert list(READERS["amazon"](old)) == [("ok", "3")]
    assert list(READERS["amazon"](new)) == [("so so\nok", "3")]


@needs_data
@pytest.mark.parametrize(
    ("name", "format", "counts"),
    [
        ("imdb_labelled.txt", "uci", {0: 500, 1: 500}),
        ("sentiment140_sample.csv", "sentiment140", {"negative": 5004, "positive": 4996}),
        (
            "bbc-fulltext.zip",
            "bbc",
            {"business": 510, "entertainment": 386, "politics": 417, "sport": 511, "tech": 401},
        ),
    ],
)
def test_real_corpus_is_recognised_and_read_whole(name, format, counts):
    corpus = open_corpus(Path(DATA) / name)
    assert corpus.format == format
    assert Counter(label for _, label in corpus) == counts


@needs_data
def test_quoting_reader_says_how_to_read_ucis_file():
    with pytest.raises(ValueError, match=r"line \d+: text after a closing quote; .+--no-quotes"):
        list(READERS["tsv"](Path(DATA) / "imdb_labelled.txt"))


def test_reader_is_flat_in_memory(tmp_path):
    # The benchmark measures it for every reader on a gigabyte; here 60 MB must fit into 5.
    with open(tmp_path / "x.csv", "w") as file:
        file.write("text,label\n")
        file.writelines(f'"{"spam, " * 200}",{i % 2}\n' for i in range(50_000))
    code = """
import re, sys
from movieclassifier.datasets import iter_csv

def peak():  # ru_maxrss would start with that of the process that started this one
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1])

before = peak()
print(sum(1 for _ in iter_csv(sys.argv[1])), peak() - before)
"""
    done = subprocess.run([sys.executable, "-c", code, tmp_path / "x.csv"], capture_output=True, text=True, check=True)
    n_documents, kilobytes = map(int, done.stdout.split())
    assert n_documents == 50_000
    assert kilobytes < 5_000
