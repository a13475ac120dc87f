# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Read or count plain rows of a CSV block by block; stop before every row that is anything else.

The definition is ``csv_rows.py``, with the label and text of a row as ``table_documents.py`` takes them. A plain row
has the right number of fields, each either in quotes or free of quotes and carriage returns; a label that is known; and
a text that is UTF-8 without NUL. Doubled quotes, line breaks inside quotes, CRLF and blank lines are plain.
"""

from cpython.bytearray cimport PyByteArray_AS_STRING
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from cpython.mem cimport PyMem_Free, PyMem_Malloc
from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.stdint cimport int32_t, uint8_t, uint32_t, uint64_t
from libc.string cimport memchr, memcmp, memcpy

cdef extern from "Python.h":
    bint Py_UNICODE_ISSPACE(uint32_t character) noexcept nogil

# In bytes; csv_rows.py has the limit in characters, and looks at longer rows itself.
DEF MAX_ROW_SIZE = 16777216

# Why reading stopped; ROW says that it goes on.
cdef enum:
    cEND, cUNKNOWN_LABEL, cUNUSUAL, cROW
END, UNKNOWN_LABEL, UNUSUAL = cEND, cUNKNOWN_LABEL, cUNUSUAL


cdef struct Layout:
    int n_fields
    int text_at
    int label_at
    char delimiter
    bint last  # whether the file ends with the block


cdef struct Value:
    const char* start
    Py_ssize_t size
    bint wanted
    Py_ssize_t n_documents


cdef struct Field:
    const char* start  # behind the opening quote
    Py_ssize_t size  # without the quotes
    Py_ssize_t n_doubled  # quotes in it


cdef const char* field_end(const char* place, const char* end, char delimiter, Field* field) noexcept nogil:
    """Return where the field at a place ends; NULL where the block ends inside quotes."""
    field.n_doubled = 0
    field.start = place
    if place < end and place[0] == c'"':
        field.start = place = place + 1
        while True:
            place = <const char*>memchr(place, c'"', end - place)
            if place == NULL:
                return NULL
            if place + 1 == end or place[1] != c'"':
                field.size = place - field.start
                return place + 1
            field.n_doubled += 1
            place += 2
    while place < end and place[0] != delimiter and place[0] != c'\n' and place[0] != c'\r' and place[0] != c'"':
        place += 1
    field.size = place - field.start
    return place


cdef const char* line_break_end(const char* place, const char* end) noexcept nogil:
    """Return where the line break at a place ends; NULL where there is none."""
    if place < end and place[0] == c'\n':
        return place + 1
    if place + 1 < end and place[0] == c'\r' and place[1] == c'\n':
        return place + 2
    return NULL


cdef bint is_plain_ascii(const char* place, Py_ssize_t size) noexcept nogil:
    """Tell whether bytes are ASCII without NUL."""
    # No early end: a compiler turns this loop into vector instructions.
    cdef uint8_t others = 0
    cdef Py_ssize_t i
    for i in range(size):
        others |= <uint8_t> (place[i] - 1) >= 0x7F
    return not others


cdef void copy_field(const Field* field, char* out) noexcept nogil:
    """Copy a field, its doubled quotes made single."""
    cdef const char* place = field.start
    cdef const char* end = place + field.size
    cdef const char* quote
    while field.n_doubled and (quote := <const char*>memchr(place, c'"', end - place)) != NULL:
        quote += 1  # behind the first of two
        memcpy(out, place, quote - place)
        out += quote - place
        place = quote + 1
    memcpy(out, place, end - place)


cdef int find_row(const char** row, const char* end, const Layout* layout, Field* text, Field* label,
                  const char** behind) noexcept nogil:
    """Find text and label of the next row, where it begins and where the one behind it does; tell if that is plain."""
    cdef const char* place
    cdef Field field
    cdef int at
    while (place := line_break_end(row[0], end)) != NULL:  # a blank line
        row[0] = place
    if row[0] >= end:
        return cEND
    place, behind[0] = row[0], NULL
    for at in range(layout.n_fields):
        place = field_end(place, end, layout.delimiter, &field)
        if place == NULL:
            break
        if at == layout.text_at:
            text[0] = field
        if at == layout.label_at:
            label[0] = field
        if at < layout.n_fields - 1:
            if place == end or place[0] != layout.delimiter:
                break
            place += 1
    else:
        behind[0] = end if layout.last and place == end else line_break_end(place, end)
    if place == NULL or place == end or (place + 1 == end and place[0] == c'\r'):
        if not layout.last:
            # The row may go on in the next block, if it is not too long.
            return cUNUSUAL if end - row[0] > MAX_ROW_SIZE else cEND
        if place == NULL or place != end:
            return cUNUSUAL
    return cUNUSUAL if behind[0] == NULL or behind[0] - row[0] > MAX_ROW_SIZE or label.n_doubled else cROW


cdef const char* character_end(const char* place, const char* end, uint32_t* character) noexcept nogil:
    """Decode a character of UTF-8; return where it ends, or NULL where it is not valid."""
    cdef uint8_t byte = place[0]
    cdef int i, n_more
    # The smallest number that is not written shorter.
    cdef uint32_t least
    if byte < 0x80:
        character[0] = byte
        return place + 1
    if byte < 0xE0:
        n_more, least, character[0] = 1, 0x80, byte - 0xC0
    elif byte < 0xF0:
        n_more, least, character[0] = 2, 0x800, byte - 0xE0
    else:
        n_more, least, character[0] = 3, 0x10000, byte - 0xF0
    if byte < 0xC0 or byte > 0xF4 or end - place <= n_more:
        return NULL
    for i in range(1, n_more + 1):
        byte = place[i]
        if byte & 0xC0 != 0x80:
            return NULL
        character[0] = character[0] << 6 | (byte & 0x3F)
    if character[0] < least or character[0] > 0x10FFFF or character[0] >> 11 == 0x1B:  # or a surrogate
        return NULL
    return place + n_more + 1


cdef bint is_text(const Field* field) noexcept nogil:
    """Tell whether a field is UTF-8 without NUL."""
    cdef const char* place = field.start
    cdef const char* end = place + field.size
    cdef uint32_t character
    cdef uint64_t eight = 0
    if is_plain_ascii(place, field.size):
        return True
    while place != NULL and place < end:
        if end - place >= 8:
            memcpy(&eight, place, 8)
            if not eight & 0x8080808080808080ULL:  # all ASCII, as most are
                place += 8
                continue
        place = character_end(place, end, &character)
    return place != NULL and memchr(field.start, 0, field.size) == NULL


cdef bint is_blank(const Field* field) noexcept nogil:
    """Tell whether a field that is text is empty or blanks alone."""
    cdef const char* place = field.start
    cdef const char* end = place + field.size
    cdef uint32_t character
    while place < end:
        place = character_end(place, end, &character)
        if not Py_UNICODE_ISSPACE(character):
            return False
    return True


cdef Value* values_of(dict labels):
    """Return the values of labels, to be freed, or NULL."""
    cdef Value* values = <Value*>PyMem_Malloc(len(labels) * sizeof(Value))
    cdef Py_ssize_t i
    cdef bytes name
    if values != NULL:
        for i, (name, known) in enumerate(labels.items()):
            values[i] = Value(PyBytes_AS_STRING(name), len(name), known is not None, 0)
    return values


cdef Py_ssize_t place_of(const Field* label, const Value* values, Py_ssize_t n_values) noexcept nogil:
    """Return which value a label is; -1 if it is none of them."""
    cdef Py_ssize_t i
    for i in range(n_values):  # there are few
        if values[i].size == label.size and memcmp(values[i].start, label.start, label.size) == 0:
            return i
    return -1


cdef int count_row(const Field* text, const Field* label, Value* values, Py_ssize_t n_values, Py_ssize_t* n_documents,
                   Py_ssize_t* blank) noexcept nogil:
    """Count a row; `blank` holds how many documents have no text, and the number of the first."""
    cdef Py_ssize_t i = place_of(label, values, n_values)
    if i < 0:
        return cUNKNOWN_LABEL
    if not is_text(text):
        return cUNUSUAL
    if values[i].wanted:
        values[i].n_documents += 1
        n_documents[0] += 1
        if is_blank(text):
            blank[0] += 1
            blank[1] = blank[1] or n_documents[0]
    return cROW


def count_rows(bytearray block, Py_ssize_t start, Py_ssize_t stop, int n_fields, int text_at, int label_at, char delimiter,
               dict labels, bint last):
    """Count the documents in the plain rows of a block, without the interpreter.

    The parameters are those of :func:`read_rows`, and so are all results but the first.

    Returns
    -------
    tally : tuple
        Documents of each label, documents without a text, and the number of the first of those, counted from 1.
    n_rows, stop, why : int
    """
    cdef const char* first = PyByteArray_AS_STRING(block)
    cdef const char* end = first + stop
    cdef const char* row = first + start
    cdef const char* behind = NULL
    cdef Layout layout = Layout(n_fields, text_at, label_at, delimiter, last)
    cdef Field text, label
    cdef Py_ssize_t n_rows = 0, n_documents = 0, n_values = len(labels), i
    cdef Py_ssize_t[2] blank = [0, 0]
    cdef int why
    cdef dict counts = {}
    cdef Value* values = values_of(labels)
    if values == NULL:
        raise MemoryError(f"no room for {n_values} labels.")
    with nogil:
        while (why := find_row(&row, end, &layout, &text, &label, &behind)) == cROW:
            why = count_row(&text, &label, values, n_values, &n_documents, blank)
            if why != cROW:
                break
            n_rows += 1
            row = behind
    for i, known in enumerate(labels.values()):
        if values[i].n_documents:
            counts[known] = counts.get(known, 0) + values[i].n_documents
    PyMem_Free(values)
    return (counts, blank[0], blank[1]), n_rows, row - first, why


def read_rows(bytearray block, Py_ssize_t start, Py_ssize_t stop, int n_fields, int text_at, int label_at, char delimiter,
              dict labels, bint last):
    """Read the documents in the plain rows of a block, without the interpreter.

    Parameters
    ----------
    block : bytearray
    start, stop : int
        Where the first row begins, and where the block ends.
    n_fields, text_at, label_at : int
        Number of fields in a row, and the positions of text and label.
    delimiter : int
        A byte.
    labels : dict of bytes to (int, str or None)
        The label of each value; None leaves the document out.
    last : bool
        Whether the file ends with the block.

    Returns
    -------
    documents : tuple
        The texts side by side as UTF-8, where each ends (int32, after a 0), and a list of their labels.
    n_rows : int
        How many rows were read, those that are left out included.
    stop : int
        Where the first row begins that was not read.
    why : int
        END, if it is not whole in this block; UNKNOWN_LABEL, if its value is not in `labels`; or UNUSUAL.
    """
    cdef const char* first = PyByteArray_AS_STRING(block)
    cdef const char* end = first + stop
    cdef const char* row = first + start
    cdef const char* behind = NULL
    cdef Layout layout = Layout(n_fields, text_at, label_at, delimiter, last)
    cdef Field text, label
    cdef Py_ssize_t n_rows = 0, n_documents = 0, n_values = len(labels), i
    cdef Py_ssize_t most = (stop - start) // n_fields + 1  # a row has a delimiter or a line break behind each field
    cdef int why
    cdef bytes texts = PyBytes_FromStringAndSize(NULL, stop - start)
    cdef char* out = PyBytes_AS_STRING(texts)
    cdef Value* values = values_of(labels)
    cdef int32_t* ends = <int32_t*>PyMem_Malloc((most + 1) * sizeof(int32_t))
    cdef int32_t* places = <int32_t*>PyMem_Malloc(most * sizeof(int32_t))
    try:
        if values == NULL or ends == NULL or places == NULL:
            raise MemoryError(f"no room for {most} rows.")
        ends[0] = 0
        with nogil:
            while (why := find_row(&row, end, &layout, &text, &label, &behind)) == cROW:
                i = place_of(&label, values, n_values)
                if i < 0 or not is_text(&text):
                    why = cUNKNOWN_LABEL if i < 0 else cUNUSUAL
                    break
                if values[i].wanted:
                    copy_field(&text, out + ends[n_documents])
                    ends[n_documents + 1] = ends[n_documents] + <int32_t> (text.size - text.n_doubled)
                    places[n_documents] = <int32_t> i
                    n_documents += 1
                n_rows += 1
                row = behind
        known = list(labels.values())
        found = [known[places[i]] for i in range(n_documents)]
        spans = PyBytes_FromStringAndSize(<char*> ends, (n_documents + 1) * sizeof(int32_t))
        return (texts, spans, found), n_rows, row - first, why
    finally:
        PyMem_Free(values)
        PyMem_Free(ends)
        PyMem_Free(places)


def decode(bytes texts, bytes spans, Py_ssize_t first, Py_ssize_t last):
    """Return some of the texts that :func:`read_rows` has found."""
    cdef const char* start = PyBytes_AS_STRING(texts)
    cdef const int32_t* ends = <const int32_t*> PyBytes_AS_STRING(spans)
    cdef Py_ssize_t i
    return [PyUnicode_DecodeUTF8(start + ends[i], ends[i + 1] - ends[i], NULL) for i in range(first, last)]


def label_at(bytearray block, Py_ssize_t start, Py_ssize_t stop, int position, char delimiter):
    """Return the value of the label in a plain row that begins at `start`."""
    cdef const char* place = PyByteArray_AS_STRING(block)
    cdef const char* end = place + stop
    cdef Field field
    place += start
    for _ in range(position + 1):
        place = field_end(place, end, delimiter, &field) + 1
    return field.start[:field.size]
