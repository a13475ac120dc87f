"""unpack: what is no part of the corpus is refused by name, and nothing is written outside."""

import contextlib
import gzip
import os
import resource
import stat
import subprocess
import sys
import tarfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from movieclassifier.corpora.aclimdb import unpacking
from movieclassifier.corpora.aclimdb.unpacking import unpack
from tests.support.archives import (
    SMALL,
    SMALL_UNSUP,
    TAR_BOMBS,
    archive_bytes,
    member,
    review_members,
    tar_bytes,
    write_archive,
)
from tests.support.tracing import peak_below


@pytest.fixture
def archive(tmp_path):
    return tmp_path / "archive.tar.gz"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in" / "side").mkdir(parents=True)
    return tmp_path / "in" / "side"


def tree(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())


def test_reviews_and_their_small_files_are_written_as_they_are(archive, folder):
    others = [member("aclImdb/README", b"read me"), member("aclImdb/train/urls_pos.txt", b"url")]
    write_archive(archive, review_members(SMALL_UNSUP) + others)
    unpack(archive, folder, SMALL)
    expected = [info.name for info, _ in review_members(SMALL) + others]
    assert tree(folder) == sorted(name.removeprefix("aclImdb/") for name in expected)
    assert (folder / "test/neg/2_2.txt").read_text() == 'test/neg 2: caf\u00e9, "good"'


def test_unlabelled_reviews_are_written_when_asked_for(archive, folder):
    write_archive(archive, [*review_members(SMALL_UNSUP), member("aclImdb/train/urls_unsup.txt")])
    unpack(archive, folder, {"train/unsup": 5})
    assert tree(folder) == ["train/unsup/" + f"{i}_{i}.txt" for i in range(5)] + ["train/urls_unsup.txt"]


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_every_form_of_tar_is_read(archive, folder, form):
    members = review_members()
    members[0][0].mtime = 1.5  # a pax header of its own
    folders = [member(name, b"", tarfile.DIRTYPE) for name in ("aclImdb", "aclImdb/test/", "./aclImdb/./train", ".")]
    write_archive(archive, folders + members, form)
    unpack(archive, folder, SMALL)
    assert len(tree(folder)) == 12


def test_modes_and_owners_of_the_archive_are_not_taken_over(archive, folder):
    write_archive(archive, [member(info.name, content, mode=0o6777, uid=12345) for info, content in review_members()])
    unpack(archive, folder, SMALL)
    found = (folder / "test/pos/0_0.txt").stat()
    assert stat.S_IMODE(found.st_mode) & 0o7111 == 0
    assert found.st_uid == os.getuid()


REFUSED = {
    "absolute path": (member("/etc/passwd"), "'/etc/passwd': an absolute path"),
    "parent folder": (member("aclImdb/../../evil.txt"), "'aclImdb/../../evil.txt': a path out of the folder"),
    "parent folder first": (member("../0_1.txt"), "'../0_1.txt': a path out of the folder"),
    "symbolic link": (
        member("aclImdb/test/pos/7_7.txt", b"", tarfile.SYMTYPE, linkname="/etc/passwd"),
        "'aclImdb/test/pos/7_7.txt': a symbolic link",
    ),
    "symbolic link for a folder": (
        member("aclImdb/train", b"", tarfile.SYMTYPE, linkname="/tmp"),
        "'aclImdb/train': a symbolic link",
    ),
    "hard link": (
        member("aclImdb/test/pos/7_7.txt", b"", tarfile.LNKTYPE, linkname="aclImdb/test/pos/0_0.txt"),
        "'aclImdb/test/pos/7_7.txt': a hard link",
    ),
    "character device": (member("aclImdb/README", b"", tarfile.CHRTYPE), "'aclImdb/README': a character device"),
    "block device": (member("aclImdb/README", b"", tarfile.BLKTYPE), "'aclImdb/README': a block device"),
    "named pipe": (member("aclImdb/README", b"", tarfile.FIFOTYPE), "'aclImdb/README': a named pipe"),
    "contiguous file": (member("aclImdb/README", b"", tarfile.CONTTYPE), "neither a plain file nor a folder"),
    "unknown kind": (member("aclImdb/README", b"", b"Z"), "'aclImdb/README': neither a plain file nor a folder"),
    "sparse file": (
        member("aclImdb/README", b"", pax_headers={"GNU.sparse.map": "0,0", "GNU.sparse.size": "9" * 12}),
        "'aclImdb/README': neither a plain file nor a folder",
    ),
    "duplicate": (member("aclImdb/test/pos/0_0.txt", b"another"), "'test/pos/0_0.txt': a second one of this name"),
    "duplicate in other words": (
        member("aclImdb//test/./pos/0_0.txt"),
        "'test/pos/0_0.txt': a second one of this name",
    ),
    "one review too many": (member("aclImdb/test/pos/7_7.txt"), "'test/pos/2_2.txt': test/pos was already full"),
    "another root": (member("other/README"), "'other/README': no part of the corpus"),
    "no root": (member("README"), "'README': no part of the corpus"),
    "another file": (member("aclImdb/setup.py"), "'aclImdb/setup.py': no part of the corpus"),
    "another folder": (member("aclImdb/evil/", b"", tarfile.DIRTYPE), "'aclImdb/evil': no part of the corpus"),
    "folder for a file": (member("aclImdb/README", b"", tarfile.DIRTYPE), "'aclImdb/README': no part of the corpus"),
    "file for a folder": (member("aclImdb/train"), "'aclImdb/train': no part of the corpus"),
    "root for a file": (member("aclImdb"), "'aclImdb': no part of the corpus"),
    "hidden companion": (member("aclImdb/test/pos/._0_0.txt"), "'aclImdb/test/pos/._0_0.txt': no part of the corpus"),
    "foreign digits": (member("aclImdb/test/pos/٣_3.txt"), "_3.txt': no part of the corpus"),
    "line break": (member("aclImdb/test/pos/3_3.txt\n"), r"'aclImdb/test/pos/3_3.txt\n': no part of the corpus"),
    "terminal codes": (member("\x1b[2Jboo"), r"'\x1b[2Jboo': no part of the corpus"),
    "long name": (member("a" * 5000), f"'{'a' * 100}': no part of the corpus"),
    "bytes that are no text": (
        member(b"aclImdb/\xff".decode("utf-8", "surrogateescape")),
        r"'aclImdb/\udcff': no part",
    ),
    "huge review": (
        member("aclImdb/test/pos/7_7.txt", b"x" * 200_001),
        "'aclImdb/test/pos/7_7.txt': 200,001 bytes, where 200,000 are the most",
    ),
    "huge file": (
        member("aclImdb/README", size=64_000_001),
        "'aclImdb/README': 64,000,001 bytes, where 64,000,000 are",
    ),
    "terabyte": (member("aclImdb/README", size=1 << 40), "'aclImdb/README': 1,099,511,627,776 bytes, where"),
}


@pytest.mark.parametrize(("hostile", "message"), REFUSED.values(), ids=REFUSED)
def test_hostile_member_is_refused_by_name_and_nothing_is_written_outside(archive, folder, hostile, message):
    first, *others = review_members()
    write_archive(archive, [first, hostile, *others])
    with pytest.raises(ValueError, match="refused member") as raised:
        unpack(archive, folder, SMALL)
    assert str(raised.value).startswith(f"{archive}: refused member ")
    assert message in str(raised.value)
    assert sorted(path.name for path in folder.parent.parent.rglob("*") if folder not in path.parents) == [
        "archive.tar.gz",
        "in",
        "side",
    ]
    assert not any(path.is_symlink() for path in folder.rglob("*"))


def test_negative_size_is_refused(archive, folder):
    write_archive(archive, [member("aclImdb/README", b"", size=-512)], tarfile.GNU_FORMAT)
    # From Python 3.14 on, tarfile refuses it by itself.
    with pytest.raises(ValueError, match=r"a member of negative size|invalid offset"):
        unpack(archive, folder, SMALL)


def test_more_members_than_the_corpus_has_are_refused(archive, folder, monkeypatch):
    monkeypatch.setattr(unpacking, "MOST_MEMBERS", 20)
    write_archive(archive, [member("aclImdb/train", b"", tarfile.DIRTYPE)] * 25)
    with pytest.raises(ValueError, match="refused member 'train': the corpus has no more than 20 members"):
        unpack(archive, folder, SMALL)


def test_more_bytes_than_the_corpus_has_are_refused_though_none_is_unpacked(archive, folder, monkeypatch):
    monkeypatch.setattr(unpacking, "MOST_BYTES", 100_000)
    write_archive(archive, [member(f"aclImdb/train/unsup/{i}_0.txt", b"x" * 10_000) for i in range(11)])
    with pytest.raises(ValueError, match=r"'train/unsup/10_0.txt': the corpus has no more than 100,000 bytes"):
        unpack(archive, folder, SMALL)


@pytest.mark.parametrize("bomb", TAR_BOMBS.values(), ids=TAR_BOMBS)
def test_bomb_takes_neither_memory_nor_time(archive, folder, bomb):
    archive.write_bytes(gzip.compress(bomb, 1))
    with peak_below(10_000_000), pytest.raises(ValueError, match="damaged"):
        unpack(archive, folder, SMALL)


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_members(archive, folder):
    write_archive(archive, review_members({"test/pos": 1, "train/unsup": 6_000}))
    with peak_below(2_000_000):
        unpack(archive, folder, {"test/pos": 1})


@pytest.mark.parametrize("kept", [0.0, 0.01, 0.3, 0.9, 0.999])
def test_cut_archive_is_refused_as_not_an_archive(archive, folder, kept):
    whole = archive_bytes(review_members())
    archive.write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises(ValueError, match=rf"{archive}: it is (cut off|damaged, or no gzipped tar archive)"):
        unpack(archive, folder, SMALL)


def test_tar_that_was_cut_before_it_was_compressed_is_damaged(archive, folder):
    whole = tar_bytes(review_members())
    archive.write_bytes(gzip.compress(whole[: 10 * 1024]))
    with pytest.raises(ValueError, match="empty header; expected a header or the closing block of zeros"):
        unpack(archive, folder, SMALL)


def test_checksum_at_the_end_is_looked_at(archive, folder):
    whole = archive_bytes(review_members())
    archive.write_bytes(whole[:-8] + b"\0\0\0\0" + whole[-4:])
    with pytest.raises(ValueError, match="CRC check failed"):
        unpack(archive, folder, SMALL)


@pytest.mark.parametrize(
    "content",
    [b"<html>", b"", b"\x1f\x8b", gzip.compress(b""), gzip.compress(b"no tar" * 500)],
    ids=["html", "nothing", "magic number", "empty gzip", "gzip of no tar"],
)
def test_different_files_are_not_archives(archive, folder, content):
    archive.write_bytes(content)
    with pytest.raises(ValueError, match=r"it is (cut off|damaged)|expected 3 reviews in test/pos, found 0"):
        unpack(archive, folder, SMALL)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_damage_anywhere_gives_the_reviews_or_a_value_error(tmp_path_factory, data):
    whole = bytearray(DAMAGED)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at : at + 1] = data.draw(st.binary(min_size=0, max_size=3))
    folder = tmp_path_factory.mktemp("damaged")
    archive = write_gzip(folder / "a.tar.gz", bytes(whole))
    (folder / "out").mkdir()
    with contextlib.suppress(ValueError):
        unpack(archive, folder / "out", {"test/pos": 2})
    assert all(path.is_relative_to(folder / "out") for path in folder.rglob("*.txt"))


DAMAGED = tar_bytes(
    [
        member("aclImdb", b"", tarfile.DIRTYPE),
        member("aclImdb/README", b"r" * 100, mtime=1.5),
        *review_members({"test/pos": 2}),
    ]
)


def write_gzip(path, content):
    path.write_bytes(gzip.compress(content, 1))
    return path


def test_full_disk_is_named_and_is_not_a_fault_of_the_archive(archive, folder):
    write_archive(archive, [member("aclImdb/test/pos/0_0.txt", b"x" * 150_000)])
    code = """
import sys
from pathlib import Path
from movieclassifier.corpora.aclimdb.unpacking import unpack
try:
    unpack(Path(sys.argv[1]), Path(sys.argv[2]))
except OSError as error:
    print(error)
"""
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))  # noqa: E731
    done = subprocess.run(
        [sys.executable, "-c", code, archive, folder], preexec_fn=limit, capture_output=True, text=True
    )
    assert done.stdout == f"[Errno 27] File too large: '{folder}'\n"


def test_progress_counts_the_reviews_asked_for(archive, folder, capsys):
    write_archive(archive, [*review_members(SMALL_UNSUP), member("aclImdb/README")])
    unpack(archive, folder, SMALL, show=True)
    assert capsys.readouterr().err.startswith("Unpacking archive.tar.gz: 12 of 12 reviews (100%), ")
