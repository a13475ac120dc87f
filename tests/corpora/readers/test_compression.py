"""Compressed files are read as what they hold, and damaged ones are never taken for shorter ones."""

import bz2
import gzip
import lzma
import sys
from functools import partial
from types import ModuleType

import pytest

from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.corpora.readers.compression import ZSTD, import_zstd
from movieclassifier.corpora.readers.formats import READERS
from tests.support.tracing import peak_below

zstd = import_zstd("this test")
COMPRESS = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": partial(zstd.compress, options={zstd.CompressionParameter.checksum_flag: 1}),
}
CONTENT = ("text,label\n" + "".join(f"a text {i * 7919},{i % 2}\n" for i in range(20_000))).encode()


@pytest.mark.parametrize("name", COMPRESS)
def test_compressed_file_is_read_under_any_name(tmp_path, name):
    (tmp_path / "x").write_bytes(COMPRESS[name](CONTENT))
    (tmp_path / "x.csv").write_bytes(CONTENT)
    assert list(READERS["csv"](tmp_path / "x")) == list(READERS["csv"](tmp_path / "x.csv"))


@pytest.mark.parametrize("name", COMPRESS)
def test_several_compressed_pieces_are_one_file(tmp_path, name):
    compress = COMPRESS[name]
    (tmp_path / "x").write_bytes(compress(b"text,label\na,") + compress(b"1\nb,0\n"))
    assert list(READERS["csv"](tmp_path / "x")) == [("a", "1"), ("b", "0")]


@pytest.mark.parametrize("name", COMPRESS)
def test_file_that_is_cut_off_is_not_read_as_a_shorter_file(tmp_path, name):
    (tmp_path / "x").write_bytes(COMPRESS[name](CONTENT)[:-3])
    with pytest.raises(ValueError, match=rf"x: the {name} data is damaged or cut off \(.+\); fetch the file again"):
        list(READERS["csv"](tmp_path / "x"))


@pytest.mark.parametrize("name", COMPRESS)
def test_damaged_data_is_an_error(tmp_path, name):
    content = bytearray(COMPRESS[name](CONTENT))
    content[-2] ^= 255  # in the checksum
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(ValueError, match=f"x: the {name} data is damaged or cut off"):
        list(READERS["csv"](tmp_path / "x"))


def test_missing_zstd_is_said(tmp_path, monkeypatch):
    (tmp_path / "x").write_bytes(COMPRESS["zstd"](CONTENT))
    monkeypatch.setitem(sys.modules, ZSTD, None)
    with pytest.raises(ValueError, match=r"x: reading zstd needs .+: .+\. Or decompress the file first: zstd -d"):
        list(READERS["csv"](tmp_path / "x"))


@pytest.mark.parametrize("name", COMPRESS)
@pytest.mark.parametrize("rest", [b"garbage" * 9, b"x", b"\xff" * 40_000], ids=["text", "one byte", "much"])
def test_anything_else_behind_the_data_is_damage(tmp_path, name, rest):
    (tmp_path / "x").write_bytes(COMPRESS[name](CONTENT) + rest)
    with pytest.raises(ValueError, match=f"x: the {name} data is damaged or cut off"):
        list(READERS["csv"](tmp_path / "x"))


@pytest.mark.parametrize("name", COMPRESS)
@pytest.mark.parametrize("at", [0.1, 0.4, 0.6, 0.9])
def test_damage_in_any_of_several_pieces_is_an_error(tmp_path, name, at):
    half = len(CONTENT) // 2
    content = bytearray(COMPRESS[name](CONTENT[:half]) + COMPRESS[name](CONTENT[half:]))
    for position in range(int(len(content) * at), int(len(content) * at) + 40):
        content[position] ^= 0x55
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(ValueError, match=f"x: the {name} data is damaged or cut off"):
        list(READERS["csv"](tmp_path / "x"))


@pytest.mark.parametrize("name", COMPRESS)
def test_cut_piece_between_whole_ones_is_an_error(tmp_path, name):
    half = len(CONTENT) // 2
    first, second = COMPRESS[name](CONTENT[:half]), COMPRESS[name](CONTENT[half:])
    for content in (first[:-9] + second, first + second[:5]):
        (tmp_path / "x").write_bytes(content)
        with pytest.raises(ValueError, match=f"x: the {name} data is damaged or cut off"):
            list(READERS["csv"](tmp_path / "x"))


@pytest.mark.parametrize("name", ["gzip", "xz"])
def test_padding_of_zeros_is_not_damage(tmp_path, name):
    content = COMPRESS[name](CONTENT[:1000]) + bytes(512) + COMPRESS[name](CONTENT[1000:]) + bytes(1024)
    (tmp_path / "x").write_bytes(content)
    assert len(list(READERS["csv"](tmp_path / "x"))) == 20_000


def test_frames_of_zstd_without_text_are_passed_over(tmp_path):
    skipped = b"\x50\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"abcde"
    (tmp_path / "x").write_bytes(skipped + COMPRESS["zstd"](CONTENT) + skipped)
    assert len(list(READERS["csv"](tmp_path / "x"))) == 20_000


def test_zstd_that_asks_for_much_memory_is_refused(tmp_path):
    frame = (0xFD2FB528).to_bytes(4, "little") + bytes([0, (31 - 10) << 3]) + bytes([3, 0, 0]) + b"text,label\na,1\n"
    (tmp_path / "x").write_bytes(frame)
    with pytest.raises(
        ValueError, match=r"x: this zstd data cannot be read here \(.*too much memory.*\); decompress it"
    ):
        list(READERS["csv"](tmp_path / "x"))


def test_zstd_that_needs_a_dictionary_is_no_damage(tmp_path):
    dictionary = zstd.ZstdDict(b"a text of the dictionary " * 20, is_raw=True)
    frame = bytearray(zstd.compress(b"text,label\na,1\n", zstd_dict=dictionary))
    frame[4:5] = bytes([frame[4] | 1]) + b"\x07"  # says that it has the dictionary 7
    (tmp_path / "x").write_bytes(frame)
    with pytest.raises(ValueError, match=r"x: this zstd data cannot be read here \(.*Dictionary mismatch"):
        list(READERS["csv"](tmp_path / "x"))


def test_a_zstd_that_was_removed_by_halves_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, ZSTD, ModuleType(ZSTD))
    with pytest.raises(ValueError, match=r"this test needs .+ has no attribute 'ZstdDecompressor'"):
        import_zstd("this test")


def test_zstd_of_gigabytes_is_read_in_little_memory(tmp_path):
    block = (1 << 1 | 2**17 << 3).to_bytes(3, "little") + b"a"  # 128 kB of one letter in four bytes
    (tmp_path / "x").write_bytes((0xFD2FB528).to_bytes(4, "little") + bytes([0, 7 << 3]) + 2**14 * block)
    with peak_below(80_000_000), pytest.raises(ValueError, match="without a line break"):
        list(READERS["csv"](tmp_path / "x"))


def test_xz_that_asks_for_much_memory_is_refused(tmp_path):
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 2**30}]
    (tmp_path / "x").write_bytes(lzma.compress(b"text,label\na,1\n", filters=filters))
    with pytest.raises(ValueError, match=r"x: the xz data is damaged or cut off \(Memory usage limit exceeded"):
        list(READERS["csv"](tmp_path / "x"))


@pytest.mark.parametrize("inner", COMPRESS)
@pytest.mark.parametrize("outer", COMPRESS)
def test_a_file_that_is_compressed_twice_is_refused(tmp_path, outer, inner):
    (tmp_path / "x").write_bytes(COMPRESS[outer](COMPRESS[inner](CONTENT)))
    with pytest.raises(ValueError, match=f"x: there is {inner} data inside the {outer} data; decompress"):
        open_corpus(tmp_path / "x")


OTHERS = {
    "Parquet": b"PAR1\x15\x04\x15",
    "old Excel": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "PDF": b"%PDF-1.7",
    "SQLite": b"SQLite format 3\0",
    "numpy": b"\x93NUMPY\x01\0",
    "7z": b"7z\xbc\xaf\x27\x1c",
    "lz4": b"\x04\x22\x4d\x18",
}


@pytest.mark.parametrize("start", OTHERS.values(), ids=OTHERS)
def test_known_kind_of_file_that_nobody_reads_is_named(tmp_path, start):
    for content in (start + bytes(100), gzip.compress(start + bytes(100))):
        (tmp_path / "x").write_bytes(content)
        with pytest.raises(ValueError, match=r"x: this is an? .+, which no reader reads; [^;]+\.$"):
            open_corpus(tmp_path / "x")
