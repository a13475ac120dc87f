"""A folder per class, a zip or a tar of it, and aclImdb: read without unpacking, hostile archives refused."""

import bz2
import gzip
import io
import lzma
import os
import tarfile
import zipfile

import pytest

from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.corpora.readers.compression import import_zstd
from movieclassifier.corpora.readers.formats import READERS
from movieclassifier.corpora.readers.members import MAX_DOCUMENT_SIZE
from movieclassifier.corpora.reading import ReadingOptions
from tests.support.archives import TAR_BOMBS, member, tar_bytes
from tests.support.corpora import EXPECTED, names_and_contents, write_folder, write_tar, write_zip
from tests.support.patience import cpu_below
from tests.support.tracing import peak_below


@pytest.mark.parametrize("write", [write_folder, write_zip, write_tar])
def test_folder_per_class_is_read(tmp_path, write):
    assert list(READERS["folders"](write(tmp_path))) == EXPECTED


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_tar_is_read_however_it_is_compressed(tmp_path, mode):
    assert list(READERS["folders"](write_tar(tmp_path, mode=mode))) == EXPECTED


@pytest.mark.parametrize("write", [write_zip, write_tar])
def test_readme_and_junk_are_not_documents(tmp_path, write):
    others = [("news/README", b"\xff"), ("__MACOSX/news/tech/._1", b"\xff"), ("news/tech/.DS_Store", b"\xff")]
    assert list(READERS["folders"](write(tmp_path, names_and_contents() + others))) == EXPECTED


def test_readme_and_junk_in_a_folder_are_not_documents(tmp_path):
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


def test_folder_that_is_not_a_label_can_be_skipped(tmp_path):
    documents = READERS["folders"](write_folder(tmp_path), {"sport": 1}, skip_bad_rows=2)
    assert [label for _, label in documents] == [1, 1]


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


@pytest.mark.parametrize("mode", ["w", "w:bz2", "w:xz"])
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.89])
def test_tar_that_is_cut_off_anywhere_is_an_error(tmp_path, mode, kept):
    path = write_tar(tmp_path, [(f"a/{i}", os.urandom(500).hex().encode()) for i in range(50)], mode)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(ValueError, match=r"^.+news\.tar: the \w+( data)? is damaged or cut off \(.+\); fetch"):
        list(READERS["folders"](path))


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_zip_with_damaged_member_is_an_error_that_names_it(tmp_path, method):
    with zipfile.ZipFile(tmp_path / "x.zip", "w", method) as archive:
        archive.writestr("a/1", "a text, more or less " * 50)
    content = bytearray((tmp_path / "x.zip").read_bytes())
    content[40:50] = bytes(byte ^ 255 for byte in content[40:50])
    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(ValueError, match=r"^.+x\.zip: the archive is damaged or cut off \(.+\); fetch it again"):
        list(READERS["folders"](tmp_path / "x.zip"))


@pytest.mark.parametrize("reader", ["folders", "aclImdb"])
@pytest.mark.parametrize("bomb", TAR_BOMBS.values(), ids=TAR_BOMBS)
def test_bomb_takes_no_memory(tmp_path, bomb, reader):
    start = tar_bytes([member("a/train/neg/1_1.txt")])[:1024]
    (tmp_path / "x.tar.gz").write_bytes(gzip.compress(start + bomb, 1))
    with (
        peak_below(10_000_000),
        pytest.raises(ValueError, match=r"^.+x\.tar\.gz: the archive is damaged or cut off \(.+\); fetch it again"),
    ):
        list(READERS[reader](tmp_path / "x.tar.gz"))


def test_checksum_behind_the_last_member_is_looked_at(tmp_path):
    content = bytearray(gzip.compress(tar_bytes([member("a/1")]) + bytes(300_000)))
    content[-8] ^= 255
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(ValueError, match="x: the gzip data is damaged or cut off"):
        list(READERS["folders"](tmp_path / "x"))


def test_malformed_header_is_an_error_that_names_the_archive(tmp_path):
    hostile = member("a/1", b"", pax_headers={"GNU.sparse.map": "0,x", "GNU.sparse.size": "9"})
    (tmp_path / "x").write_bytes(tar_bytes([member("a/0"), hostile]))
    with pytest.raises(ValueError, match=r"x: the archive is damaged or cut off \(invalid literal"):
        list(READERS["folders"](tmp_path / "x"))


def test_unknown_kind_of_zip_is_said(tmp_path):
    path = write_zip(tmp_path)
    content = path.read_bytes()
    # The method of compression, in the local header and in the directory.
    content = content.replace(b"PK\3\4\x14\0\0\0\x08\0", b"PK\3\4\x14\0\0\0\x63\0")
    path.write_bytes(content.replace(b"\x14\x03\x14\0\0\0\x08\0", b"\x14\x03\x14\0\0\0\x63\0"))
    with pytest.raises(ValueError, match=r"this kind of zip cannot be read \(.+\); unpack it and pass the folder"):
        list(READERS["folders"](path))


def test_file_is_not_a_folder_per_class(tmp_path):
    (tmp_path / "x.csv").write_text("text,label\n")
    with pytest.raises(
        ValueError, match="expected a folder, or a zip or tar of folders; pass a different ReadingOptions\\(format"
    ):
        list(READERS["folders"](tmp_path / "x.csv"))


def test_folder_of_files_only_is_not_a_folder_per_class(tmp_path):
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


@pytest.mark.parametrize("write", [write_zip, write_tar])
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("/etc/train/neg/2_1.txt", "called '/etc/train/neg/2_1.txt', which leads out of the archive"),
        ("../../train/neg/1_1.txt", r"called '\.\./\.\./train/neg/1_1.txt', which leads out of the archive"),
        ("aclImdb//train/neg/0_1.txt", "two files in it are called 'aclImdb//?train/neg/0_1.txt'"),
    ],
)
def test_hostile_archive_of_reviews_is_refused(tmp_path, write, name, message):
    path = write(tmp_path, [*REVIEWS, (name, b"x")])
    with pytest.raises(ValueError, match=message):
        list(READERS["aclImdb"](path))


def test_unknown_half_is_refused(tmp_path):
    with pytest.raises(ValueError, match="part must be one of train, test; got 'dev'"):
        READERS["aclImdb"](write_aclimdb(tmp_path), part="dev")


@pytest.mark.parametrize("path", [".", "../train", ".."])
def test_folder_that_one_is_in_is_read_as_by_its_name(path, tmp_path, monkeypatch):
    root = write_aclimdb(tmp_path)
    half = root if path == ".." else root / "train"
    expected = list(open_corpus(half, reading=ReadingOptions(format="aclImdb")))
    monkeypatch.chdir(root / "train")
    corpus = open_corpus(path)
    assert corpus.format == "aclImdb"
    assert corpus.names == (half.name,)
    assert list(corpus) == expected != []


def test_folder_without_classes_that_one_is_in_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "README").write_text("no document")
    with pytest.raises(ValueError, match=r"^\.: there are no folders with files in it; expected one for each class"):
        list(open_corpus("."))


# A tar has no checksum but those of its headers, and nothing but its closing block says that it is whole.


def plain_tar(n=200):
    return tar_bytes([member(f"c/{('neg', 'pos')[i % 2]}/{i}.txt", f"text {i}".encode()) for i in range(n)])


def flipped(content, position):
    return content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :]


DAMAGED_TARS = {
    "a bit of a header": lambda whole: flipped(whole, 150 * 1024 + 100),
    "a bit of the first header": lambda whole: flipped(whole, 1),
    "a bit of the closing block": lambda whole: flipped(whole, len(whole) - 1000),
    "cut between two members": lambda whole: whole[: 150 * 1024],
    "cut in a header": lambda whole: whole[: 150 * 1024 + 100],
    "cut in a text": lambda whole: whole[: 150 * 1024 + 515],
    "cut before the closing block": lambda whole: whole[:-1024],
    "two joined": lambda whole: whole + whole,
    "garbage behind it": lambda whole: whole + b"x",
}


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress, import_zstd("this test").compress])
@pytest.mark.parametrize("damage", DAMAGED_TARS.values(), ids=DAMAGED_TARS)
def test_damaged_tar_is_not_read_as_a_shorter_one(tmp_path, damage, pack):
    (tmp_path / "x.tar").write_bytes(pack(plain_tar()))
    assert len(list(READERS["folders"](tmp_path / "x.tar"))) == 200
    (tmp_path / "x.tar").write_bytes(pack(damage(plain_tar())))
    with pytest.raises(ValueError, match=r"x\.tar: the archive is damaged or cut off \(.+\); fetch it again"):
        list(READERS["folders"](tmp_path / "x.tar"))


def test_one_closing_block_and_long_padding_are_not_damage(tmp_path):
    for content in (plain_tar()[:-512], plain_tar() + bytes(300_000)):
        (tmp_path / "x.tar").write_bytes(content)
        assert len(list(READERS["folders"](tmp_path / "x.tar"))) == 200


def header_of_size(name, size):
    """Return a header that tarfile would not write."""
    header = bytearray(member(name, b"")[0].tobuf(tarfile.GNU_FORMAT))
    header[124:136] = b"\x80" + size.to_bytes(11, "big")
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header)


@pytest.mark.parametrize("size", [2**87, 2**63, 2**40, 10_000])
@pytest.mark.parametrize("name", ["c/pos/1.txt", "README"])
def test_size_beyond_the_file_is_damage_that_is_found_at_once(tmp_path, size, name):
    (tmp_path / "x.tar").write_bytes(header_of_size(name, size) + b"x".ljust(512) + tar_bytes([member("c/neg/1.txt")]))
    damage = r"x\.tar(: the archive is damaged|, c/pos/1.txt: a document of more than)"
    with cpu_below(1), pytest.raises(ValueError, match=damage):
        list(READERS["folders"](tmp_path / "x.tar"))


ESCAPES = "c/pos/\x1b]0;PWN\x07\x1b[2J\u202e.txt"


@pytest.mark.parametrize("write", [write_zip, write_tar])
@pytest.mark.parametrize("content", [b"\xff", b"\0", b"x" * (MAX_DOCUMENT_SIZE + 1)], ids=["bytes", "NUL", "size"])
def test_terminal_does_not_obey_names_in_archives(tmp_path, write, content):
    path = write(tmp_path, [("c/neg/1.txt", b"x"), (ESCAPES, content)])
    with pytest.raises(ValueError, match=r"c/pos/\\x1b\]0;PWN\\x07\\x1b\[2J\\u202e\.txt: ") as fault:
        list(READERS["folders"](path))
    assert str(fault.value).isprintable()


@pytest.mark.parametrize("write", [write_zip, write_tar])
def test_terminal_does_not_obey_names_that_are_refused(tmp_path, write):
    for name in ("/" + ESCAPES, "c/\x1b/x/1"):
        with pytest.raises(ValueError, match=r"\\x1b") as fault:
            list(READERS["folders"](write(tmp_path, [("c/neg/1.txt", b"x"), (name, b"x"), (f"./{name}", b"x")])))
        assert str(fault.value).isprintable()


def test_file_that_is_not_in_its_encoding_is_named(tmp_path):
    folder = write_folder(tmp_path)
    for path in folder.glob("*/*"):
        path.write_bytes(path.read_text().encode("utf-16"))
    assert len(list(READERS["folders"](folder, encoding="utf-16"))) == 4
    (folder / "tech" / "000.txt").write_bytes(b"\xff\xfeabc")
    with pytest.raises(ValueError, match=r"news, tech/000\.txt: this is not utf-16 \(truncated data\)"):
        list(READERS["folders"](folder, encoding="utf-16"))


def test_file_without_a_name_is_refused(tmp_path):
    path = write_zip(tmp_path, [("a/1", b"x"), ("b/1", b"x")])
    content = path.read_bytes()
    # The length of the second name, in the local header and in the directory.
    second = content.index(b"PK\3\4", 4)
    entry = content.rindex(b"PK\1\2")
    for at in (second + 26, entry + 28):
        assert content[at] == 3
        content = content[:at] + b"\0" + content[at + 1 :]
        content = content[: at + 2] + b"\3" + content[at + 3 :]  # the name becomes the extra field
    path.write_bytes(content)
    with pytest.raises(
        ValueError, match=r"x?news\.zip: (refused, for a file in it has no name|the archive is damaged)"
    ):
        list(READERS["folders"](path))
    with pytest.raises(ValueError, match=r"news\.zip: "):
        list(READERS["csv"](path))


@pytest.mark.parametrize(
    ("size", "message"),
    [
        (b"\x80" + (2**87).to_bytes(11, "big"), "it ends too early"),
        (b"77777777777\0", "it ends too early"),
        (b"\xff" * 12, "(a member of negative size|invalid offset)"),
        (b"12x45678901\0", "invalid header"),
    ],
    ids=["2**87", "8 GB", "negative", "no number"],
)
@pytest.mark.parametrize("name", ["sizes.tar", "sizes.tar.gz"])
def test_size_beyond_the_file_is_damage_and_takes_no_time(tmp_path, name, size, message):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for member in ("corpus/pos/1.txt", "corpus/neg/1.txt"):
            info = tarfile.TarInfo(member)
            info.size = 4
            archive.addfile(info, io.BytesIO(b"film"))
    content = bytearray(buffer.getvalue())
    content[124:136], content[148:156] = size, b" " * 8
    content[148:156] = b"%06o\0 " % sum(content[:512])
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    with cpu_below(2), pytest.raises(ValueError, match=f"damaged or cut off .*{message}"):
        list(open_corpus(tmp_path / name))
