"""Versions of installed packages come from the names of their folders, and else from importlib.metadata."""

from importlib.metadata import PackageNotFoundError, version

import pytest

from movieclassifier.system.packages import check_installed, installed_version


@pytest.fixture(autouse=True)
def no_memory():
    installed_version.cache_clear()
    yield
    installed_version.cache_clear()


@pytest.mark.parametrize("package", ["numpy", "scipy", "scikit-learn"])
def test_versions_are_those_of_the_metadata(package):
    assert installed_version(package) == version(package)


def test_first_folder_of_the_path_counts(tmp_path, monkeypatch):
    (tmp_path / "scikit_learn-0.1.dist-info").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    assert installed_version("scikit-learn") == "0.1"


def test_two_folders_are_left_to_the_metadata(tmp_path, monkeypatch):
    for number in ("0.1", "0.2"):
        folder = tmp_path / f"twice-{number}.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: twice\nVersion: {number}\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert installed_version("twice") in {"0.1", "0.2"}


def test_unknown_package_is_an_error():
    with pytest.raises(PackageNotFoundError):
        installed_version("no-such-package")


def test_missing_packages_are_named_with_the_command_that_installs_them():
    check_installed("report", "json", "csv")
    with pytest.raises(
        ValueError, match=r"no_such_a and no_such_b must be installed: pip install 'movieclassifier\[x\]'"
    ):
        check_installed("x", "json", "no_such_a", "no_such_b")
