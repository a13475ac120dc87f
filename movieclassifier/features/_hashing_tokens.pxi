"""Text → tokens: lower-case UTF-8, one space after each.

A text is copied first, without its tags and, for the default tokenizer, with its quotes folded; behind the copy stand
zeros, which are no word characters: bytes behind the end may be read, and they stop every loop.
"""


cdef enum:
    MARK = 1  # a punctuation mark that is a token of the default tokenizer
    EYES = 2  # may begin an emoticon
    MOUTH = 4  # may end one
    LETTER = 8  # A-Z, a-z

    CAPITAL_I_WITH_DOT = 0x130
    DOT_ABOVE = 0x307
    NON_JOINER = 0x200C
    JOINER = 0x200D
    SOFT_HYPHEN = 0xAD

    FIRST_MARK = 0x300
    SUPPLEMENT = 0xE0100  # the variation selectors behind all other marks
    N_MARKS = 0x1F000  # code points below the gap before them

    N_WITH_QUOTES = 0x10000  # code points below the first that is never a quote

cdef uint8_t ROLES[256]
cdef uint8_t ASCII_QUOTES[N_WITH_QUOTES]  # those that typographic quotes become, 0 for any other character
cdef uint8_t IS_MARK[N_MARKS + 0x100]
cdef bint marks_are_known = False


cdef void fill_roles():
    for role, members in ((MARK, '!?.,;:()"*/-'), (EYES, ":;="), (MOUTH, ")(DP")):
        for c in map(ord, members):
            ROLES[c] |= role
    for c in range(128):
        ROLES[c] |= LETTER if chr(c).isalpha() else 0
    for quote, ascii_quote in QUOTES.items():
        ASCII_QUOTES[<uint16_t> ord(quote)] = ord(ascii_quote)


cdef void learn_marks():
    """Fill the table of combining marks, which is needed for few texts and takes 10 ms."""
    global marks_are_known
    cdef uint32_t c
    for mark in combining_marks():
        c = ord(mark)
        IS_MARK[c if c < N_MARKS else N_MARKS + c - SUPPLEMENT] = 1
    marks_are_known = True


fill_roles()


cdef inline bint is_mark(uint32_t c) noexcept nogil:
    if c < N_MARKS:
        return IS_MARK[c]
    return SUPPLEMENT <= c < SUPPLEMENT + 0x100 and IS_MARK[N_MARKS + c - SUPPLEMENT]


cdef bint may_need_marks(const uint8_t* text, Py_ssize_t n) noexcept nogil:
    """Tell whether a text has a character from U+0300 on that is no general punctuation.

    Without one it has no combining mark and is in NFC.
    """
    cdef Py_ssize_t i
    for i in range(n):
        # U+2002 to U+207F; the two characters before have other forms in NFC.
        if text[i] >= 0xCC and not (
            text[i] == 0xE2 and (text[i + 1] == 0x81 or (text[i + 1] == 0x80 and text[i + 2] > 0x81))
        ):
            return True
    return False


cdef inline uint32_t decode(const uint8_t* text, Py_ssize_t* width) noexcept nogil:
    """Return the code point of a character that is not ASCII, and its number of bytes."""
    if text[0] < 0xE0:
        width[0] = 2
        return (text[0] & 0x1F) << 6 | (text[1] & 0x3F)
    if text[0] < 0xF0:
        width[0] = 3
        return (text[0] & 0x0F) << 12 | (text[1] & 0x3F) << 6 | (text[2] & 0x3F)
    width[0] = 4
    return (text[0] & 0x07) << 18 | (text[1] & 0x3F) << 12 | (text[2] & 0x3F) << 6 | (text[3] & 0x3F)


cdef inline uint8_t* write_utf8(uint8_t* out, uint32_t c) noexcept nogil:
    if c < 0x80:
        out[0] = c
        return out + 1
    if c < 0x800:
        out[0] = 0xC0 | c >> 6
        out[1] = 0x80 | (c & 0x3F)
        return out + 2
    if c < 0x10000:
        out[0] = 0xE0 | c >> 12
        out[1] = 0x80 | (c >> 6 & 0x3F)
        out[2] = 0x80 | (c & 0x3F)
        return out + 3
    out[0] = 0xF0 | c >> 18
    out[1] = 0x80 | (c >> 12 & 0x3F)
    out[2] = 0x80 | (c >> 6 & 0x3F)
    out[3] = 0x80 | (c & 0x3F)
    return out + 4


# ---------------------------------------------------------------- stop words


cdef inline uint64_t first_eight(const uint8_t* token, uint32_t length) noexcept nogil:
    """Return the first eight bytes of a token, zeros behind its end; eight can be read wherever a token lies."""
    cdef uint64_t eight
    cdef uint32_t n_missing = 8 - min(length, 8)
    memcpy(&eight, token, 8)
    return eight & (<uint64_t> 0xFFFFFFFFFFFFFFFF >> 4 * n_missing >> 4 * n_missing)


cdef inline uint32_t bucket_of(const StopWords* words, uint64_t eight, uint32_t length) noexcept nogil:
    return ((eight + length) * words.factor >> 32) & (words.n_buckets - 1)


cdef inline bint is_stop_word(const StopWords* words, const uint8_t* token, uint32_t length) noexcept nogil:
    """Tell whether a token is a stop word. Half of all are, at random: nothing branches on it here."""
    cdef uint64_t eight = first_eight(token, length)
    cdef const StopWord* bucket = words.slots + BUCKET * bucket_of(words, eight, length)
    cdef bint found = False
    cdef int i
    if length > words.longest:
        return False
    for i in range(BUCKET):
        found |= (bucket[i].eight == eight) & (bucket[i].length == length)
    if length <= 8 and not words.n_beyond:
        return found
    return is_among(words, bucket, BUCKET, token, length) or is_among(
        words, words.slots + BUCKET * words.n_buckets, words.n_beyond, token, length
    )


cdef bint is_among(
    const StopWords* words, const StopWord* slots, uint32_t n, const uint8_t* token, uint32_t length
) noexcept nogil:
    cdef uint32_t i
    for i in range(n):
        if slots[i].length == length and memcmp(words.text + slots[i].start, token, length) == 0:
            return True
    return False


cdef int make_stop_words(StopWords* words, stop_words) except -1:
    cdef uint32_t end = 0, length
    cdef const uint8_t* word_bytes
    encoded = {word.encode("utf-8", "surrogatepass") for word in stop_words if word}
    words.longest = max(map(len, encoded), default=0)
    words.text = <uint8_t*> calloc(sum(map(len, encoded)) + PADDING, 1)
    if words.text == NULL:
        raise MemoryError("no room for the stop words.")
    words.n_buckets = 1
    while words.n_buckets < len(encoded):
        words.n_buckets *= 2
    spans = []
    for word in encoded:
        word_bytes, length = word, len(word)
        memcpy(words.text + end, word_bytes, length)
        spans.append((end, length))
        end += length
    words.factor = <uint64_t> 0x9E3779B97F4A7C15
    fill_buckets(words, spans)
    for _ in range(6):
        if words.n_beyond:  # spread them in a different way
            words.factor = words.factor * <uint64_t> 0x5851F42D4C957F2D | 1
            words.n_buckets *= 2
            fill_buckets(words, spans)
    return 0


cdef int fill_buckets(StopWords* words, list spans) except -1:
    """Put each word into its bucket, or behind all buckets where its own is full."""
    cdef uint32_t start, length
    cdef uint64_t eight
    cdef StopWord* slot
    cdef StopWord* after
    free(words.slots)
    words.n_beyond = 0
    words.slots = <StopWord*> calloc(BUCKET * words.n_buckets + len(spans), sizeof(StopWord))
    if words.slots == NULL:
        raise MemoryError("no room for the stop words.")
    for start, length in spans:
        eight = first_eight(words.text + start, length)
        slot = words.slots + BUCKET * bucket_of(words, eight, length)
        after = slot + BUCKET
        while slot < after and slot.length:
            slot += 1
        if slot == after:
            slot = words.slots + BUCKET * words.n_buckets + words.n_beyond
            words.n_beyond += 1
        slot.eight, slot.length, slot.start = eight, length, start
    return 0


# ---------------------------------------------------------------- the copy


cdef Py_ssize_t copy_without_tags(const uint8_t* text, Py_ssize_t n, uint8_t* out, bint spaces) noexcept nogil:
    """Copy a text, a space or nothing in the place of each ``<[^>]*>``. Returns the new length."""
    cdef const uint8_t* end = text + n
    cdef const uint8_t* tag = <const uint8_t*> memchr(text, c"<", n)
    cdef const uint8_t* tag_end
    cdef uint8_t* start = out
    while tag != NULL:
        tag_end = <const uint8_t*> memchr(tag, c">", end - tag)
        if tag_end == NULL:
            break
        memcpy(out, text, tag - text)
        out += tag - text
        if spaces:
            out[0] = c" "
            out += 1
        text = tag_end + 1
        tag = <const uint8_t*> memchr(text, c"<", end - text)
    memcpy(out, text, end - text)
    return out + (end - text) - start


cdef Py_ssize_t fold_quotes(uint8_t* text, Py_ssize_t n) noexcept nogil:
    """Fold the quotes of a text in place, and leave out its soft hyphens. Returns the new length."""
    cdef Py_ssize_t i = 0, width
    cdef uint8_t* out = text
    cdef uint8_t quote
    cdef uint32_t c
    while i < n:
        if text[i] < 0x80:
            out[0] = text[i]
            out += 1
            i += 1
            continue
        c = decode(text + i, &width)
        quote = ASCII_QUOTES[c] if c < N_WITH_QUOTES else 0
        if quote:
            out[0] = quote
            out += 1
        elif c != SOFT_HYPHEN:
            memmove(out, text + i, width)
            out += width
        i += width
    return out - text


cdef void classify(const uint8_t* text, Py_ssize_t n, uint8_t* lower, uint8_t* words) noexcept nogil:
    """Lower-case the ASCII letters of a text, and mark its ASCII word characters with 255."""
    # No table and no branch: a compiler turns this loop into vector instructions.
    cdef Py_ssize_t i
    cdef uint8_t c, is_capital, is_small, is_digit
    for i in range(n):
        c = text[i]
        is_capital = <uint8_t> (c - c"A") < 26
        is_small = <uint8_t> (c - c"a") < 26
        is_digit = <uint8_t> (c - c"0") < 10
        lower[i] = c + 32 * is_capital
        words[i] = 0 - (is_capital | is_small | is_digit | <uint8_t> (c == c"_"))


cdef inline Py_ssize_t run_length(const uint8_t* words) noexcept nogil:
    """Return how many of the next eight bytes are word characters before the first that is none."""
    cdef uint64_t gaps
    memcpy(&gaps, words, 8)
    gaps = ~gaps
    # The lowest bit of a gap stands at 8 times its position; the multiplication moves that position to the top.
    return (gaps & (0 - gaps)) * <uint64_t> 0x0001020304050607 >> 56 if gaps else 8


# ---------------------------------------------------------------- tokens


cdef inline uint8_t* copy_run(const Buffers* buffers, Py_ssize_t* place, uint8_t* out) noexcept nogil:
    """Copy the ASCII word characters from a place on, which moves behind them."""
    cdef Py_ssize_t i = place[0], run = 8
    while run == 8:
        run = run_length(buffers.words + i)
        memcpy(out, buffers.lower + i, 8)  # what is too much will be written over
        out += run
        i += run
    place[0] = i
    return out


cdef inline uint8_t* end_token(Buffers* buffers, uint8_t* end, const StopWords* stop_words) noexcept nogil:
    """Keep the token that ends here unless it is a stop word. Returns where the next one begins."""
    return end_token_like(buffers, end, stop_words, buffers.tokens + buffers.starts[buffers.n_tokens])


cdef inline uint8_t* end_token_like(
    Buffers* buffers, uint8_t* end, const StopWords* stop_words, const uint8_t* same
) noexcept nogil:
    """Do as :func:`end_token`; ``same`` has the bytes of the token, and need not wait until they are written."""
    cdef uint8_t* token = buffers.tokens + buffers.starts[buffers.n_tokens]
    cdef bint is_kept = not (stop_words.longest and is_stop_word(stop_words, same, end - token))
    end[0] = c" "
    buffers.n_tokens += is_kept
    token += is_kept * (end + 1 - token)
    buffers.starts[buffers.n_tokens] = token - buffers.tokens
    return token


cdef inline bint begins_word(const Buffers* buffers, Py_ssize_t i) noexcept nogil:
    cdef Py_ssize_t width
    if buffers.text[i] < 0x80:
        return buffers.words[i] != 0
    return Py_UNICODE_ISALNUM(decode(buffers.text + i, &width))


cdef void tokenize_book(Py_ssize_t n, Buffers* buffers, const StopWords* stop_words) noexcept nogil:
    cdef const uint8_t* text = buffers.text
    cdef Py_ssize_t i = 0, begin, mouth, width, n_emoticons = 0, n_glued = 0
    cdef uint32_t c
    cdef uint8_t* emoticons = buffers.emoticons
    cdef uint8_t* out = buffers.tokens
    while i < n:
        if not begins_word(buffers, i):
            mouth = i + 1 + (text[i + 1] == c"-")
            if ROLES[text[i]] & EYES and (text[mouth] == c")" or text[mouth] == c"("):
                emoticons[2 * n_emoticons] = text[i]
                emoticons[2 * n_emoticons + 1] = text[mouth]
                n_emoticons += 1
                i = mouth
            i += 1
            while text[i] & 0xC0 == 0x80:  # the rest of a character
                i += 1
            continue
        c = 0
        begin = i
        while True:
            out = copy_run(buffers, &i, out)
            if text[i] < 0x80:
                break
            c = decode(text + i, &width)
            if not Py_UNICODE_ISALNUM(c):
                break
            out = write_utf8(out, Py_UNICODE_TOLOWER(c))
            i += width
            if c == CAPITAL_I_WITH_DOT:  # its lower case is an i and a dot, which is no word character
                break
        if i == n and n_emoticons and c != CAPITAL_I_WITH_DOT:
            # The first emoticon is glued to a word that reaches the end of the text.
            memcpy(out, emoticons, 2)
            out += 2
            n_glued = c = 1
        if c == 0:
            out = end_token_like(buffers, out, stop_words, buffers.lower + begin)
        else:
            out = end_token(buffers, out, stop_words)
    for i in range(n_glued, n_emoticons):
        memcpy(out, emoticons + 2 * i, 2)
        out = end_token(buffers, out + 2, stop_words)


cdef inline Py_ssize_t end_of_mark(const uint8_t* text, Py_ssize_t i) noexcept nogil:
    """Return where the emoticon or the punctuation mark that begins here ends, i if there is none."""
    cdef Py_ssize_t mouth = i + 1 + (text[i + 1] == c"-")
    if ROLES[text[i]] & EYES and ROLES[text[mouth]] & MOUTH and not ROLES[text[mouth + 1]] & LETTER:
        return mouth + 1
    return i + (ROLES[text[i]] & MARK)


cdef inline Py_ssize_t beyond_ascii(const Buffers* buffers, Py_ssize_t i, uint32_t c, Py_ssize_t width) noexcept nogil:
    """Return how many bytes of a word a character that is not ASCII goes on for, 0 where the word ends."""
    if Py_UNICODE_ISALNUM(c) or is_mark(c):
        return width
    return width if (c == JOINER or c == NON_JOINER) and begins_word(buffers, i + width) else 0


cdef void tokenize_default(Py_ssize_t n, Buffers* buffers, const StopWords* stop_words) noexcept nogil:
    cdef const uint8_t* text = buffers.text
    cdef Py_ssize_t i = 0, end, width
    cdef uint32_t c
    cdef uint8_t* out = buffers.tokens
    while i < n:
        if text[i] == c" ":
            i += 1
            continue
        if not begins_word(buffers, i):
            end = end_of_mark(text, i)
            if end == i:
                i += 1
                while text[i] & 0xC0 == 0x80:  # the rest of a character
                    i += 1
                continue
            while i < end:
                out[0] = buffers.lower[i]
                out += 1
                i += 1
            out = end_token(buffers, out, stop_words)
            continue
        while True:
            out = copy_run(buffers, &i, out)
            if text[i] == c"'" and begins_word(buffers, i + 1):
                out[0] = c"'"
                out += 1
                i += 1
                continue
            if text[i] < 0x80:
                break
            c = decode(text + i, &width)
            if not beyond_ascii(buffers, i, c, width):
                break
            out = write_utf8(out, Py_UNICODE_TOLOWER(c))
            if c == CAPITAL_I_WITH_DOT:
                out = write_utf8(out, DOT_ABOVE)
            i += width
        out = end_token(buffers, out, stop_words)


cdef void split_at_spaces(const Text* text, Buffers* buffers, const StopWords* stop_words) noexcept nogil:
    """Take the tokens that a Python tokenizer has found, joined by spaces."""
    cdef const uint8_t* end = text.bytes + text.n
    cdef const uint8_t* token = text.bytes
    cdef const uint8_t* space
    cdef uint8_t* out = buffers.tokens
    while token < end:
        space = <const uint8_t*> memchr(token, c" ", end - token)
        if space == NULL:
            space = end
        memcpy(out, token, space - token)
        out = end_token(buffers, out + (space - token), stop_words)
        token = space + 1


cdef void tokenize(const Text* text, Buffers* buffers, const Settings* settings) noexcept nogil:
    """Fill the tokens of the buffers, which have room for them, with those of one text."""
    cdef Py_ssize_t n
    buffers.n_tokens = buffers.starts[0] = 0
    if text.form == TOKENS:
        split_at_spaces(text, buffers, &settings.stop_words)
        return
    if text.form == FOLDED:
        memcpy(buffers.text, text.bytes, text.n)
        n = text.n
    else:
        n = copy_without_tags(text.bytes, text.n, buffers.text, settings.tokenizer == DEFAULT)
    if settings.tokenizer == DEFAULT and not text.is_ascii:
        n = fold_quotes(buffers.text, n)
    classify(buffers.text, n, buffers.lower, buffers.words)
    memset(buffers.text + n, 0, PADDING)
    memset(buffers.words + n, 0, PADDING)
    if settings.tokenizer == DEFAULT:
        tokenize_default(n, buffers, &settings.stop_words)
    else:
        tokenize_book(n, buffers, &settings.stop_words)
