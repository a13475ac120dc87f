# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""The compiled twin of scikit-learn's ``HashingVectorizer`` with the tokenizers of this package.

The Python tokenizers are the definition; these files must give the same bits, and the tests compare the two. In
reading order: ``_hashing_tokens.pxi`` writes the tokens of a text as lower-case UTF-8, one space after each, so that
an n-gram is a slice; ``_hashing_keys.pxi`` turns the slices into sorted keys; this file turns the keys of a batch into
the rows of a CSR matrix, and releases the GIL for all of it.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from cpython.unicode cimport PyUnicode_DATA
from libc.math cimport sqrt
from libc.stdint cimport INT32_MAX, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc, realloc
from libc.string cimport memchr, memcmp, memcpy, memmove, memset

import numpy as np

from movieclassifier.features.folding import QUOTES, REFERENCE, combining_marks, fold


cdef extern from "Python.h":
    Py_ssize_t PyUnicode_GetLength(object text) except -1
    # Look-ups in CPython's tables of the Unicode database, which need no GIL.
    bint Py_UNICODE_ISALNUM(uint32_t c) noexcept nogil
    uint32_t Py_UNICODE_TOLOWER(uint32_t c) noexcept nogil


cdef extern from *:
    """
    #if defined(__GNUC__) || defined(__clang__)
    #define PREFETCH(address) __builtin_prefetch(address)
    #define LOWEST_BIT(bits) __builtin_ctzll(bits)
    #else
    #include <intrin.h>
    #define PREFETCH(address) ((void) (address))
    static __inline unsigned long LOWEST_BIT(unsigned __int64 bits) {
        unsigned long place;
        _BitScanForward64(&place, bits);
        return place;
    }
    #endif
    """
    void PREFETCH(const void* address) noexcept nogil
    uint32_t LOWEST_BIT(uint64_t bits) noexcept nogil  # where it is, in bits that are not all zero


cdef enum:
    BUCKET = 4  # stop words that are looked at together
    AHEAD = 192  # weights that are asked for before they are needed
    MAX_PER_TEXT = 1 << 24  # characters, and n-grams: up to here sums of signs are exact in float32
    GROWTH = 2  # no character takes more bytes than twice its own in lower case and with a space behind it
    PADDING = 64  # after buffers that are read and written some bytes at a time
    KEPT_BYTES = 1 << 23  # of buffers between two calls


cdef enum TokenizerKind:
    BOOK
    DEFAULT


cdef enum Form:
    RAW
    FOLDED  # by the Python function: without tags and references, in NFC
    TOKENS  # that a Python tokenizer has found, joined by spaces


cdef enum Norm:
    NO_NORM
    L1
    L2


cdef struct StopWord:
    uint32_t length  # 0 for an empty slot
    uint32_t start  # in the text of all


cdef struct StopWords:
    uint64_t* eights  # the first eight bytes of each, zeros behind a shorter one
    StopWord* slots  # in buckets, and behind them the words whose bucket is full
    uint32_t n_buckets  # a power of two
    uint32_t n_beyond
    uint64_t factor  # that spreads words over buckets
    uint32_t longest  # in bytes
    uint8_t* text


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
    const uint8_t* bytes  # UTF-8
    Py_ssize_t n
    bint is_ascii
    Form form


cdef struct Buffers:
    uint8_t* text  # a copy of a text, without its tags and with its quotes folded
    uint8_t* lower  # its bytes, ASCII letters in lower case
    Py_ssize_t n  # bytes of the copy
    uint8_t* words  # 255 for its bytes of words, else 0
    uint8_t* marks  # 255 for its punctuation marks that are tokens, else 0
    uint8_t* parts  # 255 for its bytes of tokens, else 0
    uint8_t* bounds  # 255 where a token begins at once behind another, else 0
    uint32_t* begins  # of its runs of parts, and their ends
    uint32_t* ends
    uint8_t* emoticons  # of the book's tokenizer: the eyes and the mouth of each
    Py_ssize_t n_emoticons
    Py_ssize_t n_glued  # emoticons to a word
    uint8_t* tokens  # lower-case UTF-8, one space after each
    uint32_t* starts  # where each token begins, and where one more would
    Py_ssize_t n_tokens
    Py_ssize_t n_bytes  # that those above have room for
    uint32_t* keys  # of the n-grams of all texts so far
    uint32_t* spare  # to sort the keys of one text
    int32_t* columns  # of the row of a text that is decided at once, and its values
    double* values
    double* products  # with the weights
    Py_ssize_t n_row  # that the three above have room for
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
    """Make room for a text of n bytes."""
    if n < buffers.n_bytes:
        return 0
    n = n + n // 2 + 1024
    buffers.n_bytes = 0  # until all have it
    resize(<void**> &buffers.text, n + PADDING)
    resize(<void**> &buffers.lower, n + PADDING)
    resize(<void**> &buffers.words, n + PADDING)
    resize(<void**> &buffers.marks, n + PADDING)
    resize(<void**> &buffers.parts, n + PADDING)
    resize(<void**> &buffers.bounds, n + PADDING)
    resize(<void**> &buffers.begins, sizeof(uint32_t) * n)
    resize(<void**> &buffers.ends, sizeof(uint32_t) * n)
    resize(<void**> &buffers.emoticons, n + PADDING)
    resize(<void**> &buffers.tokens, GROWTH * n + PADDING)
    resize(<void**> &buffers.starts, sizeof(uint32_t) * n)
    buffers.n_bytes = n
    return 0


cdef int reserve_keys(Buffers* buffers, Py_ssize_t n) except -1 nogil:
    """Make room for n more keys."""
    cdef Py_ssize_t in_all = buffers.n_keys + n
    if n > buffers.n_spare:
        resize(<void**> &buffers.spare, 2 * n * sizeof(uint32_t))
        buffers.n_spare = 2 * n
    if in_all > buffers.n_keys_at_most:
        in_all += in_all // 4
        resize(<void**> &buffers.keys, in_all * sizeof(uint32_t))
        buffers.n_keys_at_most = in_all
    return 0


cdef int reserve_row(Buffers* buffers, Py_ssize_t n) except -1 nogil:
    """Make room for the row of a text of n n-grams."""
    if n < buffers.n_row:
        return 0
    buffers.n_row = 0  # until all have it
    resize(<void**> &buffers.columns, 2 * (n + 1) * sizeof(int32_t))
    resize(<void**> &buffers.values, 2 * (n + 1) * sizeof(double))
    resize(<void**> &buffers.products, 2 * (n + 1) * sizeof(double))
    buffers.n_row = 2 * (n + 1)
    return 0


cdef class Workspace:
    """The buffers of one call at a time, which the next call finds as large as they were."""

    cdef Buffers buffers

    def __cinit__(self):
        memset(&self.buffers, 0, sizeof(Buffers))

    def __dealloc__(self):
        free(self.buffers.text)
        free(self.buffers.lower)
        free(self.buffers.words)
        free(self.buffers.marks)
        free(self.buffers.parts)
        free(self.buffers.bounds)
        free(self.buffers.begins)
        free(self.buffers.ends)
        free(self.buffers.emoticons)
        free(self.buffers.tokens)
        free(self.buffers.starts)
        free(self.buffers.keys)
        free(self.buffers.spare)
        free(self.buffers.columns)
        free(self.buffers.values)
        free(self.buffers.products)

    cdef Py_ssize_t n_bytes(self):
        cdef Buffers* buffers = &self.buffers
        return 21 * buffers.n_bytes + 4 * (buffers.n_keys_at_most + buffers.n_spare) + 20 * buffers.n_row


include "_hashing_keys.pxi"
include "_hashing_tokens.pxi"
include "_row_sums.pxi"


cdef Py_ssize_t hash_text(const Text* text, Buffers* buffers, const Settings* settings) except -1 nogil:
    """Write the keys of one text behind those that are there, and return how many: in the order of the text's tokens,
    those that begin with the same token from the shortest to the longest."""
    cdef Py_ssize_t n_keys
    cdef uint32_t* keys
    reserve_text(buffers, text.n)
    tokenize(text, buffers, settings)
    n_keys = count_ngrams(buffers.n_tokens, settings.shortest, settings.longest)
    if n_keys > MAX_PER_TEXT or n_keys + buffers.n_keys > INT32_MAX:
        with gil:
            raise Declined(f"a text has {n_keys} n-grams.")
    reserve_keys(buffers, n_keys)
    keys = buffers.keys + buffers.n_keys
    hash_ngrams(buffers, settings.shortest, settings.longest, keys, buffers.spare)
    make_keys(keys, n_keys, settings.n_features)
    return n_keys


cdef int add_keys(
    const Text* text, Buffers* buffers, const Settings* settings, const uint8_t* coef, Py_ssize_t n_bytes
) except -1 nogil:
    """Append the sorted keys of one text. Weights of n_bytes, if there are any, are on their way when this returns."""
    cdef Py_ssize_t i, n_keys = hash_text(text, buffers, settings)
    cdef uint32_t* keys = buffers.keys + buffers.n_keys
    if coef != NULL:
        for i in range(n_keys):
            PREFETCH(coef + n_bytes * (keys[i] >> 1))
    sort_keys(keys, buffers.spare, n_keys, settings.n_key_bits)
    buffers.n_keys += n_keys
    return 0


cdef void write_columns_by_length(
    const Buffers* buffers, Py_ssize_t shortest, Py_ssize_t longest, int32_t[::1] columns
) noexcept nogil:
    """Write the column of each key of :func:`hash_text`, those of the shorter n-grams first."""
    cdef Py_ssize_t first, length, start, n = 0, n_tokens = buffers.n_tokens
    for first in range(n_tokens):
        start = 0  # of the n-grams of this length
        for length in range(shortest, min(longest, n_tokens - first) + 1):
            columns[start + first] = buffers.keys[n] >> 1
            start += n_tokens + 1 - length
            n += 1


cdef int add_texts(
    const Text* texts, Py_ssize_t n, Buffers* buffers, const Settings* settings, int32_t* key_ends, int32_t* indptr
) except -1 nogil:
    """Append the sorted keys of all texts; note where those of each end, and where its row will."""
    cdef Py_ssize_t i, start
    for i in range(n):
        start = buffers.n_keys
        add_keys(&texts[i], buffers, settings, NULL, 0)
        key_ends[i + 1] = buffers.n_keys
        indptr[i + 1] = indptr[i] + count_columns(buffers.keys + start, buffers.n_keys - start)
    return 0


cdef int add_columns(
    const Text* texts, Py_ssize_t n, Buffers* buffers, const Settings* settings, int32_t* indptr
) except -1 nogil:
    """Append the columns of all texts, in the place of their keys; note where those of each end."""
    cdef Py_ssize_t i, n_keys
    for i in range(n):
        n_keys = hash_text(&texts[i], buffers, settings)
        buffers.n_keys += sort_columns(buffers.keys + buffers.n_keys, buffers.spare, n_keys, settings.n_key_bits)
        indptr[i + 1] = buffers.n_keys
    return 0


ctypedef fused Real:
    float
    double


cdef void normalize(Real* row, Py_ssize_t n, double squares, const Settings* settings) noexcept nogil:
    """Divide by the norm, in the types of scikit-learn's ``inplace_csr_row_normalize_*``: the sums are exact."""
    cdef Py_ssize_t i
    cdef double total = 0
    if settings.norm == NO_NORM:
        return
    if settings.norm == L2:
        total = sqrt(squares)
    else:
        for i in range(n):
            total += -row[i] if row[i] < 0 else row[i]
    if total == 0:
        return
    for i in range(n):
        row[i] /= total


cdef void write_row(
    const uint32_t* keys, Py_ssize_t n, const Settings* settings, Real* row, int32_t* columns
) noexcept nogil:
    """Merge the sorted keys of one text into a row. A sum of signs that is zero stays in the row."""
    cdef Py_ssize_t i, last = -1
    cdef int32_t column, previous = -1, value = 0, sign
    cdef int64_t squares = 0
    if settings.binary:
        write_binary_row(keys, n, settings, row, columns)
        return
    for i in range(n):
        column = keys[i] >> 1
        last += column != previous
        value = value if column == previous else 0
        sign = 1 - 2 * (settings.alternate_sign & keys[i])
        squares += 2 * value * sign + 1  # what (value + sign) ** 2 adds to value ** 2
        value += sign
        columns[last] = previous = column
        row[last] = value
    normalize(row, last + 1, squares, settings)


cdef void write_binary_row(
    const uint32_t* keys, Py_ssize_t n, const Settings* settings, Real* row, int32_t* columns
) noexcept nogil:
    """Do as :func:`write_row` where all values of a row are the same."""
    cdef Py_ssize_t i, last = -1
    cdef int32_t column, previous = -1
    cdef Real value
    for i in range(n):
        column = keys[i] >> 1
        last += column != previous
        columns[last] = previous = column
    value = <Real> binary_value(last + 1, settings.norm)
    for i in range(last + 1):
        row[i] = value


cdef inline double binary_value(double n, Norm norm) noexcept nogil:
    """Return the value of each of n columns."""
    if norm == NO_NORM or n == 0:
        return 1
    return 1 / (sqrt(n) if norm == L2 else n)


cdef void write_values(const int32_t[::1] indptr, Norm norm, Real[::1] values) noexcept nogil:
    """Write the value of each row."""
    cdef Py_ssize_t i
    for i in range(values.shape[0]):
        values[i] = <Real> binary_value(indptr[i + 1] - indptr[i], norm)


cdef void repeat_values(const Real[::1] values, const int32_t[::1] indptr, Real[::1] data) noexcept nogil:
    """Write the value of each row as often as it has columns."""
    cdef Py_ssize_t i, place
    cdef Real value
    for i in range(values.shape[0]):
        value = values[i]
        for place in range(indptr[i], indptr[i + 1]):
            data[place] = value


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


cdef double decide_row(
    const Real* row, const int32_t* columns, Py_ssize_t n, Py_ssize_t n_more, const Real* coef, double* products
) noexcept nogil:
    """Return the sum of a row of n values with their weights, in the types and the order of ``Weights.decide``.

    Behind its columns there are n_more of rows that come next.
    """
    cdef Py_ssize_t i
    for i in range(n):
        if i + AHEAD < n + n_more:
            PREFETCH(&coef[columns[i + AHEAD]])
        products[i] = <double> row[i] * <double> coef[columns[i]]
    return row_sum(products, n)


cdef void decide_text(Buffers* buffers, const Settings* settings, const Real[:, ::1] coef, double* sums) noexcept nogil:
    """Write the sum for each row of weights."""
    cdef Real* row = <Real*> buffers.values
    cdef Py_ssize_t i, n = count_columns(buffers.keys, buffers.n_keys)
    write_row(buffers.keys, buffers.n_keys, settings, row, buffers.columns)
    for i in range(coef.shape[0]):
        sums[i] = decide_row(row, buffers.columns, n, 0, &coef[i, 0], buffers.products)


def sum_rows(
    const Real[::1] data,
    const int32_t[::1] columns,
    const int32_t[::1] indptr,
    const Real[::1] coef,
    double[::1] sums,
):
    """Write the sum of each row's values with one row of weights; ``Weights.decide`` adds the intercept to it.

    Raises
    ------
    ValueError
        If the arrays do not fit each other.
    """
    cdef Py_ssize_t i, start, end, longest = 0, n = sums.shape[0]
    cdef bint fits = indptr.shape[0] == n + 1 and data.shape[0] == columns.shape[0]
    cdef double* products
    fits = fits and indptr[0] == 0 and indptr[n] == columns.shape[0]
    if fits:
        for i in range(n):
            fits &= indptr[i] <= indptr[i + 1]
            longest = max(longest, indptr[i + 1] - indptr[i])
        for i in range(columns.shape[0]):
            fits &= 0 <= columns[i] < coef.shape[0]
    if not fits:
        raise ValueError(f"rows must have columns below {coef.shape[0]}, and as many sums as rows.")
    products = <double*> malloc((longest + 1) * sizeof(double))
    if products == NULL:
        raise MemoryError(f"no room for {longest} products.")
    with nogil:
        for i in range(n):
            start, end = indptr[i], indptr[i + 1]
            sums[i] = 0  # and no look at an empty row, for there may be nothing at its place
            if end > start:
                sums[i] = decide_row(
                    &data[start], &columns[start], end - start, indptr[n] - end, &coef[0], products
                )
    free(products)


class Declined(Exception):
    """The texts are too long for the twin."""


cdef class Twin:
    """``HashingVectorizer`` for some settings. It does not change, so that threads can share it.

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
    cdef bint is_single
    cdef list workspaces

    def __cinit__(
        self, *, tokenizer, definition, stop_words, ngram_range, n_features, binary, alternate_sign, norm, dtype
    ):
        self.definition = definition
        self.dtype = np.dtype(dtype)
        self.is_single = self.dtype == np.float32
        self.workspaces = []
        self.settings.tokenizer = {"book": BOOK, "default": DEFAULT}[tokenizer]
        self.settings.shortest, self.settings.longest = (min(n, MAX_PER_TEXT + 1) for n in ngram_range)
        self.settings.n_features = n_features
        self.settings.n_key_bits = 1 + (n_features - 1).bit_length()
        self.settings.binary = binary
        self.settings.alternate_sign = alternate_sign
        self.settings.norm = {None: NO_NORM, "l1": L1, "l2": L2}[norm]
        make_stop_words(&self.settings.stop_words, stop_words)

    def __dealloc__(self):
        free(self.settings.stop_words.eights)
        free(self.settings.stop_words.slots)
        free(self.settings.stop_words.text)

    def hash(self, list texts, bint even=False):
        """Return the data, columns and indptr of the rows of texts.

        Rows that are ``even``, which only those of a binary twin can be, have one value each in the data.

        Raises
        ------
        Declined
            If a text has more than 2**24 characters or n-grams, or all of them together 2**31 n-grams.
        """
        cdef Py_ssize_t i, n = len(texts)
        cdef Text* views = <Text*> malloc((n + 1) * sizeof(Text))
        if views == NULL:
            raise MemoryError(f"no room for {n} texts.")
        try:
            kept = [self.view(texts[i], &views[i]) for i in range(n)]  # the GIL's release must not free a text
            return self.rows(views, n, even)
        finally:
            free(views)

    def hash_spans(self, texts, bint even=False):
        """Do as :meth:`hash` with texts as the twin of the CSV reader has found them, valid UTF-8.

        Those that Python has to look at become str, as all of :meth:`hash` are.
        """
        cdef Py_ssize_t i, first, last, n = 0
        cdef bytes block, ends
        cdef const uint8_t* start
        cdef const int32_t* end
        cdef list kept = list(texts.blocks)
        cdef Text* views = <Text*> malloc((len(texts) + 1) * sizeof(Text))
        if views == NULL:
            raise MemoryError(f"no room for {len(texts)} texts.")
        try:
            for block, ends, first, last in texts.blocks:
                start = <const uint8_t*> PyBytes_AS_STRING(block)
                end = <const int32_t*> PyBytes_AS_STRING(ends)
                for i in range(first, last):
                    if not see(start + end[i], end[i + 1] - end[i], self.settings.tokenizer, &views[n]):
                        kept.append(self.view(block[end[i]:end[i + 1]].decode(), &views[n]))
                    n += 1
            return self.rows(views, n, even)
        finally:
            free(views)

    cdef object rows(self, const Text* views, Py_ssize_t n, bint even):
        if not self.settings.binary:
            return self.hash_views(views, n)
        values, columns, indptr = self.hash_evenly(views, n)
        return (values if even else self.repeat(values, indptr)), columns, indptr

    def decide(self, text, coef):
        """Return the sum of a text's values with each row of weights; ``Weights.decide`` adds the intercepts to it.

        Parameters
        ----------
        text : str
        coef : ndarray of shape (n_rows, n_features)
            Of the twin's dtype, its rows side by side in memory.

        Returns
        -------
        list of float

        Raises
        ------
        Declined
            As :meth:`hash`.
        """
        cdef Text view
        cdef Py_ssize_t n_rows = len(coef)
        cdef double few[16]
        cdef double* sums = few
        cdef const float[:, ::1] singles
        cdef const double[:, ::1] doubles
        cdef Workspace workspace = self.workspaces.pop() if self.workspaces else Workspace()
        if coef.shape[1] != self.settings.n_features:
            raise ValueError(f"there must be {self.settings.n_features} columns of weights; got {coef.shape[1]}.")
        kept = self.view(text, &view)
        workspace.buffers.n_keys = 0
        if n_rows > 16:
            sums = <double*> malloc(n_rows * sizeof(double))
            if sums == NULL:
                raise MemoryError(f"no room for {n_rows} sums.")
        try:
            if self.is_single:
                singles = coef
                with nogil:
                    add_keys(&view, &workspace.buffers, &self.settings, <uint8_t*> &singles[0, 0], sizeof(float))
                    reserve_row(&workspace.buffers, workspace.buffers.n_keys)
                    decide_text(&workspace.buffers, &self.settings, singles, sums)
            else:
                doubles = coef
                with nogil:
                    add_keys(&view, &workspace.buffers, &self.settings, <uint8_t*> &doubles[0, 0], sizeof(double))
                    reserve_row(&workspace.buffers, workspace.buffers.n_keys)
                    decide_text(&workspace.buffers, &self.settings, doubles, sums)
            self.keep(workspace)
            return [sums[i] for i in range(n_rows)]
        finally:
            if sums != few:
                free(sums)

    def ngram_columns(self, text):
        """Return the column of each n-gram of a text, at each place where it stands: the shorter n-grams first.

        Parameters
        ----------
        text : str

        Returns
        -------
        ndarray of shape (n_ngrams,), int32

        Raises
        ------
        Declined
            As :meth:`hash`.
        """
        cdef Text view
        cdef Py_ssize_t n
        cdef Workspace workspace = self.workspaces.pop() if self.workspaces else Workspace()
        cdef int32_t[::1] columns
        kept = self.view(text, &view)
        workspace.buffers.n_keys = 0
        with nogil:
            n = hash_text(&view, &workspace.buffers, &self.settings)
        columns = np.empty(n, np.int32)
        with nogil:
            write_columns_by_length(&workspace.buffers, self.settings.shortest, self.settings.longest, columns)
        self.keep(workspace)
        return np.asarray(columns)

    cdef keep(self, Workspace workspace):
        """Keep the buffers for the next call, unless a long text has made them large."""
        if workspace.n_bytes() <= KEPT_BYTES:
            self.workspaces.append(workspace)

    cdef object hash_views(self, const Text* views, Py_ssize_t n):
        cdef int32_t[::1] key_ends = np.zeros(n + 1, np.int32)
        cdef int32_t[::1] indptr = np.zeros(n + 1, np.int32)
        cdef Workspace workspace = self.workspaces.pop() if self.workspaces else Workspace()
        workspace.buffers.n_keys = 0
        with nogil:
            add_texts(views, n, &workspace.buffers, &self.settings, &key_ends[0], &indptr[0])
        data = np.empty(indptr[n], self.dtype)
        columns = np.empty(indptr[n], np.int32)
        if self.is_single:
            self.write[float](workspace.buffers.keys, key_ends, indptr, data, columns)
        else:
            self.write[double](workspace.buffers.keys, key_ends, indptr, data, columns)
        self.keep(workspace)
        return data, columns, np.asarray(indptr)

    cdef object hash_evenly(self, const Text* views, Py_ssize_t n):
        cdef int32_t[::1] indptr = np.zeros(n + 1, np.int32)
        cdef int32_t[::1] columns
        cdef float[::1] singles
        cdef double[::1] doubles
        cdef Workspace workspace = self.workspaces.pop() if self.workspaces else Workspace()
        workspace.buffers.n_keys = 0
        values = np.empty(n, self.dtype)
        with nogil:
            add_columns(views, n, &workspace.buffers, &self.settings, &indptr[0])
        columns = np.empty(indptr[n], np.int32)
        if self.is_single:
            singles = values
            write_values(indptr, self.settings.norm, singles)
        else:
            doubles = values
            write_values(indptr, self.settings.norm, doubles)
        if indptr[n]:
            memcpy(&columns[0], workspace.buffers.keys, indptr[n] * sizeof(int32_t))
        self.keep(workspace)
        return values, np.asarray(columns), np.asarray(indptr)

    cdef object repeat(self, values, const int32_t[::1] indptr):
        data = np.empty(indptr[indptr.shape[0] - 1], self.dtype)
        if self.is_single:
            repeat_values[float](values, indptr, data)
        else:
            repeat_values[double](values, indptr, data)
        return data

    cdef object view(self, text, Text* view):
        """Look into a text, folded or tokenized in Python if need be. Returns the object that holds its bytes."""
        if not isinstance(text, str):
            raise TypeError(f"a text must be str; got {type(text).__name__}.")
        if len(text) > MAX_PER_TEXT:
            raise Declined(f"a text has {len(text)} characters.")
        view.form = RAW
        seen = text
        encoded = encode(text)
        if self.settings.tokenizer == DEFAULT and has_other_forms(text, encoded):
            seen = fold(text)
            encoded = encode(seen)
            view.form = FOLDED
        view.is_ascii = encoded is None
        if view.is_ascii:
            view.n = len(seen)
            view.bytes = <const uint8_t*> PyUnicode_DATA(seen)
            return seen
        if view.form == FOLDED and not marks_are_known:
            learn_marks()
        if "\u03a3" in seen:  # capital sigma becomes σ within a word, ς at its end
            encoded = " ".join(self.definition(text)).encode("utf-8", "surrogatepass")
            view.form = TOKENS
        view.n = PyBytes_GET_SIZE(encoded)
        view.bytes = <const uint8_t*> PyBytes_AS_STRING(encoded)
        return encoded

    cdef void write(
        self, const uint32_t* keys, int32_t[::1] key_ends, int32_t[::1] indptr, Real[::1] data, int32_t[::1] columns
    ):
        with nogil:
            write_rows(keys, key_ends, indptr, &self.settings, data, columns)


cdef bint see(const uint8_t* text, Py_ssize_t n, TokenizerKind tokenizer, Text* view) noexcept nogil:
    """Look into a text of UTF-8. Returns whether it is to be hashed as it is; see ``Twin.view``."""
    view.bytes, view.n, view.form, view.is_ascii = text, n, RAW, is_ascii(text, n)
    if n > MAX_PER_TEXT or (tokenizer == DEFAULT and memchr(text, c"&", n) != NULL):
        return False
    return view.is_ascii or not (has_capital_sigma(text, n) or (tokenizer == DEFAULT and may_need_marks(text, n)))


cdef bytes encode(text):
    """Return the UTF-8 of a text; None if it is ASCII, whose bytes are in the str."""
    return None if text.isascii() else text.encode("utf-8", "surrogatepass")


cdef bint has_other_forms(text, bytes encoded):
    """Tell whether a text has references or may not be in NFC, so that Python has to fold it."""
    if "&" in text and REFERENCE.search(text) is not None:
        return True
    if encoded is None:
        return False
    return may_need_marks(<const uint8_t*> PyBytes_AS_STRING(encoded), PyBytes_GET_SIZE(encoded))
