import pytest

from movieclassifier.corpora.named_once import check_named_once


def test_two_names_of_a_file_are_one_file(tmp_path):
    (tmp_path / "a.csv").touch()
    (tmp_path / "b.csv").symlink_to("a.csv")
    with pytest.raises(ValueError, match=r"b\.csv: this is named twice"):
        check_named_once([tmp_path / "a.csv", tmp_path / "b.csv"])


def test_files_and_addresses_are_told_apart(tmp_path):
    (tmp_path / "a.csv").write_text("same")
    (tmp_path / "b.csv").write_text("same")
    check_named_once([tmp_path / "a.csv", tmp_path / "b.csv", "-", "s3://a/b.csv", "s3://b/b.csv"])
