"""Text → tokens: lower-case UTF-8, one space after each.

A text is copied first, without its tags and, for the default tokenizer, with its quotes folded; behind the copy stand
zeros, which are no word characters: bytes behind the end may be read, and they stop every loop.
"""


cdef enum:
    EYES = 1  # may begin an emoticon
    MOUTH = 2  # may end one
    LETTER = 4  # A-Z, a-z

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
    for role, members in ((EYES, ":;="), (MOUTH, ")(DP")):
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
    # The last two bytes begin no character of three. A compiler turns this loop into vector instructions.
    cdef uint8_t found = n > 1 and text[n - 2] >= 0xCC
    cdef Py_ssize_t i
    for i in range(n - 2):
        # U+2002 to U+207F; the two characters before have different forms in NFC.
        found |= (text[i] >= 0xCC) & (
            (text[i] != 0xE2) | (text[i + 1] != 0x81) & ((text[i + 1] != 0x80) | (text[i + 2] <= 0x81))
        )
    return found


cdef bint is_ascii(const uint8_t* text, Py_ssize_t n) noexcept nogil:
    cdef uint8_t found = 0
    cdef Py_ssize_t i
    for i in range(n):
        found |= text[i]
    return found < 0x80


cdef bint has_capital_sigma(const uint8_t* text, Py_ssize_t n) noexcept nogil:
    cdef uint8_t found = 0
    cdef Py_ssize_t i
    for i in range(n - 1):
        found |= (text[i] == 0xCE) & (text[i + 1] == 0xA3)
    return found


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


cdef inline uint32_t bucket_of(const StopWords* words, uint64_t eight) noexcept nogil:
    """Return the first place of the bucket for words with these first bytes."""
    return BUCKET * ((eight * words.factor >> 32) & (words.n_buckets - 1))


cdef inline bint is_stop_word(const StopWords* words, const uint8_t* token, uint32_t length) noexcept nogil:
    """Tell whether a token is a stop word. Half of all are, at random: nothing branches on it here."""
    # Seven bytes and fewer are told from all others by their first eight.
    cdef uint64_t eight = first_eight(token, length)
    cdef uint32_t place = bucket_of(words, eight)
    cdef bint found = False
    cdef int i
    for i in range(BUCKET):
        found |= words.eights[place + i] == eight
    if (length & (0 - <uint32_t> found)) > 7:  # one branch that is seldom taken; nothing foretells the length alone
        found = is_among(words.text, words.slots + place, BUCKET, token, length)
    if words.n_beyond and not found:
        found = is_among(words.text, words.slots + BUCKET * words.n_buckets, words.n_beyond, token, length)
    return found


cdef bint is_among(
    const uint8_t* text, const StopWord* slots, uint32_t n, const uint8_t* token, uint32_t length
) noexcept nogil:
    cdef uint32_t i
    for i in range(n):
        if slots[i].length == length and memcmp(text + slots[i].start, token, length) == 0:
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
    cdef uint32_t start, length, place, end, n_places = BUCKET * words.n_buckets + len(spans)
    cdef uint64_t eight
    free(words.eights)
    free(words.slots)
    words.n_beyond = 0
    words.eights = <uint64_t*> calloc(n_places, sizeof(uint64_t))
    words.slots = <StopWord*> calloc(n_places, sizeof(StopWord))
    if words.eights == NULL or words.slots == NULL:
        raise MemoryError("no room for the stop words.")
    for start, length in spans:
        eight = first_eight(words.text + start, length)
        place = bucket_of(words, eight)
        end = place + BUCKET
        while place < end and words.slots[place].length:
            place += 1
        if place == end:
            place = BUCKET * words.n_buckets + words.n_beyond
            words.n_beyond += 1
        words.eights[place] = eight
        words.slots[place].length, words.slots[place].start = length, start
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


# ---------------------------------------------------------------- where tokens are

# Two bytes for each of the text say where its tokens are: 255 in `parts` where it is a part of one, and 255 in `bounds`
# where a token begins directly behind a previous one. A byte beyond ASCII counts as a part of a word here.


cdef void mark_words(const uint8_t* text, Py_ssize_t n, uint8_t* lower, uint8_t* words) noexcept nogil:
    """Lower-case the ASCII letters of a text, and mark the bytes of words with 255."""
    # No table and no branch: a compiler turns this loop and the next ones into vector instructions.
    cdef Py_ssize_t i
    cdef uint8_t c, is_capital, is_small, is_digit
    for i in range(n):
        c = text[i]
        is_capital = <uint8_t> (c - c"A") < 26
        is_small = <uint8_t> (c - c"a") < 26
        is_digit = <uint8_t> (c - c"0") < 10
        lower[i] = c + 32 * is_capital
        words[i] = 0 - (is_capital | is_small | is_digit | (c == c"_") | (c > 0x7F))
    memset(words + n, 0, PADDING)


cdef void mark_tokens(
    const uint8_t* text, Py_ssize_t n, const uint8_t* words, uint8_t* marks, uint8_t* parts, uint8_t* bounds
) noexcept nogil:
    """Mark the tokens of the default tokenizer: words, apostrophes between their letters, punctuation marks."""
    cdef Py_ssize_t i
    cdef uint8_t c, is_punctuation
    for i in range(n + 1):
        c = text[i]  # !" and ()*,-./ and :; and ?
        is_punctuation = (<uint8_t> (c - c"(") < 8) & (c != c"+") | (<uint8_t> (c - c"!") < 2) | (<uint8_t> (c - c":") < 2)
        marks[i] = 0 - (is_punctuation | (c == c"?"))
    parts[0] = words[0] | marks[0]
    bounds[0] = 0
    for i in range(n):
        parts[i + 1] = words[i + 1] | marks[i + 1] | (0 - (text[i + 1] == c"'")) & words[i] & words[i + 2]
        bounds[i + 1] = marks[i] | marks[i + 1]
    memset(parts + n, 0, PADDING)
    memset(bounds + n, 0, PADDING)


cdef bint may_have_emoticons(const uint8_t* text, Py_ssize_t n) noexcept nogil:
    """Tell whether eyes are followed by a mouth or a nose."""
    return has_face(text, n, c":") or has_face(text, n, c";") or has_face(text, n, c"=")


cdef bint has_face(const uint8_t* text, Py_ssize_t n, uint8_t eyes) noexcept nogil:
    cdef const uint8_t* end = text + n
    text = <const uint8_t*> memchr(text, eyes, n)
    while text != NULL:
        if ROLES[text[1]] & MOUTH or text[1] == c"-":
            return True
        text = <const uint8_t*> memchr(text + 1, eyes, end - text - 1)
    return False


cdef Py_ssize_t collect_emoticons(const uint8_t* text, Py_ssize_t n, uint8_t* emoticons) noexcept nogil:
    """Write the eyes and the mouth of each emoticon of the book's tokenizer. Returns how many there are."""
    cdef Py_ssize_t i, mouth, n_emoticons = 0
    for i in range(n):
        mouth = i + 1 + (text[i + 1] == c"-")
        if ROLES[text[i]] & EYES and (text[mouth] == c")" or text[mouth] == c"("):
            emoticons[2 * n_emoticons] = text[i]
            emoticons[2 * n_emoticons + 1] = text[mouth]
            n_emoticons += 1
    return n_emoticons


cdef void join_emoticons(const uint8_t* text, Py_ssize_t n, uint8_t* parts, uint8_t* bounds) noexcept nogil:
    """Make each emoticon of the default tokenizer a token."""
    cdef Py_ssize_t i, end
    for i in range(n):
        end = i + 2 + (text[i + 1] == c"-")
        if ROLES[text[i]] & EYES and ROLES[text[end - 1]] & MOUTH and not ROLES[text[end]] & LETTER:
            memset(parts + i, 255, end - i)
            memset(bounds + i, 0, end - i)
            bounds[i] = bounds[end] = 255
            if text[end] == c"'":  # behind a D or a P, which is no letter of a word
                parts[end] = 0


cdef inline uint64_t bits_of(const uint8_t* marks) noexcept nogil:
    """Return a bit for each of 64 marks."""
    cdef uint64_t eight, bits = 0
    cdef int i
    for i in range(8):
        memcpy(&eight, marks + 8 * i, 8)
        # The multiplication moves the lowest bits of the eight bytes to the top.
        bits |= ((eight & <uint64_t> 0x0101010101010101) * <uint64_t> 0x0102040810204080 >> 56) << 8 * i
    return bits


cdef inline Py_ssize_t take_lowest(uint64_t* bits, uint32_t block, uint32_t* place) noexcept nogil:
    """Write where the lowest bit of a block is, and clear it. Returns whether there was one."""
    cdef bint is_there = bits[0] != 0
    place[0] = block + LOWEST_BIT(bits[0] | <uint64_t> 1 << 63)
    bits[0] &= bits[0] - 1
    return is_there


cdef Py_ssize_t find_runs(Buffers* buffers, const uint8_t* parts_at, const uint8_t* bounds_at) noexcept nogil:
    """Write where each token begins and ends that parts, and bounds if there are any, make. Returns how many there are."""
    cdef uint64_t parts, before, begins, ends, bounds = 0, is_before = 0
    cdef Py_ssize_t i, n_begins = 0, n_ends = 0
    for i in range(0, buffers.n + 1, 64):  # a token may end at n
        parts = bits_of(parts_at + i)
        if bounds_at != NULL:
            bounds = bits_of(bounds_at + i)
        before = parts << 1 | is_before
        is_before = parts >> 63
        begins = parts & (~before | bounds)
        ends = before & (~parts | bounds)
        while begins | ends:
            n_begins += take_lowest(&begins, i, buffers.begins + n_begins)
            n_ends += take_lowest(&ends, i, buffers.ends + n_ends)
    return n_begins


# ---------------------------------------------------------------- tokens


cdef inline uint8_t* end_token(Buffers* buffers, uint8_t* end, const StopWords* stop_words) noexcept nogil:
    """Keep the token that ends here unless it is a stop word. Returns where the next one begins."""
    cdef uint8_t* token = buffers.tokens + buffers.starts[buffers.n_tokens]
    cdef bint is_kept = not (stop_words.longest and is_stop_word(stop_words, token, end - token))
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


cdef inline bint continues_word(const Buffers* buffers, Py_ssize_t i, uint32_t c, Py_ssize_t width) noexcept nogil:
    """Tell whether a character that is not ASCII belongs to a word of the default tokenizer that it does not begin."""
    return Py_UNICODE_ISALNUM(c) or is_mark(c) or (c == JOINER or c == NON_JOINER) and begins_word(buffers, i + width)


cdef uint8_t* copy_word(Buffers* buffers, Py_ssize_t* place, Py_ssize_t end, TokenizerKind tokenizer) noexcept nogil:
    """Copy the word that begins at a place and ends before an end, character by character; the place moves behind it."""
    cdef const uint8_t* text = buffers.text
    cdef uint8_t* out = buffers.tokens + buffers.starts[buffers.n_tokens]
    cdef Py_ssize_t i = place[0], width
    cdef uint32_t c = 0
    while i < end:
        if text[i] < 0x80:
            if text[i] == c"'" and not begins_word(buffers, i + 1):
                break
            out[0] = buffers.lower[i]
            out += 1
            i += 1
            continue
        c = decode(text + i, &width)
        if not (Py_UNICODE_ISALNUM(c) or tokenizer == DEFAULT and continues_word(buffers, i, c, width)):
            break
        out = write_utf8(out, Py_UNICODE_TOLOWER(c))
        i += width
        if c == CAPITAL_I_WITH_DOT:  # its lower case is an i and a dot, which is no character of the book's words
            if tokenizer == BOOK:
                break
            out = write_utf8(out, DOT_ABOVE)
    if i == buffers.n and buffers.n_emoticons and c != CAPITAL_I_WITH_DOT:
        # The first emoticon of the book's tokenizer is glued to a word that reaches the end of the text.
        memcpy(out, buffers.emoticons, 2)
        out += 2
        buffers.n_glued = 1
    place[0] = i
    return out


cdef void add_odd_run(Buffers* buffers, Py_ssize_t i, Py_ssize_t end, const Settings* settings) noexcept nogil:
    """Add the words of a run that has characters beyond ASCII or may have an emoticon glued to it."""
    while i < end:
        if begins_word(buffers, i):
            end_token(buffers, copy_word(buffers, &i, end, settings.tokenizer), &settings.stop_words)
            continue
        i += 1
        while buffers.text[i] & 0xC0 == 0x80:  # the rest of a character
            i += 1


cdef inline Py_ssize_t next_odd(const Buffers* buffers, Py_ssize_t i, bint is_ascii) noexcept nogil:
    """Return where the next byte is that its run cannot be copied for, from i on."""
    cdef Py_ssize_t n = buffers.n - (buffers.n_emoticons > 0)
    if is_ascii:
        return n
    while i < n and buffers.text[i] < 0x80:
        i += 1
    return i


cdef void add_runs(Buffers* buffers, Py_ssize_t n_runs, bint is_ascii, const Settings* settings) noexcept nogil:
    """Add a token for each run."""
    cdef StopWords stop_words = settings.stop_words  # a copy, which nothing that is written here may have changed
    cdef const uint32_t* begins = buffers.begins
    cdef const uint32_t* ends = buffers.ends
    cdef const uint8_t* run
    cdef uint32_t* starts = buffers.starts
    cdef uint8_t* out = buffers.tokens
    cdef Py_ssize_t i, k, n_tokens = 0, odd = next_odd(buffers, 0, is_ascii)
    cdef uint32_t length
    cdef bint is_kept = True
    for k in range(n_runs):
        if ends[k] > odd:
            buffers.n_tokens = n_tokens
            starts[n_tokens] = out - buffers.tokens
            add_odd_run(buffers, begins[k], ends[k], settings)
            n_tokens = buffers.n_tokens
            out = buffers.tokens + starts[n_tokens]
            odd = next_odd(buffers, ends[k], is_ascii)
            continue
        run = buffers.lower + begins[k]
        length = ends[k] - begins[k]
        for i in range(0, length, 16):
            memcpy(out + i, run + i, 16)  # what is too much will be written over
        out[length] = c" "
        starts[n_tokens] = out - buffers.tokens
        if stop_words.longest:
            is_kept = not is_stop_word(&stop_words, run, length)
        n_tokens += is_kept
        out += is_kept * (length + 1)
    buffers.n_tokens = n_tokens
    starts[n_tokens] = out - buffers.tokens


cdef void find_tokens(Buffers* buffers, bint is_ascii, const Settings* settings) noexcept nogil:
    """Fill the tokens of the buffers, which have room for them, with those of the copy of a text."""
    cdef Py_ssize_t i, n_runs, n = buffers.n
    buffers.n_emoticons = buffers.n_glued = 0
    mark_words(buffers.text, n, buffers.lower, buffers.words)
    if settings.tokenizer == DEFAULT:
        mark_tokens(buffers.text, n, buffers.words, buffers.marks, buffers.parts, buffers.bounds)
        if may_have_emoticons(buffers.text, n):
            join_emoticons(buffers.text, n, buffers.parts, buffers.bounds)
        n_runs = find_runs(buffers, buffers.parts, buffers.bounds)
    else:
        if may_have_emoticons(buffers.text, n):
            buffers.n_emoticons = collect_emoticons(buffers.text, n, buffers.emoticons)
        n_runs = find_runs(buffers, buffers.words, NULL)
    add_runs(buffers, n_runs, is_ascii, settings)
    for i in range(buffers.n_glued, buffers.n_emoticons):
        memcpy(buffers.tokens + buffers.starts[buffers.n_tokens], buffers.emoticons + 2 * i, 2)
        end_token(buffers, buffers.tokens + buffers.starts[buffers.n_tokens] + 2, &settings.stop_words)


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
    buffers.n_tokens = buffers.starts[0] = 0
    if text.form == TOKENS:
        split_at_spaces(text, buffers, &settings.stop_words)
        return
    if text.form == FOLDED:
        memcpy(buffers.text, text.bytes, text.n)
        buffers.n = text.n
    else:
        buffers.n = copy_without_tags(text.bytes, text.n, buffers.text, settings.tokenizer == DEFAULT)
    if settings.tokenizer == DEFAULT and not text.is_ascii:
        buffers.n = fold_quotes(buffers.text, buffers.n)
    memset(buffers.text + buffers.n, 0, PADDING)
    find_tokens(buffers, text.is_ascii, settings)
