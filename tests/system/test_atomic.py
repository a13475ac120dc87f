"""replace_file: the old bytes or the new ones, never a half."""

import errno
import os
import resource
import stat
import subprocess
import sys

import pytest

from movieclassifier.system.atomic import folder_to_fill, name_full_disk, replace_file


def test_new_file_holds_the_bytes_and_leaves_no_temporary(tmp_path):
    path = tmp_path / "new"
    with replace_file(path) as file:
        file.write(b"bytes")
        assert not path.exists()
    assert path.read_bytes() == b"bytes"
    assert os.listdir(tmp_path) == ["new"]


def test_text_is_utf8_with_line_breaks_as_given(tmp_path):
    with replace_file(tmp_path / "text", "w") as file:
        file.write("é\r\nb\n")
    assert (tmp_path / "text").read_bytes() == b"\xc3\xa9\r\nb\n"


@pytest.mark.parametrize("error", [ValueError("bad row"), KeyboardInterrupt(), OSError("no errno")])
def test_exception_keeps_the_old_file_and_removes_the_temporary(tmp_path, error):
    path = tmp_path / "kept"
    path.write_bytes(b"old")
    with pytest.raises(type(error)), replace_file(path) as file:  # noqa: PT012
        file.write(b"half")
        raise error
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["kept"]


def test_permissions_of_the_old_file_are_kept(tmp_path):
    path = tmp_path / "secret"
    path.write_bytes(b"old")
    path.chmod(0o640)
    with replace_file(path) as file:
        file.write(b"new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_permissions_of_a_new_file_follow_the_umask(tmp_path):
    old = os.umask(0o027)
    try:
        with replace_file(tmp_path / "new"):
            pass
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640


def test_symbolic_link_stays_a_link(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "file")
    with replace_file(tmp_path / "link") as file:
        file.write(b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_bytes() == b"new"


def test_longest_possible_name_is_written(tmp_path):
    name = "é" * 127
    with replace_file(tmp_path / name):
        pass
    assert os.listdir(tmp_path) == [name]


def test_missing_folder_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"folder of this file does not exist, create it first: .*no/x'"):
        replace_file(tmp_path / "no" / "x").__enter__()


@pytest.mark.parametrize("make", [lambda path: path.mkdir(), lambda path: os.mkfifo(path)])
def test_folder_and_fifo_are_refused_and_stay(tmp_path, make):
    make(tmp_path / "thing")
    with pytest.raises(OSError, match="this is not a regular file"):
        replace_file(tmp_path / "thing").__enter__()
    assert os.listdir(tmp_path) == ["thing"]


def test_unknown_mode_is_refused(tmp_path):
    with pytest.raises(ValueError, match="mode must be 'wb' or 'w', got 'a'"):
        replace_file(tmp_path / "x", "a").__enter__()


def test_folder_that_cannot_be_written_names_the_file_and_not_the_temporary():
    with pytest.raises(OSError, match=r": '/proc/x'$"):
        replace_file("/proc/x").__enter__()


def test_no_room_names_the_file_and_keeps_the_old_one(tmp_path):
    path = tmp_path / "big"
    path.write_bytes(b"old")
    # A limit on the size of files is a real failed write, and needs no root; in a child, for it cannot be undone.
    code = """
import sys
from movieclassifier.system.atomic import name_full_disk, replace_file
try:
    with replace_file(sys.argv[1]) as file:
        file.write(b"x" * 200_000)
except OSError as error:
    print(error.errno, error.filename)
"""
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))  # noqa: E731
    done = subprocess.run(
        [sys.executable, "-c", code, path], preexec_fn=limit, capture_output=True, text=True, check=True
    )
    assert done.stdout == f"{errno.EFBIG} {path}\n"
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["big"]


def test_full_device_is_named():
    with (
        pytest.raises(OSError, match=r"\[Errno 28\] No space left on device: 'movie_data.csv'"),
        name_full_disk("movie_data.csv"),
        open("/dev/full", "wb", buffering=0) as file,
    ):
        file.write(b"x")


@pytest.mark.parametrize("was_there", [False, True])
@pytest.mark.parametrize("is_filled", [False, True])
def test_folder_that_stays_empty_goes_again_unless_it_was_there(tmp_path, was_there, is_filled):
    folder = tmp_path / "report"
    if was_there:
        folder.mkdir()
    with folder_to_fill(folder):
        if is_filled:
            (folder / "page").touch()
    assert folder.exists() == (was_there or is_filled)
