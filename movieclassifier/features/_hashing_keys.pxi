"""Tokens → sorted keys, one for each n-gram: column << 1 | (is the signed hash negative)."""

# MurmurHash3 for x86, 32 bits, seed 0, by Austin Appleby: https://github.com/aappleby/smhasher
# It takes in blocks of four bytes and then a tail, so a longer n-gram goes on where the shorter one has ended its
# blocks. Blocks are read in little-endian order, which setup.py makes sure of.


cdef extern from *:
    """
    static inline uint32_t mix(uint32_t block) {
        block *= 0xCC9E2D51;
        return (block << 15 | block >> 17) * 0x1B873593;
    }

    /* The end of every hash: its tail is mixed in, and its bits among themselves. A compiler makes vector instructions
       of this loop, which are twice as fast with AVX2; other processors get the function for all of them. */
    #define FINISH(name) \
        static void name(uint32_t* hashes, const uint32_t* tails, Py_ssize_t n) { \
            for (Py_ssize_t i = 0; i < n; i++) { \
                uint32_t hash = hashes[i] ^ mix(tails[i]); \
                hash = (hash ^ hash >> 16) * 0x85EBCA6B; \
                hash = (hash ^ hash >> 13) * 0xC2B2AE35; \
                hashes[i] = hash ^ hash >> 16; \
            } \
        }
    FINISH(finish_anywhere)
    #if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
    __attribute__((target("avx2"))) FINISH(finish_avx2)
    #define finish(hashes, tails, n) \
        (__builtin_cpu_supports("avx2") ? finish_avx2 : finish_anywhere)(hashes, tails, n)
    #else
    #define finish finish_anywhere
    #endif
    """
    uint32_t mix(uint32_t block) noexcept nogil
    void finish(uint32_t* hashes, const uint32_t* tails, Py_ssize_t n) noexcept nogil


cdef inline uint32_t rotate(uint32_t x, int n) noexcept nogil:
    return (x << n) | (x >> (32 - n))


cdef inline uint32_t load(const uint8_t* text) noexcept nogil:
    cdef uint32_t block
    memcpy(&block, text, 4)
    return block


cdef inline uint32_t load_tail(const uint8_t* text, uint32_t n) noexcept nogil:
    """Return the bytes behind the last whole block, fewer than four, and zeros behind them."""
    return load(text) & ((<uint32_t> 1 << 8 * n) - 1)


cdef inline uint32_t absorb(uint32_t state, const uint8_t* block) noexcept nogil:
    return rotate(state ^ mix(load(block)), 13) * 5 + <uint32_t> 0xE6546B64


cdef Py_ssize_t count_ngrams(Py_ssize_t n_tokens, Py_ssize_t shortest, Py_ssize_t longest) noexcept nogil:
    longest = min(longest, n_tokens)
    if shortest > longest:
        return 0
    # There are n_tokens + 1 - n n-grams of n tokens.
    return (longest - shortest + 1) * (2 * (n_tokens + 1) - shortest - longest) // 2


cdef enum:
    N_STATES = 6  # of the first 20 bytes of an n-gram, which few are longer than


cdef void hash_ngrams(
    const Buffers* buffers, Py_ssize_t shortest, Py_ssize_t longest, uint32_t* hashes, uint32_t* tails
) noexcept nogil:
    # The states after 0, 4, … 20 bytes are computed whatever the lengths, for no branch can foretell those: each n-gram
    # picks its state. Longer ones go on from the last state, block by block.
    cdef const uint8_t* first_byte
    cdef const uint32_t* starts = buffers.starts
    cdef Py_ssize_t first, last, n = 0, n_tokens = buffers.n_tokens
    cdef uint32_t states[N_STATES]
    cdef uint32_t i, state, done, length, n_states = N_STATES if longest > 1 else 4
    states[0] = 0
    for first in range(n_tokens):
        first_byte = buffers.tokens + starts[first]
        for i in range(1, n_states):
            states[i] = absorb(states[i - 1], first_byte + 4 * (i - 1))
        state = states[n_states - 1]
        done = 4 * (n_states - 1)
        for last in range(first + shortest - 1, min(first + longest, n_tokens)):
            length = starts[last + 1] - 1 - starts[first]
            if length < 4 * n_states:
                hashes[n] = states[length >> 2] ^ length
                tails[n] = load_tail(first_byte + (length & ~<uint32_t> 3), length & 3)
            else:
                while length - done >= 4:
                    state = absorb(state, first_byte + done)
                    done += 4
                hashes[n] = state ^ length
                tails[n] = load_tail(first_byte + done, length - done)
            n += 1
    finish(hashes, tails, n)


cdef void make_keys(uint32_t* hashes, Py_ssize_t n, uint32_t n_features) noexcept nogil:
    """Replace hashes by keys. Unsigned, the absolute value of -2**31 needs no case of its own."""
    cdef uint32_t magnitude, negative
    cdef Py_ssize_t i
    for i in range(n):
        negative = hashes[i] >> 31
        magnitude = -hashes[i] if negative else hashes[i]
        if n_features & (n_features - 1) == 0:  # a power of two: no division
            hashes[i] = (magnitude & (n_features - 1)) << 1 | negative
        else:
            hashes[i] = magnitude % n_features << 1 | negative


cdef enum:
    FEW = 2048
    RADIX = 1 << 11


cdef void sort_keys(uint32_t* keys, uint32_t* spare, Py_ssize_t n, int n_bits) noexcept nogil:
    if n <= FEW:
        sort_few(keys, spare, n, n_bits)
    else:
        sort_many(keys, spare, n, n_bits)


cdef void sort_few(uint32_t* keys, uint32_t* spare, Py_ssize_t n, int n_bits) noexcept nogil:
    cdef uint32_t key
    cdef Py_ssize_t i, j
    spread(keys, spare, n, 2 * n, n_bits)
    for i in range(n):
        key = spare[i]
        j = i
        while j > 0 and keys[j - 1] > key:
            keys[j] = keys[j - 1]
            j -= 1
        keys[j] = key


cdef Py_ssize_t sort_few_columns(uint32_t* keys, uint32_t* spare, Py_ssize_t n, int n_bits) noexcept nogil:
    """Replace keys by their columns, ascending and each once. Returns how many there are."""
    cdef uint32_t key, highest, column, before
    cdef Py_ssize_t i, n_columns = 1
    if n == 0:
        return 0
    spread(keys, spare, n, n, n_bits)
    highest = spare[0]
    for i in range(1, n):  # sort the buckets of two without a branch: nothing foretells which of them need it
        key = spare[i]
        spare[i - 1] = min(key, highest)
        highest = max(key, highest)
    spare[n - 1] = highest
    keys[0] = before = spare[0] >> 1
    for i in range(1, n):
        column = spare[i] >> 1
        if column < before:
            n_columns += insert_column(keys, n_columns, column)
        else:
            n_columns += column != before
            keys[n_columns - 1] = before = column
    return n_columns


cdef bint insert_column(uint32_t* columns, Py_ssize_t n, uint32_t column) noexcept nogil:
    """Insert a column below the last one of n, unless it is there. Returns whether it was not."""
    cdef Py_ssize_t i = n - 1
    while i > 0 and columns[i - 1] > column:
        i -= 1
    if i > 0 and columns[i - 1] == column:
        return False
    memmove(columns + i + 1, columns + i, (n - i) * sizeof(uint32_t))
    columns[i] = column
    return True


cdef void spread(
    const uint32_t* keys, uint32_t* spare, Py_ssize_t n, Py_ssize_t n_buckets_wanted, int n_bits
) noexcept nogil:
    """Spread keys of n_bits over as many buckets or more, which hashes fill evenly, from the lowest to the highest."""
    cdef uint16_t ends[2 * FEW]
    cdef uint32_t n_buckets = 4
    cdef Py_ssize_t i, j
    cdef int shift = n_bits - 2
    if shift < 0:
        shift = 0
    while n_buckets < n_buckets_wanted and n_buckets < 2 * FEW and shift:
        n_buckets *= 2
        shift -= 1
    memset(ends, 0, n_buckets * sizeof(uint16_t))
    for i in range(n):
        ends[keys[i] >> shift] += 1
    turn_few_counts_into_starts(ends, n_buckets)
    for i in range(n):
        j = keys[i] >> shift
        spare[ends[j]] = keys[i]
        ends[j] += 1


cdef inline void turn_few_counts_into_starts(uint16_t* counts, Py_ssize_t n) noexcept nogil:
    """Replace counts, a multiple of four of them, by the sums of those before: four at a time in a word of 64 bits."""
    cdef uint64_t four, starts, before = 0
    cdef Py_ssize_t i
    for i in range(0, n, 4):
        memcpy(&four, counts + i, 8)
        four += four << 16
        four += four << 32  # each of the four with those below it
        starts = (four << 16) + before * <uint64_t> 0x0001000100010001
        before += four >> 48
        memcpy(counts + i, &starts, 8)


cdef void sort_many(uint32_t* keys, uint32_t* spare, Py_ssize_t n, int n_bits) noexcept nogil:
    """Sort keys of n_bits by their columns, eleven bits at a time, which no choice of words can slow down."""
    cdef uint32_t ends[RADIX]
    cdef uint32_t* source = keys
    cdef uint32_t* target = spare
    cdef Py_ssize_t i, digit
    cdef int shift
    for shift in range(1, n_bits, 11):  # the order of the signs of a column changes no sum
        memset(ends, 0, sizeof(ends))
        for i in range(n):
            ends[source[i] >> shift & (RADIX - 1)] += 1
        turn_counts_into_starts(ends, RADIX)
        for i in range(n):
            digit = source[i] >> shift & (RADIX - 1)
            target[ends[digit]] = source[i]
            ends[digit] += 1
        source, target = target, source
    if source != keys:
        memcpy(keys, source, n * sizeof(uint32_t))


cdef inline void turn_counts_into_starts(uint32_t* counts, Py_ssize_t n) noexcept nogil:
    cdef uint32_t start = 0, count
    cdef Py_ssize_t i
    for i in range(n):
        count = counts[i]
        counts[i] = start
        start += count


cdef Py_ssize_t count_columns(const uint32_t* keys, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t i, n_columns = n > 0
    for i in range(1, n):
        n_columns += keys[i] >> 1 != keys[i - 1] >> 1
    return n_columns


cdef Py_ssize_t sort_columns(uint32_t* keys, uint32_t* spare, Py_ssize_t n, int n_bits) noexcept nogil:
    """Replace keys by their columns, ascending and each once. Returns how many there are."""
    cdef Py_ssize_t i, last = -1
    cdef uint32_t column, previous = 0xFFFFFFFF  # no key's
    if n <= FEW:
        return sort_few_columns(keys, spare, n, n_bits)
    sort_many(keys, spare, n, n_bits)
    for i in range(n):
        column = keys[i] >> 1
        last += column != previous
        keys[last] = previous = column
    return last + 1
