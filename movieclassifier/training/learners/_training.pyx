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

    /* Sums to which multiples are added, each with one rounding, as BLAS libraries do on processors that have an
       instruction for it. A compiler makes vector instructions of these loops. */
    #if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
    #define ADD_MULTIPLES(name, real, fused) \
        __attribute__((target("avx2,fma"))) \
        static void name(real* sums, const real* values, real factor, Py_ssize_t n) { \
            for (Py_ssize_t i = 0; i < n; i++) \
                sums[i] = fused(factor, values[i], sums[i]); \
        }
    ADD_MULTIPLES(add_multiples_float, float, __builtin_fmaf)
    ADD_MULTIPLES(add_multiples_double, double, __builtin_fma)
    #define HAS_FUSED (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))

    /* Multiplies all weights; tells whether all are finite. The bits do not depend on how many are taken at a time. */
    #define RESCALE(name, real, mask, largest, absolute) \
        __attribute__((target("avx2"))) \
        static int name(real* weights, real factor, Py_ssize_t n) { \
            mask outside = 0; \
            for (Py_ssize_t i = 0; i < n; i++) { \
                weights[i] *= factor; \
                outside |= absolute(weights[i]) <= largest ? 0 : 1; \
            } \
            return !outside; \
        }
    RESCALE(rescale_float, float, int32_t, __FLT_MAX__, __builtin_fabsf)
    RESCALE(rescale_double, double, int64_t, __DBL_MAX__, __builtin_fabs)
    #define HAS_RESCALE __builtin_cpu_supports("avx2")
    #else
    #define add_multiples_float(sums, values, factor, n)
    #define add_multiples_double(sums, values, factor, n)
    #define HAS_FUSED 0
    #define rescale_float(weights, factor, n) 0
    #define rescale_double(weights, factor, n) 0
    #define HAS_RESCALE 0
    #endif
    """
    void PREFETCH(const void* address) noexcept nogil
    void add_multiples_float(float* sums, const float* values, float factor, Py_ssize_t n) noexcept nogil
    void add_multiples_double(double* sums, const double* values, double factor, Py_ssize_t n) noexcept nogil
    bint HAS_FUSED
    bint rescale_float(float* weights, float factor, Py_ssize_t n) noexcept nogil
    bint rescale_double(double* weights, double factor, Py_ssize_t n) noexcept nogil
    bint HAS_RESCALE

cdef enum:
    AHEAD = 192  # entries: fetching takes as long as some hundred of them


cdef int check_columns(const int32_t[::1] columns, Py_ssize_t n) except -1:
    """Refuse columns that would reach outside of an array."""
    cdef Py_ssize_t i
    # A compiler makes vector instructions of sign bits, and none of comparisons: a column below 0 has one, and so has
    # what is left of the last column without one that is beyond.
    cdef uint32_t signs = 0, last = <uint32_t> min(n - 1, <Py_ssize_t> 0x7FFFFFFF)
    for i in range(columns.shape[0]):
        signs |= <uint32_t> columns[i] | (last - <uint32_t> columns[i])
    if signs >> 31:
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
# The plain case of scikit-learn's ``_plain_sgd``: log loss, L2 penalty, learning rate "optimal". Weights are kept divided
# by a common scale, so that the penalty costs one multiplication for each document; types and the order of operations
# are scikit-learn's, for the sake of the last bit. So it is with averages: a sample changes those of its columns, and
# what all weights add to them waits in ``Waiting``, as Leon Bottou's "Stochastic Gradient Tricks" (2012) has it.


def can_average():
    """Tell whether averages have the bits of scikit-learn's here, whose BLAS rounds once for two operations."""
    return bool(HAS_FUSED)


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
    if HAS_RESCALE and weights.shape[0]:
        if cython.floating is float:
            return rescale_float(&weights[0], factor, weights.shape[0])
        else:
            return rescale_double(&weights[0], factor, weights.shape[0])
    for column in range(weights.shape[0]):
        weights[column] *= factor
        finite &= isfinite(weights[column])
    return finite


cdef struct Waiting:
    double added  # times the weights, to the averages
    double scale  # of the averages


cdef bint settle(
    cython.floating[::1] weights, cython.floating factor, cython.floating[::1] averages, Waiting* waiting
) noexcept nogil:
    """Bring averages, if there are any, and weights up to date. Returns whether the weights are finite."""
    if averages.shape[0]:
        if cython.floating is float:
            add_multiples_float(&averages[0], &weights[0], <float> waiting.added, averages.shape[0])
        else:
            add_multiples_double(&averages[0], &weights[0], waiting.added, averages.shape[0])
        rescale(averages, <cython.floating> (1.0 / waiting.scale))
        waiting.added, waiting.scale = 0, 1
    return rescale(weights, factor)


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
    cython.floating[::1] averages,
    double average_intercept,
):
    """Take a step for each row, in the order given; y is 0 or 1.

    ``averages`` of the weights are kept if there are as many; there may be 0. Returns the intercept, which is finite if
    all is, and its average.
    """
    cdef Py_ssize_t i, row, place, next, n_next, n = data.shape[0]
    cdef Waiting waiting
    cdef bint averaging = averages.shape[0] > 0
    cdef double p, eta, update, share, wscale = 1
    cdef double least_wscale = 1e-6 if sizeof(cython.floating) == 4 else 1e-9
    cdef cython.floating step, change
    waiting.added, waiting.scale = 0, 1
    if n != columns.shape[0]:
        raise ValueError("data and columns must have the same length")
    if averaging and (averages.shape[0] != weights.shape[0] or not HAS_FUSED):
        raise ValueError(f"there must be {weights.shape[0]} averages, and a processor that can add them")
    check_columns(columns, weights.shape[0])
    check_columns(order, y.shape[0])
    check_rows(indptr, y.shape[0], n)
    with nogil:
        for i in range(order.shape[0]):
            row = order[i]
            # The weights of the next row are asked for during this one.
            next = indptr[order[i + 1]] - indptr[row] if i + 1 < order.shape[0] else 0
            n_next = indptr[order[i + 1] + 1] if i + 1 < order.shape[0] else 0
            # Rows are taken in no order of memory: the first values of each would be waited for. A line of it has 16.
            for place in range(indptr[row] + next, n_next, 16):
                PREFETCH(&data[place])
            if i + 2 < order.shape[0]:
                for place in range(indptr[order[i + 2]], indptr[order[i + 2] + 1], 16):
                    PREFETCH(&columns[place])
            p = 0
            for place in range(indptr[row], indptr[row + 1]):
                if place + next < n_next:
                    PREFETCH(&weights[columns[place + next]])
                p += weights[columns[place]] * data[place]
            p = <cython.floating> (p * wscale) + intercept
            eta = 1 / (alpha * (first_t + t - 1))
            update = -eta * log_loss_gradient(y[row], p)
            wscale *= <cython.floating> max(0, 1 - eta * alpha)
            if wscale < least_wscale:
                settle(weights, <cython.floating> wscale, averages, &waiting)
                wscale = 1
            if update != 0:
                step = <cython.floating> update / <cython.floating> wscale
                for place in range(indptr[row], indptr[row + 1]):
                    weights[columns[place]] += <double> data[place] * step
                intercept += update * 0.01  # sparse data: the intercept moves more slowly
            if averaging:
                change = <cython.floating> update
                for place in range(indptr[row], indptr[row + 1]):
                    averages[columns[place]] += waiting.added * <double> data[place] * (-change / wscale)
                share = 1 / <double> <cython.floating> t
                if t > 1:
                    waiting.scale /= 1 - share
                waiting.added += share * waiting.scale * wscale
                average_intercept += (intercept - average_intercept) / t
            t += 1
        if not settle(weights, <cython.floating> wscale, averages, &waiting):
            intercept = NAN
    return intercept, average_intercept
