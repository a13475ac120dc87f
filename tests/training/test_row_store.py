import numpy as np
import pytest

from movieclassifier.features.hashing import hash_texts
from movieclassifier.features.ngrams import NGrams
from movieclassifier.training.row_store import open_rows, write_rows

NGRAMS = NGrams(n_features=2**10)


def some_texts(n):
    return [f"word{i} word{i % 7} film" if i % 5 else "" for i in range(n)]


def stored(path, n=2500):
    texts = some_texts(n)
    return write_rows(path, [texts[start : start + 700] for start in range(0, n, 700)], NGRAMS)


def rows_of(block):
    return {int(row): block.columns[block.indptr[i] : block.indptr[i + 1]].tolist() for i, row in enumerate(block.rows)}


def test_rows_are_those_of_hashing(tmp_path):
    stored(tmp_path / "rows")
    hashed = hash_texts(some_texts(2500), NGRAMS)
    data, columns, indptr = hashed.data, hashed.columns, hashed.indptr
    rows = open_rows(tmp_path / "rows")
    found = {row: own for block in rows.blocks() for row, own in rows_of(block).items()}
    assert found == {i: columns[indptr[i] : indptr[i + 1]].tolist() for i in range(2500)}
    np.testing.assert_array_equal(np.repeat(rows.values(), np.diff(indptr)), data)


@pytest.mark.parametrize("n_rows", [2500, 1300, 1])
def test_windows_hold_every_row_once_in_an_order_of_the_seed(tmp_path, n_rows):
    rows = stored(tmp_path / "rows")
    visited = [window.rows[order].tolist() for window, order in rows.windows(3, n_rows)]
    flat = [row for rows_of_window in visited for row in rows_of_window]
    assert sorted(flat) == list(range(n_rows))
    assert [window.rows[order].tolist() for window, order in rows.windows(3, n_rows)] == visited
    if n_rows > 1:
        assert flat != sorted(flat)
        assert [window.rows[order].tolist() for window, order in rows.windows(4, n_rows)] != visited


def test_a_block_keeps_the_places_that_are_wanted(tmp_path):
    block = stored(tmp_path / "rows").read(2)
    kept = block.columns % 2 == 0
    expected = {row: [column for column in own if column % 2 == 0] for row, own in rows_of(block).items()}
    assert rows_of(block.keep(kept, block.columns[kept])) == expected
    taken = block.take(np.array([7, 0, 499]))
    assert rows_of(taken) == {int(row): rows_of(block)[int(row)] for row in block.rows[[7, 0, 499]]}


@pytest.mark.parametrize("settings", [{"binary": False}, {"norm": None}])
def test_rows_that_would_need_values_are_refused(tmp_path, settings):
    with pytest.raises(ValueError, match="binary = true and norm = 'l2'"):
        write_rows(tmp_path / "rows", [["a film"]], NGrams(**settings))


@pytest.mark.parametrize(
    "content",
    [b"", b"\x93NUMPY\x01\x00\x0a\x00{'descr': (\n", np.array([0, 5]), np.array([0, 9, 5]), np.zeros(3)],
    ids=["empty", "malformed header", "too short", "descending", "floats"],
)
def test_rows_that_do_not_fit_their_columns_are_refused(tmp_path, content):
    stored(tmp_path / "rows")
    path = tmp_path / "rows.indptr.npy"
    path.write_bytes(content) if isinstance(content, bytes) else np.save(path, content)
    with pytest.raises(ValueError, match=r"rows\.indptr\.npy is damaged .* start without resume=True"):
        open_rows(tmp_path / "rows")
