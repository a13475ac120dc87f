# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Read plain rows of a CSV block by block; stop before every row that is anything else.

The definition is ``csv_rows.py``, with the label and text of a row as ``table_documents.py`` takes them. A plain row
has the right number of fields, each either in quotes or free of quotes and carriage returns; a label that is known; and
a text that is UTF-8 without NUL. Doubled quotes, line breaks inside quotes, CRLF and blank lines are plain.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from cpython.unicode cimport PyUnicode_DATA, PyUnicode_DecodeUTF8
from libc.stdint cimport uint8_t
from libc.string cimport memchr, memcpy

cdef extern from "Python.h":
    str PyUnicode_New(Py_ssize_t size, unsigned int largest)

# In bytes; csv_rows.py has the limit in characters, and looks at longer rows itself.
DEF MAX_ROW_SIZE = 16777216

# Why reading stopped.
END, UNKNOWN_LABEL, UNUSUAL = range(3)


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


cdef str text_of(Field* field):
    """Decode a field with its doubled quotes made single; a ValueError where it is not UTF-8 or holds a NUL."""
    cdef Py_ssize_t size = field.size - field.n_doubled
    cdef bytes plain
    cdef str text
    if is_plain_ascii(field.start, field.size):
        text = PyUnicode_New(size, 127)
        copy_field(field, <char*>PyUnicode_DATA(text))
        return text
    if memchr(field.start, 0, field.size) != NULL:
        raise ValueError
    if not field.n_doubled:
        return PyUnicode_DecodeUTF8(field.start, size, NULL)
    plain = PyBytes_FromStringAndSize(NULL, size)
    copy_field(field, PyBytes_AS_STRING(plain))
    return plain.decode()


def read_rows(bytes block, Py_ssize_t start, int n_fields, int text_at, int label_at, char delimiter, dict labels,
              bint last):
    """Read the plain rows of a block.

    Parameters
    ----------
    block : bytes
    start : int
        Where the first row begins.
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
    documents : list of (str, label)
    n_rows : int
        How many rows were read, those that are left out included.
    stop : int
        Where the first row begins that was not read.
    why : int
        END, if it is not whole in this block; UNKNOWN_LABEL, if its value is not in `labels`; or UNUSUAL.
    """
    cdef const char* first = block
    cdef const char* end = first + len(block)
    cdef const char* row = first + start
    cdef const char* place
    cdef const char* behind
    cdef Field field, text, label
    cdef Py_ssize_t n_rows = 0
    cdef int at
    cdef list documents = []
    text.start = label.start = row
    text.size = label.size = 0
    text.n_doubled = label.n_doubled = 0
    while row < end:
        behind = line_break_end(row, end)
        if behind != NULL:  # a blank line
            row = behind
            continue
        place = row
        for at in range(n_fields):
            place = field_end(place, end, delimiter, &field)
            if place == NULL:
                break
            if at == text_at:
                text = field
            if at == label_at:
                label = field
            if at < n_fields - 1:
                if place == end or place[0] != delimiter:
                    break
                place += 1
        else:
            at = n_fields
            behind = line_break_end(place, end)
            if last and place == end:
                behind = end
        if place == NULL or place == end or (place + 1 == end and place[0] == c'\r'):
            if not last:
                # The row may go on in the next block, if it is not too long.
                return documents, n_rows, row - first, UNUSUAL if end - row > MAX_ROW_SIZE else END
            if place == NULL or place != end:
                return documents, n_rows, row - first, UNUSUAL
        if at < n_fields or behind == NULL or behind - row > MAX_ROW_SIZE or label.n_doubled:
            return documents, n_rows, row - first, UNUSUAL
        value = label.start[:label.size]
        if value not in labels:
            return documents, n_rows, row - first, UNKNOWN_LABEL
        known = labels[value]
        try:
            content = text_of(&text)
        except ValueError:  # UnicodeDecodeError is one
            return documents, n_rows, row - first, UNUSUAL
        if known is not None:
            documents.append((content, known))
        n_rows += 1
        row = behind
    return documents, n_rows, row - first, END


def label_at(bytes block, Py_ssize_t start, int position, char delimiter):
    """Return the value of the label in a plain row that begins at `start`."""
    cdef const char* place = block
    cdef const char* end = place + len(block)
    cdef Field field
    place += start
    for _ in range(position + 1):
        place = field_end(place, end, delimiter, &field) + 1
    return field.start[:field.size]
