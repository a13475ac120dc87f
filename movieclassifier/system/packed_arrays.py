"""Members of an archive that were compressed before their turn to be written came."""

import zipfile
from copy import copy
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, eq=False)
class PackedArray:
    """An array as it stands in an archive, made by :func:`movieclassifier.system.npz.pack_array`.

    Attributes
    ----------
    member : ZipInfo
    content : memoryview
        The header of the member, and what follows it.
    """

    member: zipfile.ZipInfo
    content: memoryview


def append_member(archive: zipfile.ZipFile, packed: PackedArray) -> None:
    """Write a member as it is; zipfile itself would compress it again."""
    file: Any = archive.fp
    member = copy(packed.member)
    file.seek(archive.start_dir)  # behind the last member
    file.write(packed.content)
    member.header_offset, archive.start_dir = archive.start_dir, file.tell()
    archive.filelist.append(member)
