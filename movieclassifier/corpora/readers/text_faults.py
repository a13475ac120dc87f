"""Why a text cannot be read: bytes that its encoding lacks, a NUL, or an encoding that nobody named."""

import re

# How files that are not UTF-8 begin, read as if they were: marks of UTF-16; PNG and JPEG.
UTF32_MARKS = ("\udcff\udcfe\0\0", "\0\0\udcfe\udcff")
UTF16_MARKS = ("\udcff\udcfe", "\udcfe\udcff")
BINARY_MARKS = ("\udc89PNG", "\udcff\udcd8\udcff")


def text_fault(text: str, encoding: str) -> str | None:
    """Return why a text cannot be read: a NUL, or a byte that the encoding lacks; None if it can."""
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as error:
            # Files are opened with errors="surrogateescape", which hides byte 0xNN in the surrogate U+DCNN.
            if text.startswith(UTF32_MARKS):
                return "this is UTF-32; pass ReadingOptions(encoding='utf-32')."
            if text.startswith(UTF16_MARKS):
                return "this is UTF-16; pass ReadingOptions(encoding='utf-16')."
            if text.startswith(BINARY_MARKS):
                return "this is a picture or a program, no text; pass a file of documents."
            byte = ord(text[error.start]) - 0xDC00
            if 0x80 <= byte <= 0xFF:
                return (
                    f"the byte 0x{byte:02x} is not {encoding}; pass the file's encoding, such as "
                    "ReadingOptions(encoding='latin-1')."
                )
            return f"U+{ord(text[error.start]):04X} is half a character (a lone surrogate)."
    if "\0" in text:
        return _nul_fault(text, encoding)
    return None


def _nul_fault(text: str, encoding: str) -> str:
    """Say that a text holds a NUL; in UTF-16 every second byte of a Latin letter is one, in UTF-32 three of four."""
    if len(text) > 7 and text.count("\0") * 3 > 2 * len(text):
        order = "be" if text.startswith("\0\0\0") else "le"
        return f"this looks like UTF-32 without a byte order mark; pass ReadingOptions(encoding='utf-32-{order}')."
    if len(text) > 3 and text.count("\0") * 3 > len(text) and "\0\0\0" not in text:
        order = "be" if text.startswith("\0") else "le"
        size = 32 if re.match("utf.?16", encoding, re.IGNORECASE) else 16  # read as UTF-16, UTF-32 has NULs left
        return (
            f"this looks like UTF-{size} without a byte order mark; pass ReadingOptions(encoding='utf-{size}-{order}')."
        )
    return (
        "a NUL byte, which no text holds; the file is damaged, or pass its encoding, such as "
        "ReadingOptions(encoding='utf-16')."
    )
