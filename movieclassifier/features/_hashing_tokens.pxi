"""Text → tokens: lower-case UTF-8, one space after each.

CPython ends every str with a NUL, which is no word character: ``text[n]`` may be read, and it stops every loop.
"""

ctypedef fused Char:  # what CPython stores a str in: the narrowest that holds its widest character
    uint8_t
    uint16_t
    uint32_t


cdef enum:
    MARK = 1  # a punctuation mark that is a token of the default tokenizer
    EYES = 2  # may begin an emoticon
    MOUTH = 4  # may end one
    LETTER = 8  # A-Z, a-z

    RIGHT_QUOTE = 0x2019
    CAPITAL_I_WITH_DOT = 0x130
    DOT_ABOVE = 0x307

cdef uint32_t FOLDED[256]  # the lower-case code point of a word character, 0 for any other
cdef uint8_t ROLES[128]


cdef void fill_tables():
    cdef uint32_t c
    for c in range(256):
        FOLDED[c] = Py_UNICODE_TOLOWER(c) if Py_UNICODE_ISALNUM(c) or c == c"_" else 0
    for role, members in ((MARK, '!?.,;:()"*/-'), (EYES, ":;="), (MOUTH, ")(DP")):
        for c in map(ord, members):
            ROLES[c] |= role
    for c in range(128):
        ROLES[c] |= LETTER if chr(c).isalpha() else 0


fill_tables()


cdef inline uint32_t fold(uint32_t c) noexcept nogil:
    """Lower-case a word character, which a regular expression calls ``\\w``; 0 for any other character."""
    if c < 256:
        return FOLDED[c]
    return Py_UNICODE_TOLOWER(c) if Py_UNICODE_ISALNUM(c) else 0


cdef inline bint has_role(uint32_t c, uint8_t role) noexcept nogil:
    return c < 128 and ROLES[c] & role


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


cdef inline uint32_t slot_of(const StopWords* words, const uint8_t* token, uint32_t length) noexcept nogil:
    """Return the first slot to look in: a cheap hash of the length and the first four bytes."""
    cdef uint32_t first_four = load(token) & (<uint32_t> 0xFFFFFFFF >> 8 * (4 - min(length, 4)))
    cdef uint32_t spread = (first_four + length) * <uint32_t> 0x9E3779B1
    return (spread ^ spread >> 16) & (words.n_slots - 1)


cdef inline bint is_stop_word(const StopWords* words, const uint8_t* token, uint32_t length) noexcept nogil:
    cdef uint32_t slot, start
    if length > words.longest:
        return False
    slot = slot_of(words, token, length)
    while words.slots[slot]:
        start = words.slots[slot]
        if load(words.text + start) == length and memcmp(words.text + start + 4, token, length) == 0:
            return True
        slot = (slot + 1) & (words.n_slots - 1)
    return False


cdef int make_stop_words(StopWords* words, stop_words) except -1:
    cdef uint32_t end = 1, slot, length  # 0 stands for an empty slot
    cdef const uint8_t* word_bytes
    encoded = {word.encode("utf-8", "surrogatepass") for word in stop_words if word}
    words.longest = max(map(len, encoded), default=0)
    words.n_slots = 1 << 4 + len(encoded).bit_length()
    words.slots = <uint32_t*> calloc(words.n_slots, sizeof(uint32_t))
    words.text = <uint8_t*> calloc(end + sum(4 + len(word) for word in encoded) + PADDING, 1)
    if words.slots == NULL or words.text == NULL:
        raise MemoryError("no room for the stop words.")
    for word in encoded:
        word_bytes, length = word, len(word)
        memcpy(words.text + end, &length, 4)
        memcpy(words.text + end + 4, word_bytes, length)
        slot = slot_of(words, words.text + end + 4, length)
        while words.slots[slot]:
            slot = (slot + 1) & (words.n_slots - 1)
        words.slots[slot] = end
        end += 4 + length
    return 0


cdef inline Py_ssize_t find(const Char* text, Py_ssize_t start, Py_ssize_t n, Char c) noexcept nogil:
    """Return where a character is first, n if it is nowhere."""
    cdef const Char* found
    if Char is uint8_t:
        found = <const Char*> memchr(text + start, c, n - start)
        return found - text if found else n
    else:
        while start < n and text[start] != c:
            start += 1
        return start


cdef Py_ssize_t find_tag(const Char* text, Py_ssize_t start, Py_ssize_t n, Py_ssize_t* end) noexcept nogil:
    """Find the next ``<[^>]*>``. Returns where it begins, n if there is none."""
    cdef Py_ssize_t tag = find(text, start, n, c"<")
    end[0] = find(text, tag, n, c">") + 1
    return tag if end[0] <= n else n


cdef Py_ssize_t remove_tags(const Char* text, Py_ssize_t n, Char* out, Char filler) noexcept nogil:
    """Copy a text, a filler in the place of each tag or, if that is NUL, nothing. Returns the new length."""
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
    end[0] = c" "
    buffers.n_tokens += 1
    buffers.starts[buffers.n_tokens] = end + 1 - buffers.tokens
    return end + 1


cdef void tokenize_book(const Char* text, Py_ssize_t n, Buffers* buffers, const StopWords* stop_words) noexcept nogil:
    cdef Py_ssize_t i = 0, mouth, n_emoticons = 0, n_glued = 0
    cdef uint32_t folded
    cdef uint8_t* emoticons = buffers.emoticons
    cdef uint8_t* out = buffers.tokens
    while i < n:
        folded = fold(text[i])
        if not folded:
            mouth = i + 1 + (text[i + 1] == c"-")
            if has_role(text[i], EYES) and (text[mouth] == c")" or text[mouth] == c"("):
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
            n_glued = 1
        out = end_token(buffers, out, stop_words)
    for i in range(n_glued, n_emoticons):
        memcpy(out, emoticons + 2 * i, 2)
        out = end_token(buffers, out + 2, stop_words)


cdef inline bint is_apostrophe(uint32_t c) noexcept nogil:
    return c == c"'" or c == RIGHT_QUOTE


cdef inline Py_ssize_t end_of_mark(const Char* text, Py_ssize_t i) noexcept nogil:
    """Return where the emoticon or the punctuation mark that begins here ends, i if there is none."""
    cdef Py_ssize_t mouth = i + 1 + (text[i + 1] == c"-")
    if has_role(text[i], EYES) and has_role(text[mouth], MOUTH) and not has_role(text[mouth + 1], LETTER):
        return mouth + 1
    return i + has_role(text[i], MARK)


cdef void tokenize_default(
    const Char* text, Py_ssize_t n, Buffers* buffers, const StopWords* stop_words
) noexcept nogil:
    cdef Py_ssize_t i = 0, end
    cdef uint32_t folded
    cdef uint8_t* out = buffers.tokens
    while i < n:
        folded = fold(text[i])
        if not folded:
            end = end_of_mark(text, i)
            if end == i:
                i += 1
                continue
            while i < end:
                out[0] = text[i] | 0x20 if has_role(text[i], LETTER) else text[i]
                out += 1
                i += 1
        while folded:
            out = write_utf8(out, folded)
            if text[i] == CAPITAL_I_WITH_DOT:
                out = write_utf8(out, DOT_ABOVE)
            i += 1
            if is_apostrophe(text[i]) and fold(text[i + 1]):
                out = write_utf8(out, text[i])
                i += 1
            folded = fold(text[i])
        out = end_token(buffers, out, stop_words)


cdef void split_at_spaces(const Char* text, Py_ssize_t n, Buffers* buffers, const StopWords* stop_words) noexcept nogil:
    """Take the tokens that a Python tokenizer has found, joined by spaces."""
    cdef Py_ssize_t i = 0
    cdef uint8_t* out = buffers.tokens
    while i < n:
        while i < n and text[i] != c" ":
            out = write_utf8(out, text[i])
            i += 1
        i += 1
        out = end_token(buffers, out, stop_words)


cdef void tokenize_characters(
    const Char* text, Py_ssize_t n, TokenizerKind tokenizer, Buffers* buffers, const StopWords* stop_words
) noexcept nogil:
    cdef Py_ssize_t end
    if tokenizer == SPLIT:
        split_at_spaces(text, n, buffers, stop_words)
        return
    if find_tag(text, 0, n, &end) < n:
        n = remove_tags(text, n, <Char*> buffers.untagged, c" " if tokenizer == DEFAULT else 0)
        text = <const Char*> buffers.untagged
    if tokenizer == DEFAULT:
        tokenize_default(text, n, buffers, stop_words)
    else:
        tokenize_book(text, n, buffers, stop_words)


cdef void tokenize(const Text* text, Buffers* buffers, const StopWords* stop_words) noexcept nogil:
    """Fill the tokens of the buffers, which have room for them, with those of one text."""
    buffers.n_tokens = buffers.starts[0] = 0
    if text.width == 1:
        tokenize_characters(<const uint8_t*> text.characters, text.n, text.tokenizer, buffers, stop_words)
    elif text.width == 2:
        tokenize_characters(<const uint16_t*> text.characters, text.n, text.tokenizer, buffers, stop_words)
    else:
        tokenize_characters(<const uint32_t*> text.characters, text.n, text.tokenizer, buffers, stop_words)
