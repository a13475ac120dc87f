"""Mutate the bytes of a good file, or forge its contents, for ``tests/scripts/hostile_files.py``."""

import contextlib
import io
import json
import pickletools
import random
import sqlite3
import zipfile
from collections.abc import Collection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

EXTREMES: tuple[Any, ...] = (
    *(None, 7, -1, 0, 2**31, 2**63 - 1, 1e400, -0.5, float("nan"), "x", "", [], {}, [[]], [1, 2], True, "\ud800"),
    *([None] * 1000, "9" * 5000, 2**70),
)


def mutate_bytes(content: bytes, rng: random.Random) -> bytes:
    """Change a few bytes: flip, overwrite by extremes, cut, repeat, insert."""
    out = bytearray(content)
    for _ in range(rng.choice((1, 1, 1, 2, 4, 16))):
        place, length = rng.randrange(len(out) + 1), rng.choice((1, 1, 2, 4, 8, 64))
        change = rng.randrange(6)
        if change == 0 and place < len(out):
            out[place] ^= 1 << rng.randrange(8)
        elif change == 1:
            out[place : place + length] = rng.choice((b"\0", b"\xff", b"\x7f", b"\x80")) * length
        elif change == 2:
            del out[place : place + length]
        elif change == 3:
            out[place:place] = out[place : place + length]
        elif change == 4:
            out[place:place] = rng.randbytes(length)
        elif rng.random() < 0.2:
            del out[place:]
    return bytes(out)


def mutate_pickle(content: bytes, rng: random.Random) -> bytes:
    """Mutate bytes or opcodes, or forge a program of opcodes from nothing."""
    if rng.random() < 0.3:
        return mutate_bytes(content, rng)
    parts = _opcodes(content)
    if rng.random() < 0.3:
        chosen = [rng.choice(parts) if rng.random() < 0.6 else _random_opcode(rng) for _ in range(rng.randrange(1, 60))]
        return b"\x80\x04" + b"".join(chosen) + b"."
    for _ in range(rng.choice((1, 1, 2, 3, 8))):
        place = rng.randrange(1, len(parts))
        change = rng.randrange(4)
        if change == 0:
            parts[place] = rng.choice(parts)
        elif change == 1:
            parts.insert(place, _random_opcode(rng))
        elif change == 2:
            del parts[place]
        else:
            parts[place] = mutate_bytes(parts[place], rng)
    return b"".join(parts)


def _opcodes(content: bytes) -> list[bytes]:
    places = [place for _, _, place in pickletools.genops(content)]
    return [content[i:j] for i, j in zip(places, [*places[1:], len(content)], strict=True)]


def _random_opcode(rng: random.Random) -> bytes:
    opcode = rng.choice(pickletools.opcodes).code.encode("latin-1")
    names = (b"numpy\nndarray\n", b"numpy\ndtype\n", b"numpy._core.multiarray\n_reconstruct\n", b"os\nsystem\n")
    arguments = (
        b"",
        b"\0",
        b"\x01",
        rng.randbytes(4),
        b"\xff\xff\xff\x7f",
        b"\x08" + rng.randbytes(8),
        rng.choice(names),
    )
    return opcode + rng.choice(arguments)


def mutate_npz(content: bytes, rng: random.Random) -> bytes:
    """Mutate the archive, or one of its arrays, and pack it with right checksums."""
    if rng.random() < 0.15:
        return mutate_bytes(content, rng)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        compression = archive.infolist()[-1].compress_type
        members = {name: archive.read(name) for name in archive.namelist()}
    name = rng.choice(list(members))
    change = rng.random()
    if change < 0.1:
        del members[name]
    elif change < 0.2:
        members[name] = members[rng.choice(list(members))]
    elif change < 0.3:
        members[f"unknown{rng.randrange(9)}.npy"] = members[name]
    elif change < 0.6 and name == "facts.npy":
        members[name] = _mutate_facts(members[name], rng)
    else:
        members[name] = mutate_bytes(members[name], rng)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for each, data in members.items():
            archive.writestr(each, data)
    return out.getvalue()


def _mutate_facts(array: bytes, rng: random.Random) -> bytes:
    """Replace one value in the JSON of a record or a checkpoint."""
    import numpy as np

    facts = json.loads(np.load(io.BytesIO(array)).tobytes())
    forge_value(facts, rng)
    out = io.BytesIO()
    np.save(out, np.frombuffer(json.dumps(facts).encode(), np.uint8))
    return out.getvalue()


def forge_value(document: dict[str, Any], rng: random.Random) -> None:
    """Delete or replace one value at any depth of a JSON document."""
    node, key = document, rng.choice(list(document))
    while isinstance(node[key], dict) and node[key] and rng.random() < 0.8:
        node, key = node[key], rng.choice(list(node[key]))
    if rng.random() < 0.2:
        del node[key]
    else:
        node[key] = rng.choice(EXTREMES)


def mutate_lines(content: bytes, rng: random.Random) -> bytes:
    """Mutate bytes, or one of the lines of JSON."""
    if rng.random() < 0.3:
        return mutate_bytes(content, rng)
    lines = content.splitlines(keepends=True)
    place = rng.randrange(len(lines))
    change = rng.randrange(8)
    if change < 4:
        document = json.loads(lines[place])
        forge_value(document, rng)
        lines[place] = json.dumps(document).encode() + b"\n"
    elif change == 4:
        lines.insert(place, rng.choice((b"\n", b"null\n", b"[]\n", b"{}\n", b"[" * 200_000 + b"\n", b"\xff\n")))
    elif change == 5:
        lines.insert(place, rng.choice(lines))
    elif change == 6:
        del lines[place]
    else:
        lines[place] = lines[place].rstrip(b"\n")
    return b"".join(lines)


def mutate_database(content: bytes, rng: random.Random, among: Collection[str] = ()) -> bytes:
    """Mutate the bytes of an SQLite file, or forge its cells, rows and tables by statements.

    With `among`, only these tables are forged, and the bytes are left alone.
    """
    if not among and rng.random() < 0.3:
        return mutate_bytes(content, rng)
    with TemporaryDirectory() as folder:
        path = Path(folder, "forged.db")
        path.write_bytes(content)
        connection = sqlite3.connect(path, isolation_level=None)
        for _ in range(rng.choice((1, 1, 2, 4))):
            with contextlib.suppress(sqlite3.Error):  # a constraint that holds
                _forge_statement(connection, rng, among)
        connection.close()
        return path.read_bytes()


def _forge_statement(connection: sqlite3.Connection, rng: random.Random, among: Collection[str]) -> None:
    """Change a table of a database in a way that this program does not."""
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    table = rng.choice([name for name in tables if not among or name in among])
    columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]
    column = rng.choice(columns)
    rows = [rowid for (rowid,) in connection.execute(f'SELECT rowid FROM "{table}"')]
    change = rng.random()
    if change < 0.75 and rows:
        row = rng.choice(rows)
        (found,) = connection.execute(f'SELECT "{column}" FROM "{table}" WHERE rowid = ?', (row,)).fetchone()
        value = _forged_cell(found, rng)
        connection.execute(f'UPDATE "{table}" SET "{column}" = ? WHERE rowid = ?', (value, row))
    elif change < 0.85 and rows:
        connection.execute(f'DELETE FROM "{table}" WHERE rowid = ?', (rng.choice(rows),))
    elif change < 0.9:
        connection.execute(f'DELETE FROM "{table}"')
    elif change < 0.95:
        connection.execute(f'ALTER TABLE "{table}" DROP COLUMN "{column}"')
    else:
        connection.execute(f'DROP TABLE "{table}"')


def _forged_cell(found: Any, rng: random.Random) -> Any:
    """Return what may stand in a cell in place of what does."""
    if isinstance(found, bytes) and found and rng.random() < 0.8:
        return mutate_bytes(found, rng)
    if isinstance(found, str) and found[:1] in ("[", "{") and rng.random() < 0.7:
        with contextlib.suppress(ValueError):  # of a cell that was forged before
            document = {"all": json.loads(found)}
            forge_value(document, rng)
            return json.dumps(document.get("all"))
    if isinstance(found, str) and rng.random() < 0.3:
        return mutate_bytes(found.encode(), rng).decode("utf-8", "replace")
    if isinstance(found, int) and rng.random() < 0.5:
        return max(-(2**63), min(found + rng.choice((-1, 1, 2**20, -(2**40))), 2**63 - 1))  # as SQLite can hold it
    value = rng.choice([value for value in EXTREMES if value not in ("\ud800", 2**70)])
    return json.dumps(value) if isinstance(value, list | dict) else value
