# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""The compiled twin of ``numbering.py``, which is the definition: the same numbers, counts and bits.

Nearly all of the time goes into fetching from all over memory, and what is fetched is asked for some entries ahead.
"""

from libc.math cimport fabs
from libc.stdint cimport int8_t, int32_t, int64_t, uint16_t, uint32_t

cdef extern from *:
    """
    #if defined(__GNUC__) || defined(__clang__)
    #define FETCH(address) __builtin_prefetch(address)
    #define FETCH_TO_WRITE(address) __builtin_prefetch(address, 1)
    #else
    #define FETCH(address) ((void) (address))
    #define FETCH_TO_WRITE(address) ((void) (address))
    #endif

    /* The instruction rounds as rint() does, which would be a call. */
    #if defined(__x86_64__) || defined(_M_X64)
    #include <emmintrin.h>
    #define WHOLE(value) _mm_cvtsd_si64(_mm_set_sd(value))
    #else
    #include <math.h>
    #define WHOLE(value) ((int64_t) rint(value))
    #endif
    """
    void FETCH(const void* address) noexcept nogil
    void FETCH_TO_WRITE(const void* address) noexcept nogil
    int64_t WHOLE(double value) noexcept nogil

cdef enum:
    AHEAD = 192  # entries: fetching takes as long as some hundred of them

cdef double LARGEST = 2.0 ** 62

ctypedef fused real:
    float
    double

ctypedef fused number:
    int32_t
    int64_t

ctypedef fused small_number:
    int8_t
    int32_t

ctypedef fused frequency_number:
    uint16_t
    int32_t

ctypedef fused total:
    int32_t
    int64_t


cdef int check_indices(const int32_t[::1] indices, Py_ssize_t least, Py_ssize_t n) except -1:
    """Refuse indices that would reach outside of an array."""
    cdef Py_ssize_t i
    # A compiler makes vector instructions of sign bits, and none of comparisons.
    cdef uint32_t signs = 0, index, last = <uint32_t> min(n - 1 - least, <Py_ssize_t> 0x7FFFFFFF)
    for i in range(indices.shape[0]):
        index = <uint32_t> indices[i] - <uint32_t> least
        signs |= index | (last - index)
    if signs >> 31:
        raise ValueError(f"columns must be below {n}")
    return 0


cdef int check_rows(const int32_t[::1] indptr, Py_ssize_t n_rows, Py_ssize_t n_values) except -1:
    """Refuse rows that would reach outside of an array."""
    cdef Py_ssize_t i
    cdef bint decreases = False
    if indptr.shape[0] != n_rows + 1 or indptr[0] != 0 or indptr[n_rows] != n_values:
        raise ValueError(f"indptr must lead through {n_values} columns in {n_rows} rows")
    for i in range(n_rows):
        decreases |= indptr[i] > indptr[i + 1]
    if decreases:
        raise ValueError("indptr must not decrease")
    return 0


def number_columns(
    const int32_t[::1] columns, const int32_t[::1] indptr, const Py_ssize_t[::1] y, int32_t[::1] table,
    int32_t[::1] found, int32_t[:, ::1] counts, Py_ssize_t n_found, int32_t[::1] numbers,
):
    """Write the number of each column of a minibatch, and count its documents; returns how many have a number.

    In `table` a column that has no number yet is -1. `found` gets the column of each number, and has room for one more.
    """
    cdef Py_ssize_t row, i, n = columns.shape[0]
    cdef int32_t column, own_number
    cdef bint is_new
    check_indices(columns, 0, table.shape[0])
    check_rows(indptr, y.shape[0], n)
    for row in range(y.shape[0]):
        if y[row] < 0 or y[row] >= counts.shape[1]:
            raise ValueError(f"y must be below {counts.shape[1]}; got {y[row]}")
    if numbers.shape[0] != n or found.shape[0] <= table.shape[0] or counts.shape[0] < table.shape[0]:
        raise ValueError("there is no room for the numbers of all columns")
    with nogil:
        for row in range(y.shape[0]):
            for i in range(indptr[row], indptr[row + 1]):
                if i + AHEAD < n:
                    FETCH_TO_WRITE(&table[columns[i + AHEAD]])
                column = columns[i]
                # Written whether it is new or not: the processor would guess wrong which.
                is_new = table[column] < 0
                own_number = <int32_t> n_found if is_new else table[column]
                table[column] = own_number
                found[n_found] = column
                n_found += is_new
                numbers[i] = own_number
                FETCH_TO_WRITE(&counts[own_number, y[row]])
            # In a loop of its own, which waits for no number: it takes a third of the time.
            for i in range(indptr[row], indptr[row + 1]):
                counts[numbers[i], y[row]] += 1
    return n_found


def add_counts(const int32_t[::1] columns, const int32_t[:, ::1] counts, int32_t[:, ::1] sums):
    """Add the counts of some columns, each of which is there once."""
    cdef Py_ssize_t i, position, n = columns.shape[0]
    check_indices(columns, 0, sums.shape[0])
    if counts.shape[0] < n or counts.shape[1] != sums.shape[1]:
        raise ValueError("there must be counts of each column and class")
    with nogil:
        for i in range(n):
            if i + AHEAD < n:
                FETCH_TO_WRITE(&sums[columns[i + AHEAD], 0])
            for position in range(sums.shape[1]):
                sums[columns[i], position] += counts[i, position]


def add_small(const int32_t[::1] columns, const small_number[:, ::1] numbers, total[:, ::1] sums):
    """Add integers of a small type to the sums of some columns, each of which is there once."""
    cdef Py_ssize_t i, position, n = columns.shape[0]
    check_indices(columns, 0, sums.shape[0])
    if numbers.shape[0] != n or numbers.shape[1] != sums.shape[1]:
        raise ValueError("there must be numbers for each column")
    with nogil:
        for i in range(n):
            if i + AHEAD < n:
                FETCH_TO_WRITE(&sums[columns[i + AHEAD], 0])
            for position in range(sums.shape[1]):
                sums[columns[i], position] += numbers[i, position]


def pair(const real[::1] ratio, const real[::1] weights, const int32_t[::1] slots, real[:, ::1] pairs):
    """Put ratio and weight of each live column side by side, in its slot."""
    cdef Py_ssize_t i, n = slots.shape[0]
    check_indices(slots, 0, pairs.shape[0])
    if ratio.shape[0] != n or weights.shape[0] != n or pairs.shape[1] != 2:
        raise ValueError("the arrays do not fit each other")
    with nogil:
        for i in range(n):
            pairs[slots[i], 0] = ratio[i]
            pairs[slots[i], 1] = weights[i]


def take_both(
    const real[:] ratio, const real[:] weights, const int32_t[::1] slots, real[::1] taken, real[::1] taken_weights,
):
    """Take ratio and weight at some slots; a slot of -1 gets 0."""
    cdef Py_ssize_t i, n = slots.shape[0]
    check_indices(slots, -1, ratio.shape[0])
    if weights.shape[0] != ratio.shape[0] or taken.shape[0] != n or taken_weights.shape[0] != n:
        raise ValueError("the arrays do not fit each other")
    with nogil:
        for i in range(n):
            if i + AHEAD < n and slots[i + AHEAD] >= 0:
                FETCH(&ratio[slots[i + AHEAD]])
                FETCH(&weights[slots[i + AHEAD]])
            taken[i] = ratio[slots[i]] if slots[i] >= 0 else 0
            taken_weights[i] = weights[slots[i]] if slots[i] >= 0 else 0


def take(const number[::1] values, const int32_t[::1] indices, number missing, number[::1] taken):
    """Take the values at some indices; an index of -1 gets the missing value."""
    cdef Py_ssize_t i, n = indices.shape[0]
    check_indices(indices, -1, values.shape[0])
    if taken.shape[0] != n:
        raise ValueError("there must be room for each index")
    with nogil:
        for i in range(n):
            if i + AHEAD < n:
                FETCH(&values[0] + indices[i + AHEAD])
            taken[i] = values[indices[i]] if indices[i] >= 0 else missing


def take_small(const int64_t[::1] values, const int32_t[::1] columns, int32_t[::1] taken):
    """Take the values at some columns; returns how many are not 0, and whether all have room in the small type."""
    cdef Py_ssize_t i, n = columns.shape[0], n_set = 0
    cdef int64_t value
    cdef bint fits = True
    check_indices(columns, 0, values.shape[0])
    if taken.shape[0] != n:
        raise ValueError("there must be room for each column")
    with nogil:
        for i in range(n):
            if i + AHEAD < n:
                FETCH(&values[columns[i + AHEAD]])
            value = values[columns[i]]
            taken[i] = <int32_t> value
            n_set += value != 0
            fits &= taken[i] == value
    return n_set, fits


def scale_and_decide(
    const real[::1] values, bint even, const int32_t[::1] columns, const int32_t[::1] indptr, const real[::1] ratio,
    const real[::1] weights, real[::1] scaled, int32_t[::1] kept, int32_t[::1] ends, real[::1] decided,
):
    """Scale a minibatch, and multiply it by the weights as scipy does; returns how many entries are kept.

    There is a value for each row if they are even, and else for each entry. All entries are kept if `kept` is empty.
    """
    cdef Py_ssize_t row, i, n_kept = 0, n = columns.shape[0], n_rows = indptr.shape[0] - 1
    cdef bint all_kept = kept.shape[0] == 0
    cdef real factor, product, value = 0, total
    check_indices(columns, 0, ratio.shape[0])
    check_rows(indptr, n_rows, n)
    if values.shape[0] != (n_rows if even else n) or scaled.shape[0] < n or not (all_kept or kept.shape[0] >= n):
        raise ValueError("the arrays do not fit each other")
    if ends.shape[0] != n_rows + 1 or decided.shape[0] != n_rows or weights.shape[0] != ratio.shape[0]:
        raise ValueError("the arrays do not fit each other")
    ends[0] = 0
    with nogil:
        for row in range(n_rows):
            total = 0
            if even:
                value = values[row]
            for i in range(indptr[row], indptr[row + 1]):
                if i + AHEAD < n:
                    FETCH(&ratio[columns[i + AHEAD]])
                    FETCH(&weights[columns[i + AHEAD]])
                factor = ratio[columns[i]]
                if not even:
                    value = values[i]
                # Written whether it is kept or not: the processor would guess wrong which.
                product = value * factor
                # What is left out would add 0.
                total += product * weights[columns[i]]
                if all_kept:
                    scaled[i] = product
                else:
                    scaled[n_kept] = product
                    kept[n_kept] = columns[i]
                    n_kept += factor != 0
            ends[row + 1] = indptr[row + 1] if all_kept else <int32_t> n_kept
            decided[row] = total
    return n if all_kept else n_kept


def add_weights(
    const int32_t[::1] slots, const frequency_number[::1] frequency, const real[::1] coef, double scale,
    int64_t[::1] sums,
):
    """Add weights times frequencies, in whole units; a slot of -1 is left out. Returns whether all are finite."""
    cdef Py_ssize_t i, n = slots.shape[0]
    cdef double value
    cdef bint finite = True
    check_indices(slots, -1, sums.shape[0])
    if frequency.shape[0] != n or coef.shape[0] != n:
        raise ValueError("the arrays do not fit each other")
    with nogil:
        for i in range(n):
            if i + AHEAD < n and slots[i + AHEAD] >= 0:
                FETCH_TO_WRITE(&sums[slots[i + AHEAD]])
            if slots[i] < 0:
                continue
            value = <double> frequency[i] * <double> coef[i] * scale
            if not fabs(value) < LARGEST:
                finite = False
                break
            sums[slots[i]] += WHOLE(value)
    return finite
