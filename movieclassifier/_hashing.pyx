# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""The compiled twin of scikit-learn's ``HashingVectorizer`` with the tokenizers of this package.

The Python tokenizers are the definition; this file must give the same bits, and the tests compare the two. In reading
order: the tokenizers write the tokens of one text as lower-case UTF-8, one space after each, so that an n-gram is a
slice of that buffer; MurmurHash3 turns slices into keys; the keys are sorted; the sorted keys become the rows of a CSR
matrix. The GIL is released for a whole batch.
"""

from cpython.unicode cimport PyUnicode_DATA, PyUnicode_GET_LENGTH, PyUnicode_KIND
from libc.math cimport fabs, sqrt
from libc.stdint cimport INT32_MAX, int32_t, uint8_t, uint16_t, uint32_t
from libc.stdlib cimport calloc, free, malloc, realloc
from libc.string cimport memcmp, memcpy, memset

import numpy as np


cdef extern from "Python.h":  # look-ups in CPython's tables of the Unicode database, which need no GIL
    bint Py_UNICODE_ISALNUM(uint32_t c) noexcept nogil
    uint32_t Py_UNICODE_TOLOWER(uint32_t c) noexcept nogil


ctypedef fused Char:  # what CPython stores a str in: the narrowest that holds its widest character
    uint8_t
    uint16_t
    uint32_t

ctypedef fused Real:
    float
    double

# ---------------------------------------------------------------- characters

cdef enum:
    MARK = 1  # a punctuation mark that is a token of the default tokenizer
    EYES = 2  # may begin an emoticon
    MOUTH = 4  # may end one
    LETTER = 8  # A-Z, a-z

    RIGHT_QUOTE = 0x2019
    CAPITAL_I_WITH_DOT = 0x130
    DOT_ABOVE = 0x307

cdef uint32_t FOLDED[256]  # the lower-case code point of a word character, 0 for any other
cdef uint8_t ROLE[128]


cdef void fill_tables():
    cdef uint32_t c
    for c in range(256):
        FOLDED[c] = Py_UNICODE_TOLOWER(c) if Py_UNICODE_ISALNUM(c) or c == c'_' else 0
    for c in range(128):
        ROLE[c] = (
            MARK * (chr(c) in '!?.,;:()"*/-')
            | EYES * (chr(c) in ":;=")
            | MOUTH * (chr(c) in ")(DP")
            | LETTER * (chr(c) in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
        )


fill_tables()


cdef inline uint32_t fold(uint32_t c) noexcept nogil:
    """Lower-case a word character (``\\w``); 0 for any other character."""
    if c < 256:
        return FOLDED[c]
    return Py_UNICODE_TOLOWER(c) if Py_UNICODE_ISALNUM(c) else 0


cdef inline bint has_role(uint32_t c, uint8_t role) noexcept nogil:
    return c < 128 and ROLE[c] & role


cdef inline uint8_t* write_utf8(uint8_t* out, uint32_t c) noexcept nogil:
    if c < 0x80:
        out[0] = c
        return out + 1
    if c < 0x800:
        out[0] = 0xC0 | (c >> 6)
        out[1] = 0x80 | (c & 0x3F)
        return out + 2
    if c < 0x10000:
        out[0] = 0xE0 | (c >> 12)
        out[1] = 0x80 | (c >> 6 & 0x3F)
        out[2] = 0x80 | (c & 0x3F)
        return out + 3
    out[0] = 0xF0 | (c >> 18)
    out[1] = 0x80 | (c >> 12 & 0x3F)
    out[2] = 0x80 | (c >> 6 & 0x3F)
    out[3] = 0x80 | (c & 0x3F)
    return out + 4


# ---------------------------------------------------------------- MurmurHash3, x86, 32 bits, seed 0
# Austin Appleby, https://github.com/aappleby/smhasher, cut in two so that a longer n-gram goes on where the shorter
# one that it begins with has stopped. Blocks are read as little-endian, which setup.py makes sure of.


cdef inline uint32_t rotate(uint32_t x, int n) noexcept nogil:
    return (x << n) | (x >> (32 - n))


cdef inline uint32_t mix(uint32_t block) noexcept nogil:
    return rotate(block * <uint32_t> 0xCC9E2D51, 15) * <uint32_t> 0x1B873593


cdef inline uint32_t load(const uint8_t* text) noexcept nogil:
    cdef uint32_t block
    memcpy(&block, text, 4)
    return block


cdef inline uint32_t absorb(uint32_t state, const uint8_t* text) noexcept nogil:
    """Take in one block of four bytes."""
    return rotate(state ^ mix(load(text)), 13) * 5 + <uint32_t> 0xE6546B64


cdef inline uint32_t finish(uint32_t state, const uint8_t* tail, uint32_t n_tail, uint32_t length) noexcept nogil:
    """Take in the last zero to three bytes and the length. Reads four bytes at the tail: buffers are padded."""
    state ^= mix(load(tail) & ((<uint32_t> 1 << 8 * n_tail) - 1))
    state ^= length
    state = (state ^ (state >> 16)) * <uint32_t> 0x85EBCA6B
    state = (state ^ (state >> 13)) * <uint32_t> 0xC2B2AE35
    return state ^ (state >> 16)


# ---------------------------------------------------------------- buffers

cdef enum:
    PADDING = 8
    BYTES_PER_CHARACTER = 5  # four of UTF-8 and the space after a token


cdef struct Buffers:
    void* untagged  # the text without its tags, in the width of the text
    uint8_t* emoticons  # of the book's tokenizer: eyes and mouth of each
    uint8_t* tokens  # lower-case UTF-8, one space after each
    uint32_t* starts  # where each token begins, and where one more would
    Py_ssize_t n_tokens
    Py_ssize_t n_characters  # that the four above have room for
    uint32_t* keys  # of the n-grams of all texts so far
    uint32_t* spare  # for sorting the keys of one text
    Py_ssize_t n_keys
    Py_ssize_t key_room
    Py_ssize_t spare_room


cdef int resize(void** block, size_t n_bytes) except -1 nogil:
    cdef void* moved = realloc(block[0], n_bytes)
    if moved == NULL:
        with gil:
            raise MemoryError(f"no room for {n_bytes} bytes to hash texts in.")
    block[0] = moved
    return 0


cdef int reserve_text(Buffers* buffers, Py_ssize_t n) except -1 nogil:
    """Make room for a text of n characters."""
    if n < buffers.n_characters:
        return 0
    n = n + n // 2 + 1024
    resize(&buffers.untagged, 4 * (n + 1))
    resize(<void**> &buffers.emoticons, n + 1)
    resize(<void**> &buffers.tokens, BYTES_PER_CHARACTER * n + PADDING)
    resize(<void**> &buffers.starts, (n + 1) * sizeof(uint32_t))
    buffers.n_characters = n
    return 0


cdef int reserve_keys(Buffers* buffers, Py_ssize_t n) except -1 nogil:
    """Make room for n more keys."""
    cdef Py_ssize_t room
    if n > buffers.spare_room:
        resize(<void**> &buffers.spare, 2 * n * sizeof(uint32_t))
        buffers.spare_room = 2 * n
    if buffers.n_keys + n > buffers.key_room:
        room = 2 * (buffers.n_keys + n)
        resize(<void**> &buffers.keys, room * sizeof(uint32_t))
        buffers.key_room = room
    return 0


cdef void free_buffers(Buffers* buffers) noexcept nogil:
    free(buffers.untagged)
    free(buffers.emoticons)
    free(buffers.tokens)
    free(buffers.starts)
    free(buffers.keys)
    free(buffers.spare)


# ---------------------------------------------------------------- stop words

cdef struct StopWords:
    uint32_t* slots  # where a word begins in text, 0 for an empty slot
    uint32_t mask
    int shift
    uint32_t longest
    uint8_t* text  # for each word: its length in four bytes, then its bytes


cdef inline uint32_t stop_word_slot(const StopWords* words, const uint8_t* token, uint32_t length) noexcept nogil:
    """Return where to look first: a cheap hash of the length and the first four bytes. Buffers are padded."""
    cdef uint32_t head = load(token) & (<uint32_t> 0xFFFFFFFF >> 8 * (4 - min(length, 4)))
    return (head + length) * <uint32_t> 0x9E3779B1 >> words.shift


cdef inline bint is_stop_word(const StopWords* words, const uint8_t* token, uint32_t length) noexcept nogil:
    cdef uint32_t slot, start
    if length > words.longest:
        return False
    slot = stop_word_slot(words, token, length)
    while words.slots[slot]:
        start = words.slots[slot]
        if load(words.text + start) == length and memcmp(words.text + start + 4, token, length) == 0:
            return True
        slot = (slot + 1) & words.mask
    return False


cdef int make_stop_words(StopWords* words, stop_words) except -1:
    cdef uint32_t end = 1, slot, length
    cdef const uint8_t* word_bytes
    encoded = {word.encode("utf-8", "surrogatepass") for word in stop_words if word}
    n_bits = 4 + len(encoded).bit_length()
    n_slots = 1 << n_bits
    words.mask = n_slots - 1
    words.shift = 32 - n_bits
    words.longest = max(map(len, encoded), default=0)
    words.slots = <uint32_t*> calloc(n_slots, sizeof(uint32_t))
    words.text = <uint8_t*> malloc(1 + sum(4 + len(word) for word in encoded) + PADDING)
    if words.slots == NULL or words.text == NULL:
        raise MemoryError("no room for the stop words.")
    for word in encoded:
        length = len(word)
        memcpy(words.text + end, &length, 4)
        word_bytes = word
        memcpy(words.text + end + 4, word_bytes, length)
        slot = stop_word_slot(words, words.text + end + 4, length)
        while words.slots[slot]:
            slot = (slot + 1) & words.mask
        words.slots[slot] = end
        end += 4 + length
    return 0


# ---------------------------------------------------------------- tokenizers
# CPython ends every str with a NUL, which is no word character: text[n] can be read and stops every loop.


cdef Py_ssize_t find_tag(const Char* text, Py_ssize_t start, Py_ssize_t n, Py_ssize_t* end) noexcept nogil:
    """Find the next ``<[^>]*>``: where it begins, n if there is none, and where it ends."""
    cdef Py_ssize_t i = start, j
    while i < n and text[i] != c'<':
        i += 1
    j = i
    while j < n and text[j] != c'>':
        j += 1
    end[0] = j + 1
    return i if j < n else n


cdef Py_ssize_t remove_tags(const Char* text, Py_ssize_t n, Char* out, Char filler) noexcept nogil:
    """Copy a text without its tags, a filler in the place of each unless it is NUL. Returns the new length."""
    cdef Py_ssize_t start = 0, tag, end, length = 0
    while start < n:
        tag = find_tag(text, start, n, &end)
        memcpy(out + length, text + start, (tag - start) * sizeof(Char))
        length += tag - start
        if tag == n:
            break
        if filler:
            out[length] = filler
            length += 1
        start = end
    out[length] = 0
    return length


cdef inline uint8_t* end_token(Buffers* buffers, uint8_t* end, const StopWords* stop_words) noexcept nogil:
    """Keep the token that ends here unless it is a stop word. Returns where the next one begins."""
    cdef uint8_t* token = buffers.tokens + buffers.starts[buffers.n_tokens]
    if is_stop_word(stop_words, token, end - token):
        return token
    end[0] = c' '
    buffers.n_tokens += 1
    buffers.starts[buffers.n_tokens] = end + 1 - buffers.tokens
    return end + 1


cdef void tokenize_book(const Char* text, Py_ssize_t n, Buffers* buffers, const StopWords* stop_words) noexcept nogil:
    """Do as ``TOKENIZERS["book"]`` does with a text without tags."""
    cdef Py_ssize_t i = 0, mouth, n_emoticons = 0, first = 0
    cdef uint32_t folded
    cdef uint8_t* out = buffers.tokens
    cdef uint8_t* emoticons = buffers.emoticons
    while i < n:
        folded = fold(text[i])
        if not folded:
            mouth = i + 1 + (text[i + 1] == c'-')
            if has_role(text[i], EYES) and (text[mouth] == c')' or text[mouth] == c'('):
                emoticons[2 * n_emoticons] = text[i]
                emoticons[2 * n_emoticons + 1] = text[mouth]
                n_emoticons += 1
                i = mouth
            i += 1
            continue
        while folded:
            out = write_utf8(out, folded)
            i += 1
            # The lower case of İ is an i and a dot, which is no word character.
            folded = fold(text[i]) if text[i - 1] != CAPITAL_I_WITH_DOT else 0
        if i == n and n_emoticons and text[n - 1] != CAPITAL_I_WITH_DOT:
            # The first emoticon is glued to a word that reaches the end of the text.
            memcpy(out, emoticons, 2)
            out += 2
            first = 1
        out = end_token(buffers, out, stop_words)
    for i in range(first, n_emoticons):
        memcpy(out, emoticons + 2 * i, 2)
        out = end_token(buffers, out + 2, stop_words)


cdef inline Py_ssize_t end_of_emoticon(const Char* text, Py_ssize_t i) noexcept nogil:
    """Match ``[:;=]-?[)(DP](?![A-Za-z])``. Returns where it ends, i if it does not match."""
    cdef Py_ssize_t mouth = i + 1 + (text[i + 1] == c'-')
    if has_role(text[i], EYES) and has_role(text[mouth], MOUTH) and not has_role(text[mouth + 1], LETTER):
        return mouth + 1
    return i


cdef inline bint is_apostrophe(uint32_t c) noexcept nogil:
    return c == c"'" or c == RIGHT_QUOTE


cdef void tokenize_default(
    const Char* text, Py_ssize_t n, Buffers* buffers, const StopWords* stop_words
) noexcept nogil:
    """Do as ``TOKENIZERS["default"]`` does with a text without tags."""
    cdef Py_ssize_t i = 0, end
    cdef uint32_t folded
    cdef uint8_t* out = buffers.tokens
    while i < n:
        folded = fold(text[i])
        if folded:
            while folded:
                out = write_utf8(out, folded)
                if text[i] == CAPITAL_I_WITH_DOT:
                    out = write_utf8(out, DOT_ABOVE)
                i += 1
                if is_apostrophe(text[i]) and fold(text[i + 1]):
                    out = write_utf8(out, text[i])
                    i += 1
                folded = fold(text[i])
        else:
            end = end_of_emoticon(text, i)
            if end == i:
                end = i + 1
                if not has_role(text[i], MARK):
                    i = end
                    continue
            while i < end:
                out[0] = text[i] | 0x20 if has_role(text[i], LETTER) else text[i]
                out += 1
                i += 1
        out = end_token(buffers, out, stop_words)


cdef void split_at_spaces(const Char* text, Py_ssize_t n, Buffers* buffers, const StopWords* stop_words) noexcept nogil:
    """Take the tokens of a Python tokenizer, joined by single spaces."""
    cdef Py_ssize_t i = 0
    cdef uint8_t* out = buffers.tokens
    while i < n:
        while i < n and text[i] != c' ':
            out = write_utf8(out, text[i])
            i += 1
        out = end_token(buffers, out, stop_words)
        i += 1


# ---------------------------------------------------------------- keys

cdef enum:
    FEW = 2048
    MAX_PER_TEXT = 1 << 24  # characters and n-grams; up to here sums of signs are exact in float32


cdef enum Norm:
    NO_NORM
    L1
    L2


cdef enum Tokenizer:
    BOOK
    DEFAULT
    SPLIT


cdef struct Settings:
    Tokenizer tokenizer
    Py_ssize_t shortest
    Py_ssize_t longest
    uint32_t n_features
    int n_key_bits
    bint binary
    bint alternate_sign
    Norm norm
    StopWords stop_words


cdef struct Text:
    const void* characters
    Py_ssize_t n
    unsigned int width  # bytes per character
    Tokenizer tokenizer


cdef void tokenize_in(
    const Char* text, Py_ssize_t n, Tokenizer tokenizer, Buffers* buffers, const StopWords* stop_words
) noexcept nogil:
    cdef Py_ssize_t end
    if tokenizer == SPLIT:
        split_at_spaces(text, n, buffers, stop_words)
        return
    if find_tag(text, 0, n, &end) < n:
        n = remove_tags(text, n, <Char*> buffers.untagged, c' ' if tokenizer == DEFAULT else 0)
        text = <const Char*> buffers.untagged
    if tokenizer == DEFAULT:
        tokenize_default(text, n, buffers, stop_words)
    else:
        tokenize_book(text, n, buffers, stop_words)


cdef int tokenize(const Text* text, Buffers* buffers, const StopWords* stop_words) except -1 nogil:
    """Fill the tokens of the buffers with those of one text."""
    reserve_text(buffers, text.n)
    buffers.n_tokens = buffers.starts[0] = 0
    if text.width == 1:
        tokenize_in(<const uint8_t*> text.characters, text.n, text.tokenizer, buffers, stop_words)
    elif text.width == 2:
        tokenize_in(<const uint16_t*> text.characters, text.n, text.tokenizer, buffers, stop_words)
    else:
        tokenize_in(<const uint32_t*> text.characters, text.n, text.tokenizer, buffers, stop_words)
    return 0


cdef void hash_ngrams(const Buffers* buffers, Py_ssize_t shortest, Py_ssize_t longest, uint32_t* hashes) noexcept nogil:
    """Hash every n-gram: a slice of the tokens, from which a longer one goes on."""
    cdef const uint8_t* tokens = buffers.tokens
    cdef const uint32_t* starts = buffers.starts
    cdef Py_ssize_t first, last, n_tokens = buffers.n_tokens
    cdef uint32_t state, done, end
    for first in range(n_tokens):
        done = starts[first]
        state = 0
        for last in range(first, min(first + longest, n_tokens)):
            end = starts[last + 1] - 1
            while end - done >= 4:
                state = absorb(state, tokens + done)
                done += 4
            if last - first + 1 >= shortest:
                hashes[0] = finish(state, tokens + done, end - done, end - starts[first])
                hashes += 1


cdef void make_keys(uint32_t* hashes, Py_ssize_t n, uint32_t n_features) noexcept nogil:
    """Turn each hash into its key, column << 1 | (is it negative). Unsigned, |-2**31| needs no case of its own."""
    cdef uint32_t magnitude, negative
    cdef Py_ssize_t i
    for i in range(n):
        negative = hashes[i] >> 31
        magnitude = (hashes[i] ^ -negative) + negative
        if n_features & (n_features - 1) == 0:  # a power of two: no division
            hashes[i] = (magnitude & (n_features - 1)) << 1 | negative
        else:
            hashes[i] = magnitude % n_features << 1 | negative


cdef Py_ssize_t count_ngrams(Py_ssize_t n_tokens, const Settings* settings) noexcept nogil:
    cdef Py_ssize_t longest = min(settings.longest, n_tokens)
    cdef Py_ssize_t lengths = longest - settings.shortest + 1
    if lengths <= 0:
        return 0
    return lengths * (2 * (n_tokens + 1) - settings.shortest - longest) // 2


cdef void sort_few(uint32_t* keys, uint32_t* spare, Py_ssize_t n, int n_bits) noexcept nogil:
    """Sort a few keys of n_bits: spread over at least n buckets, then insert. Hashes fill the buckets evenly."""
    cdef uint32_t ends[2 * FEW]
    cdef uint32_t key, position = 0, count, n_buckets = 2
    cdef Py_ssize_t i, j
    cdef int shift = n_bits - 1
    while n_buckets < n and shift:
        n_buckets *= 2
        shift -= 1
    memset(ends, 0, n_buckets * sizeof(uint32_t))
    for i in range(n):
        ends[keys[i] >> shift] += 1
    for i in range(n_buckets):
        count = ends[i]
        ends[i] = position
        position += count
    for i in range(n):
        j = keys[i] >> shift
        spare[ends[j]] = keys[i]
        ends[j] += 1
    for i in range(n):
        key = spare[i]
        j = i
        while j > 0 and keys[j - 1] > key:
            keys[j] = keys[j - 1]
            j -= 1
        keys[j] = key


cdef void sort_many(uint32_t* keys, uint32_t* spare, Py_ssize_t n, int n_bits) noexcept nogil:
    """Sort many keys of n_bits: a radix sort, eleven bits at a time, which no choice of words can slow down."""
    cdef uint32_t ends[1 << 11]
    cdef uint32_t position, count
    cdef uint32_t* source = keys
    cdef uint32_t* target = spare
    cdef Py_ssize_t i, digit
    cdef int shift
    for shift in range(0, n_bits, 11):
        memset(ends, 0, sizeof(ends))
        for i in range(n):
            ends[source[i] >> shift & 2047] += 1
        position = 0
        for i in range(1 << 11):
            count = ends[i]
            ends[i] = position
            position += count
        for i in range(n):
            digit = source[i] >> shift & 2047
            target[ends[digit]] = source[i]
            ends[digit] += 1
        source, target = target, source
    if source != keys:
        memcpy(keys, source, n * sizeof(uint32_t))


cdef Py_ssize_t count_columns(const uint32_t* keys, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t i, n_columns = n > 0
    for i in range(1, n):
        n_columns += keys[i] >> 1 != keys[i - 1] >> 1
    return n_columns


cdef int add_keys(const Text* text, Buffers* buffers, const Settings* settings) except -1 nogil:
    """Append the sorted keys of one text."""
    cdef Py_ssize_t n_keys
    cdef uint32_t* keys
    tokenize(text, buffers, &settings.stop_words)
    n_keys = count_ngrams(buffers.n_tokens, settings)
    if n_keys > MAX_PER_TEXT or n_keys + buffers.n_keys > INT32_MAX:
        with gil:
            raise Declined(f"a text has {n_keys} n-grams.")
    reserve_keys(buffers, n_keys)
    keys = buffers.keys + buffers.n_keys
    hash_ngrams(buffers, settings.shortest, settings.longest, keys)
    make_keys(keys, n_keys, settings.n_features)
    if n_keys <= FEW:
        sort_few(keys, buffers.spare, n_keys, settings.n_key_bits)
    else:
        sort_many(keys, buffers.spare, n_keys, settings.n_key_bits)
    buffers.n_keys += n_keys
    return 0


cdef int hash_texts(
    const Text* texts, Py_ssize_t n, Buffers* buffers, const Settings* settings, int32_t* key_ends, int32_t* indptr
) except -1 nogil:
    """Collect the sorted keys of all texts, where those of each end, and where its row will end."""
    cdef Py_ssize_t i, start
    for i in range(n):
        start = buffers.n_keys
        add_keys(&texts[i], buffers, settings)
        key_ends[i + 1] = buffers.n_keys
        indptr[i + 1] = indptr[i] + count_columns(buffers.keys + start, buffers.n_keys - start)
    return 0


# ---------------------------------------------------------------- rows


cdef void normalize(Real* row, Py_ssize_t n, Norm norm) noexcept nogil:
    """Divide by the norm, in the types and the order of scikit-learn's ``inplace_csr_row_normalize_*``."""
    cdef Py_ssize_t i
    cdef double total = 0
    for i in range(n):
        total += row[i] * row[i] if norm == L2 else fabs(row[i])
    if norm == NO_NORM or total == 0:
        return
    if norm == L2:
        total = sqrt(total)
    for i in range(n):
        row[i] /= total


cdef void write_row(
    const uint32_t* keys, Py_ssize_t n, const Settings* settings, Real* row, int32_t* columns
) noexcept nogil:
    """Merge the sorted keys of one text into a row of zeros. A sum of signs that is zero stays in the row."""
    cdef Py_ssize_t i, last = -1
    cdef int32_t column, previous = -1
    for i in range(n):
        column = keys[i] >> 1
        last += column != previous
        columns[last] = previous = column
        if not settings.binary:
            row[last] += -1 if settings.alternate_sign and keys[i] & 1 else 1
    if settings.binary:
        for i in range(last + 1):
            row[i] = 1
    normalize(row, last + 1, settings.norm)


cdef void write_rows(
    const uint32_t* keys,
    const int32_t* key_ends,
    const int32_t* indptr,
    Py_ssize_t n,
    const Settings* settings,
    Real* values,
    int32_t* indices,
) noexcept nogil:
    cdef Py_ssize_t i, start
    for i in range(n):
        start = key_ends[i]
        write_row(keys + start, key_ends[i + 1] - start, settings, values + indptr[i], indices + indptr[i])


# ---------------------------------------------------------------- the twin


class Declined(Exception):
    """The texts are too long for the twin."""


cdef class Twin:
    """``HashingVectorizer`` for one recipe. It does not change, so that threads can share it.

    Parameters
    ----------
    tokenizer : {"book", "default"}
        The tokenizer to be the twin of.
    definition : callable
        The same tokenizer in Python, for texts with a letter whose lower case depends on its neighbours.
    stop_words : iterable of str
        Words removed after tokenizing, those of the definition included.
    ngram_range, n_features, binary, alternate_sign, norm, dtype
        As in ``HashingVectorizer``.
    """

    cdef Settings settings
    cdef object definition
    cdef object dtype

    def __cinit__(
        self, str tokenizer, definition, stop_words, ngram_range, n_features, binary, alternate_sign, norm, dtype
    ):
        self.settings.tokenizer = {"book": BOOK, "default": DEFAULT}[tokenizer]
        self.settings.shortest = min(ngram_range[0], MAX_PER_TEXT + 1)
        self.settings.longest = min(ngram_range[1], MAX_PER_TEXT + 1)
        self.settings.n_features = n_features
        self.settings.n_key_bits = 1 + (n_features - 1).bit_length()
        self.settings.binary = binary
        self.settings.alternate_sign = alternate_sign
        self.settings.norm = {None: NO_NORM, "l1": L1, "l2": L2}[norm]
        self.definition = definition
        self.dtype = np.dtype(dtype)
        make_stop_words(&self.settings.stop_words, stop_words)

    def __dealloc__(self):
        free(self.settings.stop_words.slots)
        free(self.settings.stop_words.text)

    def hash(self, texts):
        """Return the data, indices and indptr of the rows of a list of str.

        Raises
        ------
        Declined
            If a text has more than 16 million characters or n-grams, or all of them 2**31 n-grams.
        """
        cdef Py_ssize_t i, n = len(texts)
        cdef Buffers buffers
        cdef Text* views = <Text*> malloc((n + 1) * sizeof(Text))
        cdef int32_t[::1] key_ends = np.zeros(n + 1, np.int32)
        cdef int32_t[::1] indptr = np.zeros(n + 1, np.int32)
        if views == NULL:
            raise MemoryError(f"no room for {n} texts.")
        memset(&buffers, 0, sizeof(buffers))
        try:
            kept = [self.view(texts[i], &views[i]) for i in range(n)]  # holds the characters while the GIL is released
            with nogil:
                hash_texts(views, n, &buffers, &self.settings, &key_ends[0], &indptr[0])
            data, indices = np.zeros(indptr[n], self.dtype), np.empty(indptr[n], np.int32)
            if self.dtype == np.float32:
                self.write[float](&buffers, key_ends, indptr, data, indices)
            else:
                self.write[double](&buffers, key_ends, indptr, data, indices)
        finally:
            free(views)
            free_buffers(&buffers)
        return data, indices, np.asarray(indptr)

    cdef object view(self, text, Text* view):
        """Look into a text, tokenized in Python if need be. Returns the str that holds the characters."""
        if not isinstance(text, str):
            raise TypeError(f"a text must be str; got {type(text).__name__}.")
        view.tokenizer = self.settings.tokenizer
        if PyUnicode_KIND(text) > 1 and "Σ" in text:  # σ or ς
            text = " ".join(self.definition(text))
            view.tokenizer = SPLIT
        view.n = PyUnicode_GET_LENGTH(text)
        view.width = PyUnicode_KIND(text)
        view.characters = PyUnicode_DATA(text)
        if view.n > MAX_PER_TEXT:
            raise Declined(f"a text has {view.n} characters.")
        return text

    cdef void write(
        self, Buffers* buffers, int32_t[::1] key_ends, int32_t[::1] indptr, Real[::1] data, int32_t[::1] indices
    ):
        with nogil:
            write_rows(
                buffers.keys, &key_ends[0], &indptr[0], indptr.shape[0] - 1, &self.settings, &data[0], &indices[0]
            )
