# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""The compiled twin of the numbering in ``caches.py``, which is the definition: the same columns and counts."""

from libc.stdint cimport int32_t, int64_t

cdef extern from *:
    """
    #if defined(__GNUC__) || defined(__clang__)
    #define FETCH(address) __builtin_prefetch(address)
    #else
    #define FETCH(address) ((void) (address))
    #endif
    """
    void FETCH(const void* address) noexcept nogil

cdef enum:
    AHEAD = 24
    DEAD = -1

ctypedef fused real:
    float
    double


def keep_live(
    const int32_t[::1] columns, const int32_t[::1] indptr, const real[::1] data, int32_t[::1] table,
    int32_t[::1] found, int64_t[::1] frequency, Py_ssize_t n_found,
    int32_t[::1] numbers, int32_t[::1] ends, real[::1] values,
):
    """Write the numbers and values of the live columns of a minibatch, and the end of each row.

    In `table` a column is -1 if it is not live, -2 if it has no number yet, and else its number. `found` gets the
    column of each number, `frequency` how often it has occurred. Returns how many columns have a number.
    """
    cdef Py_ssize_t row, i, n = 0, size = columns.shape[0], n_rows = indptr.shape[0] - 1
    cdef int32_t column, number
    if ends.shape[0] != n_rows + 1 or numbers.shape[0] < size or values.shape[0] < size or data.shape[0] != size:
        raise ValueError("the arrays do not fit each other")
    if n_rows < 0 or indptr[0] != 0 or indptr[n_rows] != size or frequency.shape[0] != found.shape[0]:
        raise ValueError(f"indptr must lead through {size} columns")
    for row in range(n_rows):
        if indptr[row] > indptr[row + 1]:
            raise ValueError("indptr must not decrease")
    for i in range(size):
        if not 0 <= columns[i] < table.shape[0]:
            raise ValueError(f"columns must be below {table.shape[0]}; got {columns[i]}")
    ends[0] = 0
    with nogil:
        for row in range(n_rows):
            for i in range(indptr[row], indptr[row + 1]):
                if i + AHEAD < size:
                    FETCH(&table[columns[i + AHEAD]])
                column = columns[i]
                number = table[column]
                if number == DEAD:
                    continue
                if number < 0:
                    if n_found >= found.shape[0]:
                        break
                    number = <int32_t> n_found
                    table[column] = number
                    found[n_found] = column
                    n_found += 1
                frequency[number] += 1
                numbers[n] = number
                values[n] = data[i]
                n += 1
            ends[row + 1] = <int32_t> n
    return n_found
