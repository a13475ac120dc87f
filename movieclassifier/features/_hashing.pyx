# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""The compiled twin of scikit-learn's ``HashingVectorizer`` with the tokenizers of this package.

The Python tokenizers are the definition; these files must give the same bits, and the tests compare the two. In
reading order: ``_hashing_tokens.pxi`` writes the tokens of a text as lower-case UTF-8, one space after each, so that
an n-gram is a slice; ``_hashing_keys.pxi`` turns the slices into sorted keys; this file turns the keys of a batch into
the rows of a CSR matrix, and releases the GIL for all of it.
"""

from cpython.unicode cimport PyUnicode_DATA, PyUnicode_KIND
from libc.math cimport fabs, sqrt
from libc.stdint cimport INT32_MAX, int32_t, uint8_t, uint16_t, uint32_t
from libc.stdlib cimport calloc, free, malloc, realloc
from libc.string cimport memchr, memcmp, memcpy, memset

import numpy as np


cdef extern from "Python.h":
    Py_ssize_t PyUnicode_GetLength(object text) except -1
    # Look-ups in CPython's tables of the Unicode database, which need no GIL.
    bint Py_UNICODE_ISALNUM(uint32_t c) noexcept nogil
    uint32_t Py_UNICODE_TOLOWER(uint32_t c) noexcept nogil


cdef enum:
    MAX_PER_TEXT = 1 << 24  # characters, and n-grams: up to here sums of signs are exact in float32
    BYTES_PER_CHARACTER = 5  # four of UTF-8 and the space after a token
    PADDING = 8  # after buffers that are read four bytes at a time


cdef enum TokenizerKind:
    BOOK
    DEFAULT
    SPLIT


cdef enum Norm:
    NO_NORM
    L1
    L2


cdef struct StopWords:
    uint32_t* slots  # where a word begins in the text, 0 for an empty slot
    uint32_t n_slots  # a power of two
    uint32_t longest  # in bytes
    uint8_t* text  # of each word its length, four bytes, and its bytes


cdef struct Settings:
    TokenizerKind tokenizer
    StopWords stop_words
    Py_ssize_t shortest
    Py_ssize_t longest
    uint32_t n_features
    int n_key_bits
    bint binary
    bint alternate_sign
    Norm norm


cdef struct Text:
    const void* characters
    Py_ssize_t n
    int width  # bytes per character: 1, 2 or 4
    TokenizerKind tokenizer


cdef struct Buffers:
    void* untagged  # a text without its tags, in the width of the text
    uint8_t* emoticons  # of the book's tokenizer: the eyes and the mouth of each
    uint8_t* tokens  # lower-case UTF-8, one space after each
    uint32_t* starts  # where each token begins, and where one more would
    Py_ssize_t n_tokens
    Py_ssize_t n_characters  # that the four above have room for
    uint32_t* keys  # of the n-grams of all texts so far
    uint32_t* spare  # to sort the keys of one text
    Py_ssize_t n_keys
    Py_ssize_t n_keys_at_most
    Py_ssize_t n_spare


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
    resize(&buffers.untagged, sizeof(uint32_t) * n)
    resize(<void**> &buffers.emoticons, n)
    resize(<void**> &buffers.tokens, BYTES_PER_CHARACTER * n + PADDING)
    resize(<void**> &buffers.starts, sizeof(uint32_t) * n)
    buffers.n_characters = n
    return 0


cdef int reserve_keys(Buffers* buffers, Py_ssize_t n) except -1 nogil:
    """Make room for n more keys."""
    cdef Py_ssize_t in_all = buffers.n_keys + n
    if n > buffers.n_spare:
        resize(<void**> &buffers.spare, 2 * n * sizeof(uint32_t))
        buffers.n_spare = 2 * n
    if in_all > buffers.n_keys_at_most:
        resize(<void**> &buffers.keys, 2 * in_all * sizeof(uint32_t))
        buffers.n_keys_at_most = 2 * in_all
    return 0


cdef void free_buffers(Buffers* buffers) noexcept nogil:
    free(buffers.untagged)
    free(buffers.emoticons)
    free(buffers.tokens)
    free(buffers.starts)
    free(buffers.keys)
    free(buffers.spare)


include "_hashing_keys.pxi"
include "_hashing_tokens.pxi"


cdef int add_keys(const Text* text, Buffers* buffers, const Settings* settings) except -1 nogil:
    """Append the sorted keys of one text."""
    cdef Py_ssize_t n_keys
    cdef uint32_t* keys
    reserve_text(buffers, text.n)
    tokenize(text, buffers, &settings.stop_words)
    n_keys = count_ngrams(buffers.n_tokens, settings.shortest, settings.longest)
    if n_keys > MAX_PER_TEXT or n_keys + buffers.n_keys > INT32_MAX:
        with gil:
            raise Declined(f"a text has {n_keys} n-grams.")
    reserve_keys(buffers, n_keys)
    keys = buffers.keys + buffers.n_keys
    hash_ngrams(buffers, settings.shortest, settings.longest, keys)
    make_keys(keys, n_keys, settings.n_features)
    sort_keys(keys, buffers.spare, n_keys, settings.n_key_bits)
    buffers.n_keys += n_keys
    return 0


cdef int add_texts(
    const Text* texts, Py_ssize_t n, Buffers* buffers, const Settings* settings, int32_t* key_ends, int32_t* indptr
) except -1 nogil:
    """Append the sorted keys of all texts; note where those of each end, and where its row will."""
    cdef Py_ssize_t i, start
    for i in range(n):
        start = buffers.n_keys
        add_keys(&texts[i], buffers, settings)
        key_ends[i + 1] = buffers.n_keys
        indptr[i + 1] = indptr[i] + count_columns(buffers.keys + start, buffers.n_keys - start)
    return 0


ctypedef fused Real:
    float
    double


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
    const int32_t[::1] key_ends,
    const int32_t[::1] indptr,
    const Settings* settings,
    Real[::1] data,
    int32_t[::1] indices,
) noexcept nogil:
    cdef Py_ssize_t i, start
    for i in range(indptr.shape[0] - 1):
        start = key_ends[i]
        write_row(keys + start, key_ends[i + 1] - start, settings, &data[indptr[i]], &indices[indptr[i]])


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
        self, *, tokenizer, definition, stop_words, ngram_range, n_features, binary, alternate_sign, norm, dtype
    ):
        self.definition = definition
        self.dtype = np.dtype(dtype)
        self.settings.tokenizer = {"book": BOOK, "default": DEFAULT}[tokenizer]
        self.settings.shortest, self.settings.longest = (min(n, MAX_PER_TEXT + 1) for n in ngram_range)
        self.settings.n_features = n_features
        self.settings.n_key_bits = 1 + (n_features - 1).bit_length()
        self.settings.binary = binary
        self.settings.alternate_sign = alternate_sign
        self.settings.norm = {None: NO_NORM, "l1": L1, "l2": L2}[norm]
        make_stop_words(&self.settings.stop_words, stop_words)

    def __dealloc__(self):
        free(self.settings.stop_words.slots)
        free(self.settings.stop_words.text)

    def hash(self, list texts):
        """Return the data, indices and indptr of the rows of texts.

        Raises
        ------
        Declined
            If a text has more than 2**24 characters or n-grams, or all of them together 2**31 n-grams.
        """
        cdef Py_ssize_t i, n = len(texts)
        cdef int32_t[::1] key_ends = np.zeros(n + 1, np.int32)
        cdef int32_t[::1] indptr = np.zeros(n + 1, np.int32)
        cdef Buffers buffers
        cdef Text* views = <Text*> malloc((n + 1) * sizeof(Text))
        if views == NULL:
            raise MemoryError(f"no room for {n} texts.")
        memset(&buffers, 0, sizeof(buffers))
        try:
            kept = [self.view(texts[i], &views[i]) for i in range(n)]  # the GIL's release must not free a text
            with nogil:
                add_texts(views, n, &buffers, &self.settings, &key_ends[0], &indptr[0])
            data, indices = np.zeros(indptr[n], self.dtype), np.empty(indptr[n], np.int32)
            if self.dtype == np.float32:
                self.write[float](buffers.keys, key_ends, indptr, data, indices)
            else:
                self.write[double](buffers.keys, key_ends, indptr, data, indices)
        finally:
            free(views)
            free_buffers(&buffers)
        return data, indices, np.asarray(indptr)

    cdef object view(self, text, Text* view):
        """Look into a text, tokenized in Python if need be. Returns the str that holds its characters."""
        if not isinstance(text, str):
            raise TypeError(f"a text must be str; got {type(text).__name__}.")
        view.tokenizer = self.settings.tokenizer
        if not text.isascii() and "Σ" in text:  # σ within a word, ς at its end
            text = " ".join(self.definition(text))
            view.tokenizer = SPLIT
        view.n = PyUnicode_GetLength(text)
        view.width = PyUnicode_KIND(text)
        view.characters = PyUnicode_DATA(text)
        if view.n > MAX_PER_TEXT:
            raise Declined(f"a text has {view.n} characters.")
        return text

    cdef void write(
        self, const uint32_t* keys, int32_t[::1] key_ends, int32_t[::1] indptr, Real[::1] data, int32_t[::1] indices
    ):
        with nogil:
            write_rows(keys, key_ends, indptr, &self.settings, data, indices)
