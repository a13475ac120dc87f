"""Read mutated corpora of every kind in child processes: no crash, no hang, and only the errors that readers may raise.

    python tests/scripts/mutated_corpora.py --n 20000 --seed 1

Each child reads a batch under limits of memory and time, and says which mutation was too much for it. The same seed
makes the same files.
"""

import argparse
import bz2
import collections
import gzip
import io
import json
import lzma
import os
import random
import resource
import subprocess
import sys
import tarfile
import tempfile
import time
import traceback
import zipfile
from pathlib import Path

from movieclassifier.corpora.readers.compression import import_zstd

BATCH = 250
MEMORY = 1_500_000_000  # bytes of address space
SECONDS = 20  # of CPU for one file; the largest has 60 kB


def documents(rng):
    words = ["good", "bad", "so, so", 'a "quoted" word', "two\nlines", "café", "👍", "\\", "x" * 300, "", " ", "1"]
    return [(" ".join(rng.choices(words, k=rng.randrange(8))), rng.choice("01")) for _ in range(rng.randrange(1, 60))]


def rows(rng, delimiter=","):
    lines = [delimiter.join(("review", "sentiment"))]
    for text, label in documents(rng):
        quoted = text.replace('"', rng.choice(['""', '""', '\\"']))
        lines.append(f'"{quoted}"{delimiter}{label}')
    return rng.choice(["\n", "\r\n"]).join(lines).encode()


def json_lines(rng):
    items = [{"text": text, "label": rng.choice([label, int(label), [label]])} for text, label in documents(rng)]
    if rng.random() < 0.4:
        return json.dumps(items, indent=rng.choice([None, 1])).encode()
    return "\n".join(json.dumps(item, ensure_ascii=rng.random() < 0.5) for item in items).encode()


def fasttext(rng):
    return "\n".join(f"__label__{label} {' '.join(text.split())}" for text, label in documents(rng)).encode()


def members(rng):
    folder = rng.choice(["c", "aclImdb/train"])
    return [
        (f"{folder}/{('neg', 'pos')[int(label)]}/{i}_{label}.txt", text)
        for i, (text, label) in enumerate(documents(rng))
    ]


def tar(rng):
    out = io.BytesIO()
    form = rng.choice([tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, text in members(rng):
            content = text.encode()
            long = form != tarfile.USTAR_FORMAT and rng.random() < 0.1
            info = tarfile.TarInfo("é" * 120 + "/" + name if long else name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def zipped(rng):
    out = io.BytesIO()
    method = rng.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
    with zipfile.ZipFile(out, "w", method) as archive:
        if rng.random() < 0.5:
            archive.writestr("x.csv", rows(rng))
        else:
            for name, text in members(rng):
                archive.writestr(name, text)
    return out.getvalue()


def in_encoding(rng):
    encoding = rng.choice(["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])
    return rng.choice([rows, json_lines, fasttext])(rng).decode().encode(encoding)


PACKERS = [gzip.compress, bz2.compress, lzma.compress, import_zstd("this script").compress]


def packed(rng):
    inner = rng.choice([rows, json_lines, tar])(rng)
    pack = rng.choice(PACKERS)
    cut = rng.randrange(len(inner) + 1)
    return pack(inner[:cut]) + pack(inner[cut:]) if rng.random() < 0.5 else pack(inner)


MAKERS = {
    "csv": rows,
    "tsv": lambda rng: rows(rng, "\t"),
    "json": json_lines,
    "fasttext": fasttext,
    "encodings": in_encoding,
    "tar": tar,
    "zip": zipped,
    "packed": packed,
    "tar, packed": lambda rng: rng.choice(PACKERS)(tar(rng)),
}
TOKENS = [b'"', b'""', b"\\", b",", b"\n", b"\r", b"\0", b"\xff", b"\xef\xbb\xbf", b"\x1b[2J", b"[", b"{", b"}", b"]",
          b"sep=;\n", b"__label__", b"1e999", b"\xed\xa0\x80", b"9" * 30, b"PK\3\4", b"ustar", b"\x28\xb5\x2f\xfd"]  # fmt: skip


def mutated(content, rng):
    """Return content with one to four mutations; sometimes none."""
    for _ in range(rng.choice([0, 1, 1, 1, 2, 4])):
        if not content:
            return content
        at, to = sorted(rng.randrange(len(content) + 1) for _ in range(2))
        kind = rng.randrange(8)
        if kind == 0:
            content = content[:at]
        elif kind == 1:
            content = content[:at] + content[to:]
        elif kind == 2:
            content = content[:to] + content[at:]
        elif kind == 3:
            content = content[:at] + rng.choice(TOKENS) * rng.choice([1, 1, 1, 2000]) + content[at:]
        elif kind == 4:
            content = content + rng.randbytes(rng.randrange(1, 40))
        else:  # bytes, most often near each other, as in a header
            changed = bytearray(content)
            for position in range(at, min(at + rng.choice([1, 1, 8]), len(content))):
                changed[position] = rng.choice(
                    [0, 255, 128, changed[position] ^ (1 << rng.randrange(8)), rng.randrange(256)]
                )
            content = bytes(changed)
    return content


def make(kind, seed):
    """Return the mutated file of a kind and seed."""
    rng = random.Random(f"{kind} {seed}")
    return mutated(MAKERS[kind](rng), rng)


def read(path, rng):
    """Read a corpus in one of the ways in which people read it; return what became of it."""
    from movieclassifier.corpora.corpus import open_corpus
    from movieclassifier.corpora.readers.formats import READERS
    from movieclassifier.corpora.reading import ReadingOptions
    from movieclassifier.corpora.shuffling import shuffle_rows
    from movieclassifier.corpora.survey import survey
    from movieclassifier.system.printable import one_line

    encoding = rng.choice([None, None, None, "latin-1", "utf-16", "utf-16-le", "utf-32", "shift_jis"])
    format = rng.choice([None, None, *READERS])
    try:
        if rng.random() < 0.1:
            shuffle_rows(path, path.with_suffix(".out"), memory=rng.choice([1000, 10**8]))
        else:
            reading = ReadingOptions(format=format, encoding=encoding, skip_bad_rows=rng.choice([0, 0, 1000]))
            survey(open_corpus(path, reading=reading))
    except (ValueError, OSError) as error:
        message = str(error)
        if str(path) not in message and path.name not in message and "takes no" not in message:
            return f"a message that does not name the file: {type(error).__name__}: {message[:200]}"
        if not one_line(error).isprintable():
            return f"a message that a terminal obeys: {message[:200]!r}"
        return "refused"
    return "read"


def work(kind, start, stop, folder):
    """Read a batch and print a line of JSON for each file that is not simply read or refused, and the counts."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    counts = collections.Counter()
    for seed in range(start, stop):
        path = Path(folder) / "file"
        path.write_bytes(make(kind, seed))
        print(json.dumps({"begun": seed}), flush=True)
        begun = time.process_time()
        try:
            result = read(path, random.Random(seed))
        except BaseException:
            result = "traceback: " + traceback.format_exc()[-700:]
        seconds = time.process_time() - begun
        if seconds > SECONDS:
            result = f"{seconds:.0f} s"
        counts[result if result in ("read", "refused") else "fault"] += 1
        if result not in ("read", "refused"):
            print(json.dumps({"seed": seed, "fault": result}), flush=True)
    print(json.dumps({"counts": counts}), flush=True)


def run_batch(kind, start, stop):
    """Return the counts of a batch and its faults, those included that ended the process."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, "--work", kind, str(start), str(stop), folder]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS * 10 + stop - start)
            output, end = done.stdout, f"exit status {done.returncode}: {done.stderr[-500:]}"
        except subprocess.TimeoutExpired as error:
            output, end = (error.stdout or b"").decode(), "hangs"
    lines = [json.loads(line) for line in output.splitlines()]
    faults = [(line["seed"], line["fault"]) for line in lines if "fault" in line]
    counts = next((line["counts"] for line in lines if "counts" in line), None)
    if counts is None:
        begun = [line["begun"] for line in lines if "begun" in line]
        faults.append((begun[-1] if begun else start, end))
        counts = {"fault": 1}
    return counts, faults


def campaign(n, seed, kinds=tuple(MAKERS), tell=print):
    """Read n files of each kind; return the counts by kind and all faults."""
    counts, faults = {}, []
    for kind in kinds:
        counts[kind] = collections.Counter()
        for start in range(seed * 10**7, seed * 10**7 + n, BATCH):
            found, bad = run_batch(kind, start, min(start + BATCH, seed * 10**7 + n))
            counts[kind].update(found)
            faults += [(kind, *fault) for fault in bad]
        tell(f"{kind:12} {dict(counts[kind])}")
    return counts, faults


if __name__ == "__main__":
    sys.path.insert(0, os.getcwd())
    if sys.argv[1:2] == ["--work"]:
        work(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5])
        sys.exit()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, default=2000, help="Files of each kind.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kinds", nargs="*", default=list(MAKERS))
    arguments = parser.parse_args()
    _, found = campaign(arguments.n, arguments.seed, arguments.kinds)
    for kind, seed, fault in found:
        print(kind, seed, fault)
    print(f"{len(found)} faults; seed {arguments.seed}, {arguments.n} files of each of {len(arguments.kinds)} kinds")
    sys.exit(bool(found))
