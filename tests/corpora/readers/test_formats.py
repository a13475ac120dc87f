"""Every reader: what was written comes back, and every fault is one line with its place and a way out."""

import csv
import subprocess
import sys
from inspect import signature

import pytest
from hypothesis import given
from hypothesis import strategies as st

from movieclassifier.corpora.readers.formats import READERS
from movieclassifier.corpora.readers.streams import MAX_LINE_SIZE
from tests.support.corpora import names_and_contents, write_folder, write_json_lines, write_tar, write_zip


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
    "fasttext": "__label__{label} {text}\n",
    "files": "{text}\n",
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
    if name == "files":
        (path / f"{label}.txt").write_bytes(content)
        return path / f"{label}.txt"
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
    [
        (b"tr\xe8s bien", r"the byte 0xe8 is not utf-8; .+ ReadingOptions\(encoding='latin-1'"),
        (b"a \0 NUL", "NUL|no JSON"),
    ],
    ids=["not UTF-8", "NUL"],
)
def test_bad_bytes_are_named_with_their_place(tmp_path, name, text, message):
    path = write_one(tmp_path, name, text, LABEL.get(name, "0"))
    place = r"[/\\]1_9\.txt: |, [^ ]+1_9\.txt: " if path.is_dir() else r"(file|0\.txt), line [12]: "
    with pytest.raises(ValueError, match=f"({place}).*({message})"):
        list(READERS[name](path, encoding="utf-8"))


@pytest.mark.parametrize("name", ROWS)
def test_unknown_label_is_named_with_its_place(tmp_path, name):
    path = write_one(tmp_path, name, label=LABEL.get(name, "7"))
    with pytest.raises(
        ValueError, match=r"(1_9\.txt|line \d): .+ must be one of a, b; got '(7|pos)'\. Pass ReadingOptions\(labels"
    ):
        list(READERS[name](path, {"a": 0, "b": 1}))


# uci takes a first line with such a label for a header.
LABELLED = [name for name in ROWS if name not in ("aclImdb", "uci")]
BLANKS = ["pos ", " pos", "\u00a0pos", "pos\u200b", "\u2003pos\ufeff"]


@pytest.mark.parametrize("name", LABELLED)
@pytest.mark.parametrize("value", BLANKS, ids=map(ascii, BLANKS))
def test_blanks_around_a_label_are_not_part_of_it(tmp_path, name, value):
    if name == "fasttext":
        value = value.strip(" ")
    path = write_one(tmp_path, name, label=value)
    assert [label for _, label in READERS[name](path, encoding="utf-8")] == ["pos"]
    assert [label for _, label in READERS[name](path, {"pos": 1, "neg": 0}, encoding="utf-8")] == [1]


@pytest.mark.parametrize("name", LABELLED)
@pytest.mark.parametrize("value", ["nan", "NaN", "NULL", "null", "N/A", "None", "NA", "<NA>"])
def test_word_for_a_missing_label_is_not_a_label(tmp_path, name, value):
    if name in ("folders", "bbc", "files"):
        value = value.replace("/", "")  # no name of a file
    path = write_one(tmp_path, name, label=value)
    with pytest.raises(ValueError, match=f"is '{value}', which stands for a missing label; every document needs one"):
        list(READERS[name](path))
    assert [label for _, label in READERS[name](path, {value: "missing"})] == ["missing"]


@pytest.mark.parametrize("name", ["csv", "tsv", "jsonl", "kaggle-imdb", "yelp", "amazon", "fasttext"])
def test_label_with_control_characters_is_refused(tmp_path, name):
    label = "\\u001b[2Jpos" if name == "jsonl" else "\x1b[2Jpos"
    path = write_one(tmp_path, name, label=label)
    with pytest.raises(ValueError, match=r"holds a control character: '\\x1b\[2Jpos'"):
        list(READERS[name](path))


@pytest.mark.parametrize("name", ROWS)
def test_label_none_leaves_the_document_out(tmp_path, name):
    label = LABEL.get(name, "0")
    assert list(READERS[name](write_one(tmp_path, name, label=label), {label: None})) == []


@pytest.mark.parametrize(
    "name", ["csv", "tsv", "jsonl", "uci", "kaggle-imdb", "sentiment140", "fasttext", "files", "yelp", "amazon"]
)
def test_utf_16_is_read_when_it_is_named(tmp_path, name):
    path = write_one(tmp_path, name, "très bien".encode("utf-16-le"), encoding="utf-16-le")
    plain = path.read_bytes()
    expected = "très bien\nmore" if name == "amazon" else "très bien"
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xff\xfe", "utf-16-le"), (b"", "utf-16-le")):
        path.write_bytes(mark + plain)
        assert list(READERS[name](path, encoding=encoding)) == [(expected, "0")]
    with pytest.raises(
        ValueError, match=r"(file|0\.txt).*(BOM.*pass ReadingOptions\(encoding='utf-16-le'\) or 'utf-16-be'|looks like)"
    ):
        list(READERS[name](path, encoding="utf-16"))


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
PLAIN = st.text(st.characters(codec="utf-8", exclude_characters="\0\t\n\r"))
# A first row of "0" and "1" is the header that pandas writes above columns without names.
SENTENCES = PLAIN.filter(lambda text: text.strip() not in ("", "0"))


TWEETS = st.text(st.characters(codec="latin-1", exclude_characters="\0"))
UNESCAPED = st.text(st.characters(codec="utf-8", exclude_characters="\0\\"))


def write_rows(path, rows, encoding="utf-8", delimiter=","):
    with open(path / "x.csv", "w", encoding=encoding, newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL, delimiter=delimiter).writerows(rows)
    return path / "x.csv"


def write_sentences(path, documents):
    (path / "x.txt").write_bytes("".join(f"{text}\t{label}\n" for text, label in documents).encode())
    return path / "x.txt"


def write_articles(path, documents, root="news"):
    return write_folder(
        path, {label: [text for text, name in documents if name == label] for _, label in documents}, root
    )


def write_movie_reviews(path, documents):
    for number, (text, label) in enumerate(documents):
        folder = path / "aclImdb" / ("test" if number % 2 else "train") / label
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}_7.txt").write_bytes(text.encode())
    return path / "aclImdb"


def write_fasttext(path, documents):
    (path / "x.txt").write_bytes("".join(f"__label__{label} {text}\n" for text, label in documents).encode())
    return path / "x.txt"


def write_class_files(path, documents):
    for label in ("neg", "pos"):
        lines = "".join(f"{text}\n" for text, name in documents if name == label)
        (path / f"rt-polarity.{label}").write_bytes(lines.encode())
    return path


# What a corpus of each format may hold, and how it is written
WRITERS = {
    "csv": (TEXTS, "01", lambda path, docs: write_rows(path, [("text", "label"), *docs])),
    "tsv": (TEXTS, "01", lambda path, docs: write_rows(path, [("text", "label"), *docs], delimiter="\t")),
    "jsonl": (TEXTS, ("neg", "pos"), lambda path, docs: write_json_lines(path / "x.jsonl", docs)),
    "fasttext": (
        PLAIN.filter(lambda text: text.strip() and not text.lstrip().startswith("__label__")),
        "01",
        write_fasttext,
    ),
    "folders": (TEXTS, ("a", "é"), write_articles),
    "files": (PLAIN.filter(str.strip), ("neg", "pos"), write_class_files),
    "aclImdb": (TEXTS, ("neg", "pos"), write_movie_reviews),
    "sentiment140": (
        TWEETS,
        "04",
        lambda path, docs: write_rows(
            path, [(label, 1, "now", "NO_QUERY", "me", text) for text, label in docs], "latin-1"
        ),
    ),
    "uci": (SENTENCES, "01", write_sentences),
    "bbc": (TEXTS, ("sport", "tech"), write_articles),
    "kaggle-imdb": (
        TEXTS,
        ("negative", "positive"),
        lambda path, docs: write_rows(path, [("review", "sentiment"), *docs]),
    ),
    "yelp": (
        UNESCAPED,
        "12",
        lambda path, docs: write_rows(path, [(label, text.replace("\n", "\\n")) for text, label in docs]),
    ),
    "amazon": (
        TEXTS,
        ("1.0", "5.0"),
        lambda path, docs: write_json_lines(path / "x.jsonl", docs, ("reviewText", "overall")),
    ),
}


@pytest.mark.parametrize("name", READERS)
@given(data=st.data())
def test_what_is_written_in_a_format_comes_back(tmp_path_factory, name, data):
    texts, labels, write = WRITERS[name]
    documents = data.draw(st.lists(st.tuples(texts, st.sampled_from(labels)), min_size=1, max_size=9))
    path = write(tmp_path_factory.mktemp(name), documents)
    # Folders have an order of their own, and a byte order mark is no part of a text.
    expected = sorted((text.removeprefix("\ufeff"), label) for text, label in documents)
    assert sorted((text.removeprefix("\ufeff"), label) for text, label in READERS[name](path)) == expected


@given(st.lists(st.tuples(SENTENCES, st.sampled_from("01")), min_size=1), st.sampled_from(["\n", "\r\n"]))
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


@pytest.mark.parametrize("name", ["csv", "tsv", "jsonl", "uci", "sentiment140", "fasttext", "files"])
def test_file_without_line_breaks_is_not_a_corpus(tmp_path, name):
    (tmp_path / "x").write_text("x" * (MAX_LINE_SIZE + 10))
    with pytest.raises(
        ValueError, match=r"x, line 1: more than 16,777,216 characters without a line break; expected a"
    ):
        list(READERS[name](tmp_path / "x"))


def test_reader_is_flat_in_memory(tmp_path):
    # The benchmark measures it for every reader on a gigabyte; here 60 MB must fit into 5.
    with open(tmp_path / "x.csv", "w") as file:
        file.write("text,label\n")
        file.writelines(f'"{"spam, " * 200}",{i % 2}\n' for i in range(50_000))
    code = """
import re, sys
from movieclassifier.corpora.readers.tables import iter_csv

def peak():  # ru_maxrss would start with that of the process that started this one
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1])

before = peak()
print(sum(1 for _ in iter_csv(sys.argv[1])), peak() - before)
"""
    done = subprocess.run([sys.executable, "-c", code, tmp_path / "x.csv"], capture_output=True, text=True, check=True)
    n_documents, kilobytes = map(int, done.stdout.split())
    assert n_documents == 50_000
    assert kilobytes < 5_000
