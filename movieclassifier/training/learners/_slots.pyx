# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""The loops of ``SlotTrainer``: two classes, one pass, float32; the same bits as ``Trainer``.

What costs time is fetching counts and weights from all over memory, and what helps is to make small what is fetched at
random. Nine columns of ten are in fewer than ``min_df`` documents. They have ratio 0, and add 0 to every sum and every
weight. Such a column has only a word of 4 bytes in ``table``: its two counts, of 15 bits each. A column that reaches
``min_df`` gets a slot of 8 bytes, ``LIVE | slot`` stands in the table from then on, and what comes after counting
knows slots only: 10 MB for the reviews of aclImdb, in place of 50. A count that outgrows 15 bits moves with the other
one of its column to ``large``, and the slot says where.

Counting knows no weights, and may therefore be one minibatch ahead in a thread of its own: it writes the table and
slots that are new. Counts of slots are brought up to date where the weights are, in ``add``.
"""

from libc.math cimport NAN, exp, isfinite
from libc.stdint cimport int32_t, uint8_t, uint32_t, uint64_t
from libc.string cimport memcpy, memset

cdef extern from *:
    """
    #if defined(__GNUC__) || defined(__clang__)
    #define PREFETCH(address) __builtin_prefetch(address, 1)
    #else
    #define PREFETCH(address) ((void) (address))
    #endif
    """
    void PREFETCH(const void* address) noexcept nogil

cdef struct Slot:
    uint32_t word  # the documents of each class that have the column, of 15 bits; or LARGE | their place in ``large``
    float weight

cdef struct Ratios:  # what the log-count ratio of a slot follows from
    double constant
    uint32_t min_df
    const double* logs  # of counts plus 1
    Py_ssize_t n_logs
    double log_2
    const uint32_t* large

cdef enum:
    AHEAD = 192  # entries: fetching takes as long as some hundred of them
    COUNT_BITS = 15
    COUNT_MASK = 0x7FFF
    ESCAPE = 255  # as in packing.py
    FOLDED = 4096  # columns at a time

cdef uint32_t LIVE = 0x80000000
cdef uint32_t LARGE = 0x80000000


cdef Ratios make_ratios(
    double constant, uint32_t min_df, const double[::1] logs, double log_2, const uint32_t[:, ::1] large
) except *:
    if logs.shape[0] <= COUNT_MASK:
        raise ValueError(f"there must be logarithms of all counts up to {COUNT_MASK}")
    return Ratios(constant, min_df, &logs[0], logs.shape[0], log_2, &large[0, 0])


cdef double log_large(uint32_t count, const Ratios* ratios) noexcept nogil:
    cdef int halvings = 0
    while count >= ratios.n_logs:
        count >>= 1
        halvings += 1
    return ratios.logs[count] + halvings * ratios.log_2


cdef inline void read_counts(uint32_t word, const uint32_t* large, uint32_t* both) noexcept nogil:
    if word & LARGE:
        both[0], both[1] = large[2 * (word ^ LARGE)], large[2 * (word ^ LARGE) + 1]
    else:
        both[0], both[1] = word & COUNT_MASK, word >> COUNT_BITS


cdef inline float log_ratio(uint32_t word, const Ratios* ratios) noexcept nogil:
    cdef uint32_t n0 = word & COUNT_MASK, n1 = word >> COUNT_BITS
    cdef uint32_t both[2]
    cdef double ratio
    if word & LARGE:
        read_counts(word, ratios.large, both)
        return <float> (log_large(both[1], ratios) - log_large(both[0], ratios) - ratios.constant)
    # Looked up whether it is needed or not: the processor would guess wrong which.
    ratio = ratios.logs[n1] - ratios.logs[n0] - ratios.constant
    return <float> (ratio if n0 + n1 >= ratios.min_df else 0)


cdef int check_rows(const int32_t[::1] columns, const int32_t[::1] indptr, Py_ssize_t n_rows, Py_ssize_t n) except -1:
    """Refuse rows that would reach outside of an array."""
    cdef Py_ssize_t i
    cdef bint outside = indptr.shape[0] != n_rows + 1
    if not outside:
        outside = indptr[0] != 0 or indptr[n_rows] != columns.shape[0]
        for i in range(n_rows):
            outside |= indptr[i] > indptr[i + 1]
    for i in range(columns.shape[0]):  # one comparison, which a compiler makes vector instructions of
        outside |= <uint32_t> columns[i] >= <uint32_t> n
    if outside:
        raise ValueError(f"rows must have columns below {n}, and as many labels as rows")
    return 0


def count(
    float[::1] data,
    bint even,
    int32_t[::1] columns,
    const int32_t[::1] indptr,
    const uint8_t[::1] y,
    uint32_t[::1] table,
    uint32_t[:, ::1] slots,
    Py_ssize_t n_slots,
    uint32_t min_df,
    int32_t[::1] live_indptr,
):
    """Count a minibatch, and keep the entries whose columns have a slot at its end.

    Their slots are written over ``columns``; LIVE marks those that had one when their row was counted, and whose
    document ``add`` therefore has to count. Their values move to the same places in ``data``, unless rows are ``even``
    and have one value each. Returns the number of slots.
    """
    cdef Py_ssize_t row, place, kept = 0, n = columns.shape[0]
    cdef uint32_t word, waits, entry, is_live, column, one, n_documents
    cdef uint32_t* live
    cdef uint64_t[8192] fresh  # a set of the columns that got a slot here, as bits; some others are taken for members
    cdef Slot* slot = <Slot*> &slots[0, 0]
    memset(fresh, 0, sizeof(fresh))
    check_rows(columns, indptr, y.shape[0], table.shape[0])
    if data.shape[0] != (y.shape[0] if even else n):
        raise ValueError("there must be a value for each entry, or for each row of even ones")
    if live_indptr.shape[0] != indptr.shape[0]:
        raise ValueError("there is no room for the live entries")
    if slots.shape[1] != 2 or slots.shape[0] < min(n_slots + n, table.shape[0]) + 1:
        raise ValueError("there is no room for new slots")
    if n == 0:
        live_indptr[:] = 0
        return n_slots
    live = <uint32_t*> &columns[0]
    with nogil:
        for row in range(y.shape[0]):
            one = <uint32_t> 1 << (COUNT_BITS * y[row])
            for place in range(indptr[row], indptr[row + 1]):
                if place + AHEAD < n:
                    PREFETCH(&table[live[place + AHEAD]])
                column = live[place]
                word = table[column]
                # No branch could foretell which columns have a slot: a mask keeps their words as they are.
                waits = (word >> 31) - 1
                live[place] = (word & ~waits) | (column & waits)
                word += one & waits
                table[column] = word
                n_documents = ((word & COUNT_MASK) + (word >> COUNT_BITS)) & waits
                if n_documents >= min_df:
                    # The entry of this document is marked, so that add() will count it in the slot.
                    slot[n_slots].word = word - one
                    slot[n_slots].weight = 0
                    table[column] = live[place] = LIVE | <uint32_t> n_slots
                    n_slots += 1
                    fresh[column >> 6 & 8191] |= <uint64_t> 1 << (column & 63)
        live_indptr[0] = 0
        for row in range(y.shape[0]):
            for place in range(indptr[row], indptr[row + 1]):
                entry = live[place]  # a slot that is marked, or a column
                is_live = entry >> 31
                if (is_live ^ 1) & <uint32_t> (fresh[entry >> 6 & 8191] >> (entry & 63) & 1):
                    # Its column may have got a slot after this row; the slot has counted this document already.
                    is_live = table[entry] >> 31
                    entry = table[entry] & ~LIVE
                live[kept] = entry
                if not even:
                    data[kept] = data[place]
                kept += is_live
            live_indptr[row + 1] = <int32_t> kept
    return n_slots


def decide(
    const float[::1] data,
    bint even,
    const uint32_t[::1] live,
    const int32_t[::1] indptr,
    uint32_t[:, ::1] slots,
    double constant,
    uint32_t min_df,
    const double[::1] logs,
    double log_2,
    const uint32_t[:, ::1] large,
    float[::1] values,
):
    """Decide with the counts before this minibatch. A slot that is new has weight 0, whatever its counts."""
    cdef Py_ssize_t row, place, n = indptr[values.shape[0]]
    cdef const Slot* slot = <const Slot*> &slots[0, 0]
    cdef const Slot* s
    cdef float value, x
    cdef Ratios ratios = make_ratios(constant, min_df, logs, log_2, large)
    with nogil:
        for row in range(values.shape[0]):
            value = 0
            for place in range(indptr[row], indptr[row + 1]):
                if place + AHEAD < n:
                    PREFETCH(&slot[live[place + AHEAD] & ~LIVE])
                s = &slot[live[place] & ~LIVE]
                x = data[row if even else place]
                value += x * log_ratio(s.word, &ratios) * s.weight
            values[row] = value


def add(
    const uint32_t[::1] live,
    const int32_t[::1] indptr,
    const uint8_t[::1] y,
    uint32_t[:, ::1] slots,
    uint32_t[:, ::1] large,
    Py_ssize_t n_large,
):
    """Count the documents of a minibatch in the slots of their marked entries. Returns how many have large counts."""
    cdef Py_ssize_t row, place, n = indptr[y.shape[0]]
    cdef Slot* slot = <Slot*> &slots[0, 0]
    cdef Slot* s
    cdef uint32_t mark, full, shift
    with nogil:
        for row in range(y.shape[0]):
            shift = COUNT_BITS * y[row]
            full = <uint32_t> COUNT_MASK << shift
            for place in range(indptr[row], indptr[row + 1]):
                if place + AHEAD < n:
                    PREFETCH(&slot[live[place + AHEAD] & ~LIVE])
                s = &slot[live[place] & ~LIVE]
                mark = live[place] >> 31
                if s.word & full == full and not s.word & LARGE:
                    read_counts(s.word, NULL, &large[n_large, 0])
                    s.word = LARGE | <uint32_t> n_large
                    n_large += 1
                if s.word & LARGE:
                    large[s.word ^ LARGE, y[row]] += mark
                else:
                    s.word += mark << shift
    return n_large


cdef inline double log_loss_gradient(double y, double p) noexcept nogil:
    cdef double e
    if p > -37:
        e = exp(-p)
        return ((1 - y) - y * e) / (1 + e)
    return exp(p) - y


cdef bint rescale(Slot* slot, Py_ssize_t n_slots, float factor) noexcept nogil:
    """Multiply all weights. Returns whether they are finite."""
    cdef Py_ssize_t i
    cdef bint finite = True
    for i in range(n_slots):
        slot[i].weight *= factor
        finite &= isfinite(slot[i].weight)
    return finite


def step(
    const float[::1] data,
    bint even,
    const uint32_t[::1] live,
    const int32_t[::1] indptr,
    uint32_t[:, ::1] slots,
    Py_ssize_t n_slots,
    double constant,
    uint32_t min_df,
    const double[::1] logs,
    double log_2,
    const uint32_t[:, ::1] large,
    const uint8_t[::1] y,
    const int32_t[::1] order,
    double intercept,
    double alpha,
    double first_t,
    double t,
    float[::1] row_values,
):
    """Take a step of SGD for each row, in the order given; see ``_training.sgd``. Returns the intercept, or nan."""
    cdef Py_ssize_t i, row, place, start, n, n_rows = order.shape[0]
    cdef const uint32_t* next
    cdef Py_ssize_t n_next
    cdef Slot* slot = <Slot*> &slots[0, 0]
    cdef Slot* s
    cdef double p, eta, update, wscale = 1
    cdef float value, x, size
    cdef Ratios ratios = make_ratios(constant, min_df, logs, log_2, large)
    with nogil:
        for i in range(n_rows):
            row = order[i]
            start, n = indptr[row], indptr[row + 1] - indptr[row]
            # The slots that the next row begins with are asked for at the end of this one.
            next = &live[indptr[order[i + 1]]] if i + 1 < n_rows else &live[start]
            n_next = indptr[order[i + 1] + 1] - indptr[order[i + 1]] if i + 1 < n_rows else 0
            p = 0
            for place in range(n):
                if place + AHEAD < n:
                    PREFETCH(&slot[live[start + place + AHEAD] & ~LIVE])
                elif place + AHEAD - n < n_next:
                    PREFETCH(&slot[next[place + AHEAD - n] & ~LIVE])
                s = &slot[live[start + place] & ~LIVE]
                x = data[row if even else start + place]
                value = x * log_ratio(s.word, &ratios)
                row_values[place] = value
                p += s.weight * value
            p = <float> (p * wscale) + intercept
            eta = 1 / (alpha * (first_t + t - 1))
            update = -eta * log_loss_gradient(y[row], p)
            wscale *= <float> max(0, 1 - eta * alpha)
            if wscale < 1e-6:
                rescale(slot, n_slots, <float> wscale)
                wscale = 1
            if update != 0:
                size = <float> update / <float> wscale
                for place in range(n):
                    slot[live[start + place] & ~LIVE].weight += <double> row_values[place] * size
                intercept += update * 0.01  # sparse data: the intercept moves more slowly
            t += 1
        if not rescale(slot, n_slots, <float> wscale):
            intercept = NAN
    return intercept


def fold(
    uint32_t[::1] table,
    uint32_t[:, ::1] slots,
    double constant,
    uint32_t min_df,
    const double[::1] logs,
    double log_2,
    const uint32_t[:, ::1] large,
    uint32_t[::1] coef,
    uint8_t[::1] both,
    float[::1] ratio,
):
    """Write weight times ratio into ``coef``, and the ratios of the columns that have both.

    ``coef`` takes the bits of floats, and may be the table: each word of it is read before it is written over. ``both``
    holds zeros, and takes a bit for each column. ``ratio`` has room for one more. Returns how many columns have both.
    """
    cdef Py_ssize_t block, column, i, n_live, n = 0
    cdef Py_ssize_t n_columns = table.shape[0]
    cdef uint32_t[FOLDED] columns, live
    cdef uint32_t word, has_both, weight_bits, product_bits
    cdef Slot* slot = <Slot*> &slots[0, 0]
    cdef Slot* s
    cdef float value, product
    cdef Ratios ratios = make_ratios(constant, min_df, logs, log_2, large)
    with nogil:
        for block in range((n_columns + FOLDED - 1) // FOLDED):
            n_live = 0
            for column in range(FOLDED * block, min(FOLDED * (block + 1), n_columns)):
                # No branch could foretell which columns have a slot: each is written down, and the next one over it.
                word = table[column]
                columns[n_live], live[n_live] = <uint32_t> column, word & ~LIVE
                n_live += word >> 31
                coef[column] = 0
            for i in range(n_live):
                if i + AHEAD < n_live:
                    PREFETCH(&slot[live[i + AHEAD]])
                s = &slot[live[i]]
                value = log_ratio(s.word, &ratios)
                product = s.weight * value
                memcpy(&weight_bits, &s.weight, sizeof(float))
                memcpy(&product_bits, &product, sizeof(float))
                has_both = (s.weight != 0) & (value != 0)
                # A weight of 0 stays as it is, for it may be -0.
                coef[columns[i]] = (product_bits & (0 - has_both)) | (weight_bits & (0 - <uint32_t> (s.weight == 0)))
                ratio[n] = value
                n += has_both
                both[columns[i] >> 3] |= <uint8_t> (has_both << (columns[i] & 7))
    return n


def pack_state(
    const uint32_t[::1] table,
    uint32_t[:, ::1] slots,
    const uint32_t[:, ::1] counts_of_large,
    Py_ssize_t first,
    Py_ssize_t stop,
    Py_ssize_t last_weight,
    Py_ssize_t last_count,
    uint8_t[::1] weight_steps,
    float[::1] weights,
    uint8_t[::1] count_steps,
    uint8_t[::1] counts,
    int32_t[::1] large,
):
    """Write the weights and counts of some columns that are not 0, as ``packing.pack`` does.

    There is room for all, and for one count more. Steps begin at the last weight and count before. Returns the last
    ones here, the longest step, which must be below 256, and how many weights, counts and large counts there are.
    """
    cdef Py_ssize_t column, n_weights = 0, n_counts = 0, n_large = 0, longest = 0
    cdef uint32_t[2] both
    cdef int i
    cdef float weight
    cdef Slot* slot = <Slot*> &slots[0, 0]
    cdef Slot* s
    with nogil:
        for column in range(first, stop):
            if column + AHEAD < stop and table[column + AHEAD] & LIVE:
                PREFETCH(&slot[table[column + AHEAD] ^ LIVE])
            weight = 0
            if table[column] & LIVE:
                s = &slot[table[column] ^ LIVE]
                weight = s.weight
                read_counts(s.word, &counts_of_large[0, 0], both)
            else:
                read_counts(table[column], NULL, both)
            if weight != 0:
                longest = max(longest, column - last_weight)
                weight_steps[n_weights] = <uint8_t> (column - last_weight)
                weights[n_weights] = weight
                n_weights += 1
                last_weight = column
            for i in range(2):
                # Written whether it is 0 or not, and then written over: no branch could foretell which.
                count_steps[n_counts] = <uint8_t> (2 * column + i - last_count)
                counts[n_counts] = <uint8_t> min(both[i], ESCAPE)
                n_counts += both[i] != 0
                longest = max(longest, (2 * column + i - last_count) * (both[i] != 0))
                last_count = 2 * column + i if both[i] else last_count
                if both[i] >= ESCAPE:
                    large[n_large] = <int32_t> both[i]
                    n_large += 1
    return last_weight, last_count, longest, n_weights, n_counts, n_large
