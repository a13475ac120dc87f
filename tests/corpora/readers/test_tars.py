"""A tar is read as a stream, in memory that does not depend on what is in it."""

import gzip
import io
import tarfile

import pytest

from movieclassifier.corpora.readers.tars import Meter, iter_members
from tests.support.archives import member, tar_bytes
from tests.support.tracing import peak_below


def test_reader_of_tar_gets_no_more_than_it_may():
    meter = Meter(gzip.GzipFile(fileobj=io.BytesIO(gzip.compress(b"x" * 2_000_000))))
    assert len(meter.read(1_000_000)) == 1_000_000
    with pytest.raises(tarfile.ReadError, match="more than 1,000,000 bytes that belong to no member"):
        meter.read(1)


def test_members_are_extracted_one_after_the_other():
    file = io.BytesIO(tar_bytes([member("a", b"1"), member("b", b"22")]))
    assert [(info.name, archive.extractfile(info).read()) for archive, info in iter_members(file)] == [
        ("a", b"1"),
        ("b", b"22"),
    ]


def test_memory_does_not_grow_with_members_and_global_headers():
    headers = [
        tarfile.TarInfo.create_pax_global_header({f"key{i}": "x" * 50_000})
        + member(f"a/{i}")[0].tobuf()
        + b"x".ljust(512)
        for i in range(200)
    ]
    file = io.BytesIO(b"".join(headers) + bytes(1024))
    del headers
    with peak_below(1_000_000):
        assert sum(1 for _ in iter_members(file)) == 200
