# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""The compiled twin of ``soft_targets.py``, which is the definition: the same bits."""

from libc.math cimport exp
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


cdef int check_places(const int32_t[::1] places, Py_ssize_t n) except -1:
    cdef Py_ssize_t i
    for i in range(places.shape[0]):
        if not 0 <= places[i] < n:
            raise ValueError(f"places must be below {n}; got {places[i]}")
    return 0


cdef int check(const int32_t[::1] columns, const int64_t[::1] indptr, Py_ssize_t n_rows, Py_ssize_t n) except -1:
    cdef Py_ssize_t i
    if indptr.shape[0] != n_rows + 1 or indptr[0] != 0 or indptr[n_rows] != columns.shape[0]:
        raise ValueError(f"indptr must lead through {columns.shape[0]} columns in {n_rows} rows")
    for i in range(n_rows):
        if indptr[i] > indptr[i + 1]:
            raise ValueError("indptr must not decrease")
    return check_places(columns, n)


def count(const int32_t[::1] columns, const int64_t[::1] indptr, const float[:, ::1] amounts, float[:, ::1] counts):
    """Add the amount of each class in each row to the counts of its columns."""
    cdef Py_ssize_t row, place, k, n = columns.shape[0]
    check(columns, indptr, amounts.shape[0], counts.shape[0])
    if amounts.shape[1] != counts.shape[1]:
        raise ValueError("amounts and counts must be of the same classes")
    with nogil:
        for row in range(amounts.shape[0]):
            for place in range(indptr[row], indptr[row + 1]):
                if place + AHEAD < n:
                    FETCH(&counts[columns[place + AHEAD], 0])
                for k in range(counts.shape[1]):
                    counts[columns[place], k] += amounts[row, k]


def sgd(
    float[:, ::1] weights,
    const float[::1] squares,
    double[::1] intercept,
    const int32_t[::1] places,
    const int64_t[::1] indptr,
    const float[::1] values,
    const float[::1] targets,
    const float[::1] importance,
    const int32_t[::1] order,
    double rate,
    int64_t n_before,
    int64_t n_plain,
    int64_t n_steps,
):
    """Take a step for each row in the order given; see ``soft_targets.sgd_in_python``."""
    cdef Py_ssize_t i, row, at, place
    cdef double score, small, gap, step, share
    cdef int64_t t = n_before
    check(places, indptr, values.shape[0], weights.shape[0])
    if not values.shape[0] == targets.shape[0] == importance.shape[0]:
        raise ValueError("values, targets and importance must be of the same length")
    if weights.shape[1] != 2 or squares.shape[0] != weights.shape[0] or intercept.shape[0] != 2:
        raise ValueError("weights and intercept must hold the weight and its mean")
    check_places(order, values.shape[0])
    with nogil:
        for i in range(order.shape[0]):
            row = order[i]
            score = 0
            for at in range(indptr[row], indptr[row + 1]):
                if at + AHEAD < indptr[row + 1]:
                    FETCH(&weights[places[at + AHEAD], 0])
                score += weights[places[at], 0]
            score = score * values[row] + intercept[0]
            if score >= 0:
                gap = targets[row] - 1 / (1 + exp(-score))
            else:
                small = exp(score)
                gap = targets[row] - small / (1 + small)
            step = rate * importance[row] * gap
            share = 1 if t < n_plain else <double> (n_steps - t) / (n_steps - n_plain)
            intercept[0] += 0.1 * step
            intercept[1] += 0.1 * step * share
            step *= values[row]
            for at in range(indptr[row], indptr[row + 1]):
                place = places[at]
                weights[place, 0] += <float> (step * squares[place])
                weights[place, 1] += <float> (step * share * squares[place])
            t += 1
