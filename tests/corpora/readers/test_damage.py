"""Faults of the disk are told from damaged data."""

from pathlib import Path

import pytest

from movieclassifier.corpora.readers.compression import decompress
from movieclassifier.corpora.readers.damage import DamagedFile, archive_faults


@pytest.mark.parametrize("error", [EOFError("it ends"), ValueError("a header"), RecursionError("too deep")])
def test_every_error_of_a_library_is_one_message_with_the_name(error):
    message = r"^x: the archive is damaged or cut off \(.+\); fetch it again\.$"
    with pytest.raises(DamagedFile, match=message), archive_faults(Path("x")):
        raise error


def test_failing_disk_is_not_called_damaged_data(tmp_path):
    # /proc/self/mem cannot be read at 0: a real read error, behind readers that think of an archive and of gzip.
    with (
        open("/proc/self/mem", "rb") as file,
        pytest.raises(OSError, match="Input/output error"),
        archive_faults(Path("x")),
    ):
        file.read(1)

    with open("/proc/self/mem", "rb") as file, pytest.raises(OSError, match="Input/output error"):
        decompress(file, Path("x"), "gzip").read(1)
