"""Folders, zips and tars show the same files under the same names."""

import pytest

from movieclassifier.corpora.readers.members import container, existing, last_names, open_members
from tests.support.corpora import names_and_contents, write_folder, write_tar, write_zip


@pytest.mark.parametrize("write", [write_folder, write_zip, write_tar])
def test_names_folders_and_contents_agree(tmp_path, write):
    members = open_members(write(tmp_path))
    prefix = "" if write is write_folder else "news/"
    expected = {name.removeprefix("news/"): content for name, content in names_and_contents()}
    assert members.folders() == [f"{prefix}sport", f"{prefix}tech"]
    assert sorted(members.names()) == sorted(prefix + name for name in expected)
    found = {name.removeprefix(prefix): content for name, content in members.files(lambda folder: True)}
    assert found == expected
    assert [name for name, _ in members.files(f"{prefix}tech".__eq__)] == [f"{prefix}tech/{i:03}.txt" for i in (0, 1)]


def test_different_files_are_not_containers(tmp_path):
    (tmp_path / "x").write_text("text,label\n")
    assert (container(tmp_path / "x"), open_members(tmp_path / "x"), container(tmp_path)) == (None, None, "folder")


def test_names_around_a_folder_are_told(tmp_path):
    assert last_names(tmp_path / "train", "pos") == ("train", "pos")
    assert last_names(tmp_path / "train", ".") == (tmp_path.name, "train")


def test_path_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere: there is no such folder or file\."):
        existing(tmp_path / "nowhere")
