"""make_corpus: complete or not there, from any source, and nothing of the user's is lost."""

import fcntl
import hashlib
import os
import shutil

import pytest

from movieclassifier.corpora.aclimdb import corpus
from movieclassifier.corpora.aclimdb.corpus import make_corpus, missing_folders, review_names
from movieclassifier.corpora.aclimdb.download import SourceUnreachable
from tests.support.archive_server import serving
from tests.support.archives import SMALL, SMALL_UNSUP, archive_bytes, member, review_members, write_archive

GOOD = archive_bytes([*review_members(SMALL_UNSUP), member("aclImdb/README"), member("aclImdb/train/urls_unsup.txt")])
SHA256 = hashlib.sha256(GOOD).hexdigest()


@pytest.fixture
def data_dir(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / "my copy+1.tar.gz"
    path.write_bytes(GOOD)
    return path


def names(folder):
    return sorted(os.listdir(folder))


@pytest.mark.parametrize("form", [str, lambda path: path.as_uri(), lambda path: f"file://localhost{path}"])
def test_local_archive_is_unpacked_where_it_is(data_dir, archive, form):
    assert make_corpus(data_dir, form(archive), n_reviews=SMALL, sha256=SHA256.upper()) is True
    assert names(data_dir) == ["aclImdb"]
    assert names(data_dir / "aclImdb") == [".sha256", "README", "test", "train"]
    assert names(data_dir / "aclImdb" / "train") == ["neg", "pos"]
    assert missing_folders(data_dir / "aclImdb", SMALL) == []


def test_second_run_has_nothing_to_do_and_needs_no_source(data_dir, archive):
    make_corpus(data_dir, str(archive), n_reviews=SMALL)
    archive.unlink()
    assert make_corpus(data_dir, str(archive), n_reviews=SMALL) is False
    assert make_corpus(data_dir, "http://nowhere.invalid/", n_reviews=SMALL) is False


def test_downloaded_archive_is_kept_once_it_was_unpacked(data_dir):
    with serving(GOOD) as server:
        make_corpus(data_dir, server.url, n_reviews=SMALL)
        assert names(data_dir) == ["aclImdb", "aclImdb_v1.tar.gz"]
        shutil.rmtree(data_dir / "aclImdb")
        make_corpus(data_dir, server.url, n_reviews=SMALL)
        assert len(server.seen) == 1
    assert (data_dir / "aclImdb_v1.tar.gz").read_bytes() == GOOD


def test_unlabelled_half_is_added_later_and_touches_nothing_else(data_dir, archive):
    make_corpus(data_dir, str(archive), n_reviews=SMALL)
    review = data_dir / "aclImdb/train/pos/0_0.txt"
    before = review.stat().st_ino
    assert make_corpus(data_dir, str(archive), n_reviews=SMALL_UNSUP) is True
    assert review.stat().st_ino == before
    assert names(data_dir / "aclImdb/train") == ["neg", "pos", "unsup", "urls_unsup.txt"]
    assert len(names(data_dir / "aclImdb/train/unsup")) == 5
    assert make_corpus(data_dir, str(archive), n_reviews=SMALL_UNSUP, sha256=SHA256) is False


@pytest.mark.parametrize("lost", ["test/pos/1_1.txt", "test/pos", "test"])
def test_what_is_missing_is_made_again(data_dir, archive, lost):
    make_corpus(data_dir, str(archive), n_reviews=SMALL)
    lost = data_dir / "aclImdb" / lost
    shutil.rmtree(lost) if lost.is_dir() else lost.unlink()
    (data_dir / "aclImdb/notes.txt").write_text("mine")
    assert make_corpus(data_dir, str(archive), n_reviews=SMALL) is True
    assert missing_folders(data_dir / "aclImdb", SMALL) == []
    assert names(data_dir) == ["aclImdb"]
    assert (data_dir / "aclImdb/notes.txt").read_text() == "mine"


@pytest.mark.parametrize(("name", "found"), [("test/pos/mine.txt", "'mine.txt'"), ("test/pos/9_9.txt", "4 reviews")])
def test_folder_with_files_of_the_users_is_not_replaced(data_dir, archive, name, found):
    make_corpus(data_dir, str(archive), n_reviews=SMALL)
    (data_dir / "aclImdb" / name).write_text("mine")
    with pytest.raises(ValueError, match=f"test/pos: expected 3 reviews and nothing else, found {found}; move it away"):
        make_corpus(data_dir, str(archive), n_reviews=SMALL)
    assert (data_dir / "aclImdb" / name).read_text() == "mine"


def test_hidden_files_of_the_desktop_are_overlooked(data_dir, archive):
    make_corpus(data_dir, str(archive), n_reviews=SMALL)
    (data_dir / "aclImdb/test/pos/.DS_Store").write_text("x")
    assert make_corpus(data_dir, str(archive), n_reviews=SMALL) is False
    assert review_names(data_dir / "aclImdb/test/pos") == ["0_0.txt", "1_1.txt", "2_2.txt"]


def test_corpus_of_a_different_archive_is_reported(data_dir, archive, tmp_path):
    make_corpus(data_dir, str(archive), n_reviews=SMALL)
    with pytest.raises(ValueError, match=f"archive with sha256 {'0' * 64} unpacked here, found {SHA256}; move it away"):
        make_corpus(data_dir, str(archive), n_reviews=SMALL, sha256="0" * 64)
    other = write_archive(tmp_path / "other.tar.gz", review_members(SMALL_UNSUP))
    make_corpus(data_dir, str(other), n_reviews=SMALL_UNSUP)
    with pytest.raises(ValueError, match="found several archives; move it away"):
        make_corpus(data_dir, str(archive), n_reviews=SMALL_UNSUP, sha256=SHA256)


def test_corpus_unpacked_by_hand_is_taken_as_it_is(data_dir, archive):
    make_corpus(data_dir, str(archive), n_reviews=SMALL)
    (data_dir / "aclImdb/.sha256").unlink()
    assert make_corpus(data_dir, str(archive), n_reviews=SMALL) is False
    with pytest.raises(ValueError, match="found unknown; move it away"):
        make_corpus(data_dir, str(archive), n_reviews=SMALL, sha256=SHA256)


def test_wrong_checksum_of_a_local_archive_leaves_it_and_unpacks_nothing(data_dir, archive):
    expected = (
        f"{archive.name}: expected sha256 {'0' * 64}, found {SHA256}, in {len(GOOD):,} bytes; name a different archive"
    )
    with pytest.raises(ValueError, match=expected.replace("+", r"\+")):
        make_corpus(data_dir, str(archive), n_reviews=SMALL, sha256="0" * 64)
    assert archive.exists()
    assert names(data_dir) == []


def test_wrong_checksum_of_a_download_removes_it(data_dir):
    with serving(GOOD) as server, pytest.raises(ValueError, match="it was removed; run again to download it anew"):
        make_corpus(data_dir, server.url, n_reviews=SMALL, sha256="0" * 64)
    assert names(data_dir) == []


def test_wrong_checksum_of_a_kept_archive_leaves_it_and_says_what_to_do(data_dir):
    data_dir.mkdir()
    (data_dir / "aclImdb_v1.tar.gz").write_bytes(GOOD)
    with pytest.raises(
        ValueError, match=rf"expected sha256 {corpus.OFFICIAL_SHA256}, .*; remove it to download it again"
    ):
        make_corpus(data_dir, n_reviews=SMALL)
    assert names(data_dir) == ["aclImdb_v1.tar.gz"]
    make_corpus(data_dir, str(data_dir / "aclImdb_v1.tar.gz"), n_reviews=SMALL)
    assert names(data_dir) == ["aclImdb", "aclImdb_v1.tar.gz"]


@pytest.mark.parametrize("url_of", [lambda archive, server: str(archive), lambda archive, server: server.url])
def test_hostile_archive_leaves_nothing(data_dir, tmp_path, url_of):
    body = archive_bytes([*review_members(), member("../evil.txt")])
    (tmp_path / "hostile.tar.gz").write_bytes(body)
    with serving(body) as server, pytest.raises(ValueError, match=r"refused member '../evil.txt': a path out of"):
        make_corpus(data_dir, url_of(tmp_path / "hostile.tar.gz", server), n_reviews=SMALL)
    assert names(data_dir) == []
    assert names(tmp_path) == ["data", "hostile.tar.gz"]


def test_hostile_archive_leaves_the_corpus_that_is_there(data_dir, archive, tmp_path):
    make_corpus(data_dir, str(archive), n_reviews=SMALL)
    hostile = write_archive(tmp_path / "hostile.tar.gz", [*review_members(SMALL_UNSUP), member("/evil.txt")])
    with pytest.raises(ValueError, match=r"refused member '/evil.txt': an absolute path"):
        make_corpus(data_dir, str(hostile), n_reviews=SMALL_UNSUP)
    assert missing_folders(data_dir / "aclImdb", SMALL) == []
    assert names(data_dir / "aclImdb/train") == ["neg", "pos"]


def test_truncated_download_is_never_taken_for_the_archive(data_dir):
    with serving(GOOD, "cut_off", "cut_off", "good") as server:
        with pytest.raises(SourceUnreachable, match="the connection ended after"):
            make_corpus(data_dir, server.url, n_reviews=SMALL, n_retries=0)
        assert names(data_dir) == ["aclImdb_v1.tar.gz.part", "aclImdb_v1.tar.gz.part.json"]
        with pytest.raises(SourceUnreachable, match="the connection ended after"):
            make_corpus(data_dir, server.url, n_reviews=SMALL, n_retries=0)
        make_corpus(data_dir, server.url, n_reviews=SMALL, n_retries=0)
        third = len(GOOD) // 3
        assert server.seen == [None, f"bytes={third}-", f"bytes={2 * third}-"]
    assert names(data_dir) == ["aclImdb", "aclImdb_v1.tar.gz"]


def test_silently_cut_download_is_removed(data_dir):
    with (
        serving(GOOD[:-100], "without_length") as server,
        pytest.raises(ValueError, match=r"it is cut off; it was removed"),
    ):
        make_corpus(data_dir, server.url, n_reviews=SMALL)
    assert names(data_dir) == []


def test_official_archive_is_held_to_its_size(data_dir, monkeypatch):
    with serving(GOOD) as server:
        monkeypatch.setattr(corpus, "OFFICIAL_URL", server.url)
        with pytest.raises(
            ValueError, match=f"expected a file of 84,125,825 bytes, the server has one of {len(GOOD):,}"
        ):
            make_corpus(data_dir, server.url, n_reviews=SMALL)
    assert names(data_dir) == []


def test_official_archive_is_held_to_its_checksum(data_dir, monkeypatch):
    with serving(GOOD) as server:
        monkeypatch.setattr(corpus, "OFFICIAL_URL", server.url)
        monkeypatch.setattr(corpus, "OFFICIAL_BYTES", len(GOOD))
        with pytest.raises(ValueError, match=f"expected sha256 {corpus.OFFICIAL_SHA256}, found {SHA256}"):
            make_corpus(data_dir, server.url, n_reviews=SMALL)
    assert names(data_dir) == []


def test_archive_without_the_unlabelled_half_says_so(data_dir, tmp_path):
    archive = write_archive(tmp_path / "a.tar.gz", review_members())
    with pytest.raises(ValueError, match="expected 5 reviews in train/unsup, found 0"):
        make_corpus(data_dir, str(archive), n_reviews=SMALL_UNSUP)
    assert names(data_dir) == []


@pytest.mark.parametrize(
    "url", ["ftp://host/a.tar.gz", "http:///a.tar.gz", "http:a.tar.gz", "file://elsewhere/a.tar.gz"]
)
def test_other_addresses_are_refused(data_dir, url):
    with pytest.raises(ValueError, match=f"expected an http, https or file address or a path, got '{url}'"):
        make_corpus(data_dir, url, n_reviews=SMALL)
    assert not data_dir.exists()


@pytest.mark.parametrize("name", ["nowhere.tar.gz", "."])
def test_missing_archive_is_the_users_mistake(data_dir, tmp_path, name):
    with pytest.raises(FileNotFoundError, match="there is no such archive: '"):
        make_corpus(data_dir, str(tmp_path / name), n_reviews=SMALL)


@pytest.mark.parametrize("sha256", ["", "abc", "g" * 64, "0" * 65])
def test_malformed_sha256_is_refused(data_dir, archive, sha256):
    with pytest.raises(ValueError, match="a sha256 has 64 hexadecimal digits, got"):
        make_corpus(data_dir, str(archive), n_reviews=SMALL, sha256=sha256)


def test_leftovers_of_a_killed_run_do_not_matter(data_dir, archive):
    (data_dir / ".aclImdb.part/fresh/test/pos").mkdir(parents=True)
    (data_dir / ".aclImdb.part/fresh/test/pos/0_0.txt").write_text("half")
    make_corpus(data_dir, str(archive), n_reviews=SMALL)
    assert names(data_dir) == ["aclImdb"]
    assert (data_dir / "aclImdb/test/pos/0_0.txt").stat().st_size > 4


def test_two_runs_at_once_do_not_meet(data_dir, archive):
    data_dir.mkdir()
    other = os.open(data_dir, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)
    with pytest.raises(BlockingIOError, match=r"a different download is at work here; wait for its end: '.*data'"):
        make_corpus(data_dir, str(archive), n_reviews=SMALL)
    os.close(other)
    make_corpus(data_dir, str(archive), n_reviews=SMALL)


def test_data_folder_that_cannot_be_locked_is_filled_nonetheless(data_dir, archive, monkeypatch):
    monkeypatch.setattr(fcntl, "LOCK_EX", 16)  # which flock refuses, as it does on some network file systems
    make_corpus(data_dir, str(archive), n_reviews=SMALL)
    assert missing_folders(data_dir / "aclImdb", SMALL) == []


def test_real_archive_holds_the_corpus(aclimdb_dir):
    assert missing_folders(aclimdb_dir) == []
    assert review_names(aclimdb_dir / "test/pos")[:3] == ["0_10.txt", "10000_7.txt", "10001_9.txt"]
    assert not (aclimdb_dir / "train/unsup").exists()
