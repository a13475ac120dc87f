"""Small archives in the layout of aclImdb_v1.tar.gz."""

import gzip
import tarfile

SMALL = {"test/pos": 3, "test/neg": 3, "train/pos": 3, "train/neg": 3}
SMALL_UNSUP = {**SMALL, "train/unsup": 5}


def member(name, content=b"A good film.", kind=tarfile.REGTYPE, **attributes):
    """Return what `write_archive` takes: the header and the bytes."""
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, len(content)
    for key, value in attributes.items():
        setattr(info, key, value)
    return info, content


def review_members(n_reviews=SMALL):
    """Return n reviews for each folder, each with a text of its own."""
    return [
        member(f"aclImdb/{folder}/{i}_{i % 10}.txt", f'{folder} {i}: caf\u00e9, "good"'.encode())
        for folder, n in n_reviews.items()
        for i in range(n)
    ]


def tar_bytes(members, form=tarfile.PAX_FORMAT):
    """Return an uncompressed archive; unlike tarfile's own, its headers may lie."""
    blocks = [info.tobuf(form) + content + bytes(-len(content) % tarfile.BLOCKSIZE) for info, content in members]
    return b"".join(blocks) + bytes(2 * tarfile.BLOCKSIZE)


def archive_bytes(members, form=tarfile.PAX_FORMAT):
    """Return a gzipped archive."""
    return gzip.compress(tar_bytes(members, form), 1)


def write_archive(path, members, form=tarfile.PAX_FORMAT):
    """Write a gzipped archive and return its path."""
    path.write_bytes(archive_bytes(members, form))
    return path


# Fifty megabytes that deflate to 50 kB; a stream of such would go on for ever.
TAR_BOMBS = {
    "behind the end": bytes(50_000_000),
    "pax header": member("x", size=1 << 33, kind=b"x")[0].tobuf() + b"1" * 50_000_000,
    "long name": member("x", size=1 << 33, kind=b"L")[0].tobuf() + b"1" * 50_000_000,
    "recursion": (member("x", size=600, kind=b"x")[0].tobuf() + b"30 comment=" + b"1" * 1013) * 32_000,
    "recursion of long names": (member("x", size=1, kind=b"L")[0].tobuf() + b"x" * 512) * 3_000,
}
