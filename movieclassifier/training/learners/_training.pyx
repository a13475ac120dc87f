# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""The compiled twin of the trainer: it computes a minibatch, bit for bit as numpy, scipy and scikit-learn do.

Nearly all of the time goes into fetching counts and weights from all over memory. They are asked for some entries
ahead, which makes each loop three times as fast.
"""

cimport cython
from libc.math cimport NAN, exp, isfinite
from libc.stdint cimport int32_t, uint8_t, uint32_t

cdef extern from *:
    """
    #if defined(__GNUC__) || defined(__clang__)
    #define PREFETCH(address) __builtin_prefetch(address)
    #else
    #define PREFETCH(address) ((void) (address))
    #endif
    """
    void PREFETCH(const void* address) noexcept nogil

cdef enum:
    AHEAD = 32  # entries


cdef int check_columns(const int32_t[::1] columns, Py_ssize_t n) except -1:
    """Refuse columns that would reach outside of an array."""
    cdef Py_ssize_t i
    cdef bint outside = False
    for i in range(columns.shape[0]):
        outside |= columns[i] < 0 or columns[i] >= n
    if outside:
        raise ValueError(f"columns must be below {n}")
    return 0


cdef int check_rows(const int32_t[::1] indptr, Py_ssize_t n_rows, Py_ssize_t n_values) except -1:
    cdef Py_ssize_t i
    cdef bint decreases = False
    if indptr.shape[0] != n_rows + 1:
        raise ValueError(f"there must be {n_rows} rows")
    for i in range(n_rows):
        decreases |= indptr[i] > indptr[i + 1]
    if decreases or indptr[0] < 0 or indptr[n_rows] > n_values:
        raise ValueError(f"indptr must go from 0 to {n_values} without decreasing")
    return 0


# ---------------------------------------------------------------- the log-count ratio


def count(const int32_t[::1] columns, const int32_t[::1] indptr, const Py_ssize_t[::1] y, int32_t[:, ::1] counts):
    """Add a minibatch to the document counts per column and class."""
    cdef Py_ssize_t row, place, n = columns.shape[0]
    check_columns(columns, counts.shape[0])
    check_rows(indptr, y.shape[0], n)
    for row in range(y.shape[0]):
        if y[row] < 0 or y[row] >= counts.shape[1]:
            raise ValueError(f"y must be below {counts.shape[1]}; got {y[row]}")
    with nogil:
        for row in range(y.shape[0]):
            for place in range(indptr[row], indptr[row + 1]):
                if place + AHEAD < n:
                    PREFETCH(&counts[columns[place + AHEAD], 0])
                counts[columns[place], y[row]] += 1


cdef inline double log_count(int32_t count, const double[::1] table, double log_2) noexcept nogil:
    cdef int halvings = 0
    while count >= table.shape[0]:
        count >>= 1
        halvings += 1
    return table[count] + halvings * log_2


def scale(
    const cython.floating[::1] data,
    const int32_t[::1] columns,
    const int32_t[:, ::1] counts,
    const double[::1] table,
    double log_2,
    Py_ssize_t position,
    double constant,
    int min_df,
    cython.floating[::1] scaled,
):
    """Multiply each value by the log-count ratio of its column; see ``LogCountRatio.ratio`` for the definition."""
    cdef Py_ssize_t place, other, n = data.shape[0], n_classes = counts.shape[1]
    cdef int32_t n_class, n_documents
    cdef double ratio
    if not n == columns.shape[0] == scaled.shape[0]:
        raise ValueError("data, columns and scaled must have the same length")
    if not 0 <= position < n_classes:
        raise ValueError("position must be that of a class")
    check_columns(columns, counts.shape[0])
    with nogil:
        for place in range(n):
            if place + AHEAD < n:
                PREFETCH(&counts[columns[place + AHEAD], 0])
            n_documents = 0
            for other in range(n_classes):
                n_documents += counts[columns[place], other]
            n_class = counts[columns[place], position]
            # Looked up whether it is needed or not: the processor would guess wrong which.
            ratio = log_count(n_class, table, log_2) - log_count(n_documents - n_class, table, log_2) - constant
            scaled[place] = data[place] * <cython.floating> (ratio if n_documents >= min_df else 0)


# ---------------------------------------------------------------- decision values


def decide(
    const cython.floating[::1] data,
    const int32_t[::1] columns,
    const int32_t[::1] indptr,
    const cython.floating[::1] weights,
    cython.floating[::1] values,
):
    """Multiply a CSR matrix by a vector, as scipy does."""
    cdef Py_ssize_t row, place, n = data.shape[0]
    cdef cython.floating value
    if n != columns.shape[0]:
        raise ValueError("data and columns must have the same length")
    check_columns(columns, weights.shape[0])
    check_rows(indptr, values.shape[0], n)
    with nogil:
        for row in range(values.shape[0]):
            value = 0
            for place in range(indptr[row], indptr[row + 1]):
                if place + AHEAD < n:
                    PREFETCH(&weights[columns[place + AHEAD]])
                value += data[place] * weights[columns[place]]
            values[row] = value


# ---------------------------------------------------------------- stochastic gradient descent
# The plain case of scikit-learn's ``_plain_sgd``: log loss, L2 penalty, learning rate "optimal", no averaging. Weights
# are kept divided by a common scale, so that the penalty costs one multiplication for each document; types and the
# order of operations are scikit-learn's, for the sake of the last bit.


def shuffle(int32_t[::1] order, uint32_t seed):
    """Shuffle rows as scikit-learn's ``SequentialDataset`` does (Fisher-Yates, xorshift)."""
    cdef uint32_t i, j, n = order.shape[0]
    seed = seed or 1
    for i in range(n - 1 if n else 0):
        seed ^= seed << 13
        seed ^= seed >> 17
        seed ^= seed << 5
        j = i + seed % <uint32_t> 0x80000000 % (n - i)
        order[i], order[j] = order[j], order[i]


cdef inline double log_loss_gradient(double y, double p) noexcept nogil:
    cdef double e
    if p > -37:
        e = exp(-p)
        return ((1 - y) - y * e) / (1 + e)
    return exp(p) - y


cdef bint rescale(cython.floating[::1] weights, cython.floating factor) noexcept nogil:
    """Multiply all weights. Returns whether they are finite."""
    cdef Py_ssize_t column
    cdef bint finite = True
    for column in range(weights.shape[0]):
        weights[column] *= factor
        finite &= isfinite(weights[column])
    return finite


def sgd(
    cython.floating[::1] weights,
    double intercept,
    const cython.floating[::1] data,
    const int32_t[::1] columns,
    const int32_t[::1] indptr,
    const uint8_t[::1] y,
    const int32_t[::1] order,
    double alpha,
    double first_t,
    double t,
):
    """Take a step for each row, in the order given; y is 0 or 1. Returns the intercept, which is finite if all is."""
    cdef Py_ssize_t i, row, place, n = data.shape[0]
    cdef double p, eta, update, wscale = 1
    cdef double least_wscale = 1e-6 if sizeof(cython.floating) == 4 else 1e-9
    cdef cython.floating step
    if n != columns.shape[0]:
        raise ValueError("data and columns must have the same length")
    check_columns(columns, weights.shape[0])
    check_columns(order, y.shape[0])
    check_rows(indptr, y.shape[0], n)
    with nogil:
        for i in range(order.shape[0]):
            row = order[i]
            p = 0
            for place in range(indptr[row], indptr[row + 1]):
                if place + AHEAD < indptr[row + 1]:
                    PREFETCH(&weights[columns[place + AHEAD]])
                p += weights[columns[place]] * data[place]
            p = <cython.floating> (p * wscale) + intercept
            eta = 1 / (alpha * (first_t + t - 1))
            update = -eta * log_loss_gradient(y[row], p)
            wscale *= <cython.floating> max(0, 1 - eta * alpha)
            if wscale < least_wscale:
                rescale(weights, <cython.floating> wscale)
                wscale = 1
            if update != 0:
                step = <cython.floating> update / <cython.floating> wscale
                for place in range(indptr[row], indptr[row + 1]):
                    weights[columns[place]] += <double> data[place] * step
                intercept += update * 0.01  # sparse data: the intercept moves more slowly
            t += 1
        if not rescale(weights, <cython.floating> wscale):
            intercept = NAN
    return intercept
