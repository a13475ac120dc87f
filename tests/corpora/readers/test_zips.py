"""A zip of one file is read as that file; damaged, encrypted and foreign ones are named."""

import zipfile

import pytest

from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.corpora.readers.formats import READERS
from tests.support.corpora import write_zip

CONTENT = ("text,label\n" + "".join(f"a text {i * 7919},{i % 2}\n" for i in range(20_000))).encode()


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
    with pytest.raises(ValueError, match="a zip of 4 files; pass one of them, or ReadingOptions\\(format='folders'"):
        list(READERS["csv"](write_zip(tmp_path)))


@pytest.mark.parametrize("reader", ["csv", "folders"])
def test_zip_that_asks_for_much_memory_is_refused(tmp_path, reader):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("c/pos/1.txt" if reader == "folders" else "x.csv", "text,label\na,1\n")
    content = path.read_bytes()
    assert len(list(READERS[reader](path))) == 1
    place = content.index(b"\x5d\0\0") + 1  # the size of the dictionary stands behind the first property
    path.write_bytes(content[:place] + (2**32 - 1).to_bytes(4, "little") + content[place + 4 :])
    with pytest.raises(ValueError, match=r"it asks for 4,294,967,295 bytes of memory\); fetch it again"):
        list(READERS[reader](path))


@pytest.mark.parametrize("name", ["[Content_Types].xml", "mimetype"])
def test_file_of_an_office_program_is_named(tmp_path, name):
    path = write_zip(tmp_path, [("docProps/app.xml", b"x"), (name, b"x")])
    with pytest.raises(ValueError, match="this is a file of an office program; save the table as CSV"):
        open_corpus(path)
    with pytest.raises(ValueError, match="this is a file of an office program; save the table as CSV"):
        list(READERS["csv"](path))


def test_file_of_numpy_arrays_is_named(tmp_path):
    with pytest.raises(ValueError, match="this is a file of numpy arrays"):
        open_corpus(write_zip(tmp_path, [("X.npy", b"x"), ("y.npy", b"x")]))
