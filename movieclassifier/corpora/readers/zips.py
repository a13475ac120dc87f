"""Files in a zip: the only one of a compressed table, or those of a folder of documents."""

import io
import os
import struct
import zipfile
from pathlib import Path
from typing import IO

from movieclassifier.corpora.readers.damage import MAX_MEMORY, archive_faults

# In the header of a file in a zip, and in what stands before the data that LZMA has packed.
NAME_LENGTHS_AT, DICTIONARY_AT = 26, 5


def open_only_file(file: io.BufferedReader, path: Path) -> IO[bytes]:
    """Open the only file of a zip."""
    with archive_faults(path):
        archive = zipfile.ZipFile(file)
    refuse_office(archive, path)
    members = [member for member in archive.infolist() if not is_folder(member) and not is_junk(member.filename)]
    if len(members) != 1:
        raise ValueError(
            f"{path}: a zip of {len(members):,} files; pass one of them, or ReadingOptions(format='folders') for a "
            "folder per class."
        )
    if members[0].flag_bits & 1:
        raise ValueError(f"{path}: the zip is encrypted; decrypt it first.")
    with archive_faults(path):
        return open_member(archive, members[0])


def open_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> IO[bytes]:
    """Open a file of a zip; one that is packed with LZMA may ask for no more memory than xz may."""
    if member.compress_type == zipfile.ZIP_LZMA and archive.fp is not None:
        archive.fp.seek(member.header_offset + NAME_LENGTHS_AT)
        n_before = sum(struct.unpack("<HH", archive.fp.read(4)))
        archive.fp.seek(n_before + DICTIONARY_AT, os.SEEK_CUR)
        (n_bytes,) = struct.unpack("<I", archive.fp.read(4))
        if n_bytes > MAX_MEMORY:
            raise zipfile.BadZipFile(f"it asks for {n_bytes:,} bytes of memory")
    return archive.open(member)


def is_folder(member: zipfile.ZipInfo) -> bool:
    """Tell whether a member of a zip is a folder; zipfile's own is_dir() fails at an empty name."""
    return member.filename.endswith("/")


def is_junk(name: str) -> bool:
    """Tell whether a name in an archive or folder is one that operating systems leave behind.

    Examples
    --------
    >>> is_junk("__MACOSX/bbc/001.txt"), is_junk("bbc/.DS_Store"), is_junk("bbc/001.txt")
    (True, True, False)
    """
    return any(
        part in ("__MACOSX", "Thumbs.db") or (part.startswith(".") and part not in (".", ".."))
        for part in name.split("/")
    )


def refuse_office(archive: zipfile.ZipFile, path: Path) -> None:
    """Refuse a zip that is the file of a program."""
    names = set(archive.namelist())
    if {"[Content_Types].xml", "mimetype"} & names:
        raise ValueError(f"{path}: this is a file of an office program; save the table as CSV (UTF-8) and pass that.")
    if names and all(name.endswith(".npy") for name in names):
        raise ValueError(f"{path}: this is a file of numpy arrays; write texts and labels as CSV and pass that.")
