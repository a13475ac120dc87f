# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""The compiled twin of document vectors: the bits of ``embedding.py`` and ``folding_in.py``, which are the definition.

Sums run over 16 lanes whatever the processor, so that wider registers change the time and not the result.
"""

from libc.math cimport sqrt
from libc.stdint cimport int32_t, int64_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc

import numpy as np

cdef extern from *:
    """
    #if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__linux__)
    #define WIDE __attribute__((target_clones("avx2", "default")))
    #else
    #define WIDE
    #endif
    #if defined(__GNUC__) || defined(__clang__)
    #define FETCH(address) __builtin_prefetch(address)
    #define RESTRICT __restrict__
    #else
    #define FETCH(address) ((void) (address))
    #define RESTRICT
    #endif

    WIDE static float lane_dot(const float* RESTRICT a, const float* RESTRICT b, Py_ssize_t n) {
        float lanes[16] = {0};
        Py_ssize_t i;
        int j, half;
        for (i = 0; i < n; i += 16)
            for (j = 0; j < 16; j++) lanes[j] += a[i + j] * b[i + j];
        for (half = 8; half > 0; half /= 2)
            for (j = 0; j < half; j++) lanes[j] += lanes[j + half];
        return lanes[0];
    }

    /* a becomes keep_a * a + take * b, and b becomes keep_b * b + take * a. */
    WIDE static void mix(float* RESTRICT a, float* RESTRICT b, float keep_a, float keep_b, float take, Py_ssize_t n) {
        Py_ssize_t i;
        for (i = 0; i < n; i++) {
            float x = a[i], y = b[i];
            a[i] = keep_a * x + take * y;
            b[i] = keep_b * y + take * x;
        }
    }

    WIDE static void add_scaled(float* RESTRICT sum, const float* RESTRICT a, float factor, Py_ssize_t n) {
        Py_ssize_t i;
        for (i = 0; i < n; i++) sum[i] += factor * a[i];
    }
    """
    float lane_dot(const float* a, const float* b, Py_ssize_t n) noexcept nogil
    void mix(float* a, float* b, float keep_a, float keep_b, float take, Py_ssize_t n) noexcept nogil
    void add_scaled(float* total, const float* a, float factor, Py_ssize_t n) noexcept nogil
    void FETCH(const void* address) noexcept nogil

cdef enum:
    AHEAD = 3  # n-grams whose vectors are asked for before they are needed
    LANES = 16


cdef inline uint64_t draw(uint64_t* state) noexcept nogil:
    """Advance xorshift64 and return its 32 upper bits."""
    cdef uint64_t x = state[0]
    x ^= x << 13
    x ^= x >> 7
    x ^= x << 17
    state[0] = x
    return x >> 32


cdef inline float look_up(double cosine, const float[::1] table) noexcept nogil:
    """Return the sigmoid of 6 times a cosine."""
    cdef Py_ssize_t place = <Py_ssize_t> ((cosine + 1) * 0.5 * (table.shape[0] - 1) + 0.5)
    return table[max(0, min(place, table.shape[0] - 1))]


cdef inline void pull(
    float* d, double* d_square, float* w, double* w_square, bint together, double rate, const float[::1] table,
    Py_ssize_t n,
) noexcept nogil:
    """Take one step of a pair: towards each other, or apart."""
    cdef double product = lane_dot(d, w, n), length = sqrt(d_square[0] * w_square[0])
    cdef double cosine = max(-1.0, min(product / length, 1.0)), step, aside
    step = rate * 6 * ((1 if together else 0) - <double> look_up(cosine, table))
    mix(d, w, <float> (1 - step * cosine / d_square[0]), <float> (1 - step * cosine / w_square[0]),
        <float> (step / length), n)
    aside = step * step * (1 - cosine * cosine)
    d_square[0] += aside / d_square[0]
    w_square[0] += aside / w_square[0]


cdef int check_places(const int32_t[::1] places, Py_ssize_t n) except -1:
    cdef Py_ssize_t i
    for i in range(places.shape[0]):
        if not 0 <= places[i] < n:
            raise ValueError(f"places must be below {n}; got {places[i]}")
    return 0


cdef int check(
    const int32_t[::1] columns, const int64_t[::1] indptr, Py_ssize_t n_rows, Py_ssize_t n_columns, Py_ssize_t size
) except -1:
    cdef Py_ssize_t i
    if indptr.shape[0] != n_rows + 1 or indptr[0] != 0 or indptr[n_rows] != columns.shape[0]:
        raise ValueError(f"indptr must lead through {columns.shape[0]} columns in {n_rows} rows")
    for i in range(n_rows):
        if indptr[i] > indptr[i + 1]:
            raise ValueError("indptr must not decrease")
    check_places(columns, n_columns)
    if size % LANES:
        raise ValueError(f"the length of a vector must be a multiple of {LANES}; got {size}")
    return 0


def train(
    float[:, ::1] words,
    double[::1] word_squares,
    float[:, ::1] documents,
    double[::1] document_squares,
    const int32_t[::1] columns,
    const int64_t[::1] indptr,
    const int32_t[::1] order,
    const uint32_t[::1] thresholds,
    const int32_t[::1] noise,
    int32_t[::1] pool,
    uint64_t[::1] state,
    int n_negatives,
    double rate,
    const float[::1] table,
):
    """Visit documents in the order given; see ``embedding.train_in_python``."""
    cdef Py_ssize_t size = words.shape[1], n_words = words.shape[0], i, k, row, place, n_drawn, at, longest = 0
    cdef int32_t word
    cdef int32_t* drawn
    check(columns, indptr, documents.shape[0], n_words, size)
    if not (word_squares.shape[0] == thresholds.shape[0] == n_words and documents.shape[1] == size):
        raise ValueError("the words' arrays must be of the same length")
    if document_squares.shape[0] != documents.shape[0] or state.shape[0] != 3 or not pool.shape[0]:
        raise ValueError("the documents' arrays must be of the same length")
    if noise.shape[0] & (noise.shape[0] - 1) or not noise.shape[0]:
        raise ValueError("the length of noise must be a power of two")
    check_places(noise, n_words)
    check_places(pool, n_words)
    check_places(order, documents.shape[0])
    for i in range(documents.shape[0]):
        longest = max(longest, indptr[i + 1] - indptr[i])
    drawn = <int32_t*> malloc((longest + 1) * sizeof(int32_t))
    if drawn == NULL:
        raise MemoryError()
    cdef uint64_t random = state[0], next_out = state[1], next_in = state[2]
    cdef uint64_t n_pool = pool.shape[0], mask = noise.shape[0] - 1
    with nogil:
        for i in range(order.shape[0]):
            row = order[i]
            n_drawn = 0
            for place in range(indptr[row], indptr[row + 1]):
                drawn[n_drawn] = columns[place]
                n_drawn += draw(&random) < thresholds[columns[place]]
            for at in range(n_drawn):
                if at + AHEAD < n_drawn:
                    for k in range(0, size, 16):
                        FETCH(&words[drawn[at + AHEAD], k])
                    FETCH(&word_squares[drawn[at + AHEAD]])
                word = drawn[at]
                pull(&documents[row, 0], &document_squares[row], &words[word, 0], &word_squares[word], True, rate,
                     table, size)
                for k in range(n_negatives):
                    word = pool[next_out]
                    next_out = next_out + 1 if next_out + 1 < n_pool else 0
                    pull(&documents[row, 0], &document_squares[row], &words[word, 0], &word_squares[word], False, rate,
                         table, size)
                pool[next_in] = noise[draw(&random) & mask]
                next_in = next_in + 1 if next_in + 1 < n_pool else 0
    free(drawn)
    state[0], state[1], state[2] = random, next_out, next_in


cdef void to_unit(float* a, Py_ssize_t n) noexcept nogil:
    cdef double length = sqrt(<double> lane_dot(a, a, n))
    cdef Py_ssize_t i
    if length > 0:
        for i in range(n):
            a[i] = <float> (a[i] / length)


cdef void fold_one(
    float* d, float* slope, const float[:, ::1] words, const int32_t[::1] columns, Py_ssize_t start, Py_ssize_t stop,
    const float[::1] weights, const float[:, ::1] negatives, const float[::1] negative_sum, double n_negatives,
    int n_steps, double rate, const float[::1] table,
) noexcept nogil:
    """Find the vector of one text on the sphere."""
    cdef Py_ssize_t size = words.shape[1], place, k, step
    cdef double total = 0, share
    cdef float outward
    for place in range(start, stop):
        total += weights[columns[place]]
    for k in range(size):
        d[k] = 0
    if total == 0:
        return
    share = total * n_negatives / negatives.shape[0]
    for place in range(start, stop):
        if weights[columns[place]] > 0:
            add_scaled(d, &words[columns[place], 0], weights[columns[place]], size)
    add_scaled(d, &negative_sum[0], <float> -share, size)
    to_unit(d, size)
    for step in range(n_steps):
        for k in range(size):
            slope[k] = 0
        for place in range(start, stop):
            if weights[columns[place]] > 0:
                outward = 1 - look_up(lane_dot(d, &words[columns[place], 0], size), table)
                add_scaled(slope, &words[columns[place], 0], weights[columns[place]] * outward, size)
        for k in range(negatives.shape[0]):
            outward = look_up(lane_dot(d, &negatives[k, 0], size), table)
            add_scaled(slope, &negatives[k, 0], <float> (-share * outward), size)
        add_scaled(slope, d, -lane_dot(d, slope, size), size)
        add_scaled(d, slope, <float> (rate / total), size)
        to_unit(d, size)


def fold_in(
    const float[:, ::1] words,
    const int32_t[::1] columns,
    const int64_t[::1] indptr,
    const float[::1] weights,
    const float[:, ::1] negatives,
    const float[::1] negative_sum,
    double n_negatives,
    int n_steps,
    double rate,
    const float[::1] table,
    float[:, ::1] documents,
):
    """Write the vectors of texts that the embedding was not trained on; see ``folding_in.fold_in_python``."""
    cdef Py_ssize_t row, size = words.shape[1]
    check(columns, indptr, documents.shape[0], words.shape[0], size)
    if not (weights.shape[0] == words.shape[0] and documents.shape[1] == negatives.shape[1] == size):
        raise ValueError("the arrays must be of the same length")
    if negative_sum.shape[0] != size or not negatives.shape[0]:
        raise ValueError("there must be negatives, and their sum")
    cdef float[::1] slope = np.empty(size, np.float32)
    with nogil:
        for row in range(documents.shape[0]):
            fold_one(&documents[row, 0], &slope[0], words, columns, indptr[row], indptr[row + 1], weights, negatives,
                     negative_sum, n_negatives, n_steps, rate, table)


cdef inline float clipped_sigmoid(double product, double largest, const float[::1] table) noexcept nogil:
    product = max(-largest, min(product, largest))
    return table[<Py_ssize_t> ((product / largest + 1) * 0.5 * (table.shape[0] - 1) + 0.5)]


cdef uint64_t cbow_one(
    float[:, ::1] inputs, float[:, ::1] outputs, const int32_t* words, Py_ssize_t n_words, float* mean, float* change,
    uint64_t random, const int32_t[::1] noise, int window, int n_negatives, double rate, double largest,
    const float[::1] table,
) noexcept nogil:
    """Foretell each word of a text; return the state of the random numbers."""
    cdef Py_ssize_t size = inputs.shape[1], place, at, first, stop, k
    cdef uint64_t mask = noise.shape[0] - 1
    cdef int32_t target
    cdef float step, share
    for place in range(n_words):
        k = 1 + <Py_ssize_t> (draw(&random) % <uint64_t> window)
        first, stop = max(0, place - k), min(n_words, place + 1 + k)
        if stop - first < 2:
            continue
        share = <float> (1.0 / (stop - first - 1))
        for k in range(size):
            mean[k] = 0
            change[k] = 0
        for at in range(first, stop):
            if at != place:
                add_scaled(mean, &inputs[words[at], 0], share, size)
        for k in range(n_negatives + 1):
            target = words[place]
            if k:
                target = noise[draw(&random) & mask]
                if target == words[place]:
                    continue
            step = clipped_sigmoid(lane_dot(mean, &outputs[target, 0], size), largest, table)
            step = <float> (rate * ((0.0 if k else 1.0) - <double> step))
            add_scaled(change, &outputs[target, 0], step, size)
            add_scaled(&outputs[target, 0], mean, step, size)
        for at in range(first, stop):
            if at != place:
                add_scaled(&inputs[words[at], 0], change, 1, size)
    return random


def cbow(
    float[:, ::1] inputs,
    float[:, ::1] outputs,
    const int32_t[::1] columns,
    const int64_t[::1] indptr,
    const int32_t[::1] order,
    const uint32_t[::1] kept,
    const int32_t[::1] noise,
    uint64_t[::1] state,
    int window,
    int n_negatives,
    double rate,
    double largest,
    const float[::1] table,
):
    """Visit texts in the order given; see ``word_vectors.cbow_in_python``."""
    cdef Py_ssize_t size = inputs.shape[1], n_rows = indptr.shape[0] - 1, i, row, place, n_words, longest = 0
    check(columns, indptr, n_rows, inputs.shape[0], size)
    if not (outputs.shape[0] == inputs.shape[0] == kept.shape[0] and outputs.shape[1] == size):
        raise ValueError("the words' arrays must be of the same length")
    if noise.shape[0] & (noise.shape[0] - 1) or not noise.shape[0]:
        raise ValueError("the length of noise must be a power of two")
    if state.shape[0] != 1 or window < 1:
        raise ValueError("there must be one state, and a window of at least one word")
    check_places(noise, inputs.shape[0])
    check_places(order, n_rows)
    for row in range(n_rows):
        longest = max(longest, indptr[row + 1] - indptr[row])
    cdef int32_t[::1] words = np.empty(longest + 1, np.int32)
    cdef float[:, ::1] own = np.empty((2, size), np.float32)
    cdef uint64_t random = state[0]
    with nogil:
        for i in range(order.shape[0]):
            row = order[i]
            n_words = 0
            for place in range(indptr[row], indptr[row + 1]):
                words[n_words] = columns[place]
                n_words += draw(&random) < kept[columns[place]]
            random = cbow_one(inputs, outputs, &words[0], n_words, &own[0, 0], &own[1, 0], random, noise, window,
                              n_negatives, rate, largest, table)
    state[0] = random
