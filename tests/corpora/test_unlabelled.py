import json

import numpy as np
import pytest

from movieclassifier.corpora.unlabelled import open_unlabelled, text_digests

NONE = np.empty(0, np.uint64)
CONTENTS = {
    "texts.txt": "A film.\n\nAnother, longer film.\n",
    "texts.csv": 'text\nA film.\n"Another, longer film."\n',
    "labelled.csv": 'review,sentiment\nA film.,1\n"Another, longer film.",0\n',
    "texts.jsonl": '{"text": "A film."}\n{"text": "Another, longer film."}\n',
    "labelled.jsonl": '{"text": "A film.", "label": 1}\n{"text": "Another, longer film.", "label": 2}\n',
    "texts.tsv": "text\tid\nA film.\t1\nAnother, longer film.\t2\n",
}
TEXTS = ["A film.", "Another, longer film."]


@pytest.mark.parametrize("name", CONTENTS)
def test_texts_are_read_from_every_format_again_and_again(tmp_path, name):
    (tmp_path / name).write_text(CONTENTS[name], encoding="utf-8")
    found = open_unlabelled([str(tmp_path / name)], NONE)
    assert list(found) == list(found) == TEXTS


@pytest.mark.parametrize("folder", ["unsup", "."])
def test_a_folder_is_a_text_for_each_file(tmp_path, folder):
    (tmp_path / "unsup").mkdir()
    for number, text in enumerate(TEXTS):
        (tmp_path / "unsup" / f"{number}_0.txt").write_text(text, encoding="utf-8")
    (tmp_path / "unsup" / ".hidden").write_text("not a text")
    assert list(open_unlabelled([str(tmp_path / folder)], NONE)) == TEXTS


def test_known_texts_are_left_out(tmp_path):
    path = tmp_path / "texts.jsonl"
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in [*TEXTS, "A third."]))
    found = open_unlabelled([str(path), str(path)], text_digests(["A film.", "A third.", "Unheard of."]))
    assert list(found) == [TEXTS[1]] * 2
    assert len(list(found.all_texts())) == 6


@pytest.mark.parametrize("name", ["texts.txt", "folder/1.txt"])
def test_bytes_that_are_not_utf8_are_named(tmp_path, name):
    (tmp_path / "folder").mkdir()
    (tmp_path / name).write_bytes(b"fine\n\xff\n" if name == "texts.txt" else b"\xff")
    path = tmp_path / name.split("/")[0]
    with pytest.raises(ValueError, match=r"(line 2|1\.txt): expected UTF-8; got the byte 0xff"):
        list(open_unlabelled([str(path)], NONE))


def test_a_path_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        open_unlabelled([str(tmp_path / "nowhere.csv")], NONE)


def test_labels_that_are_ignored_may_be_missing_and_texts_may_be_anything(tmp_path):
    (tmp_path / "x.csv").write_text('text,label\n"a\nb",nan\nNULL,\nc,\x1b[2J\n')
    (tmp_path / "y.csv").write_text('text\n"a\nd"\nnan\n')
    found = open_unlabelled([str(tmp_path / "x.csv"), str(tmp_path / "y.csv")], np.empty(0, np.uint64))
    assert list(found) == ["a\nb", "NULL", "c", "a\nd", "nan"]
