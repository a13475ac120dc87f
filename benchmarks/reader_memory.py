"""Read a gigabyte of text through every reader, each in a process of its own, and print its peak memory.

    python benchmarks/reader_memory.py [--gigabytes 1] [--folder /tmp]

Each reader reads a tenth first: where memory is flat, the two peaks are about the same. What grows a little is the list
of a folder's files, and with a zip its directory (0.7 kilobytes per file), which Python keeps in memory.
"""

import gzip
import io
import json
import os
import random
import re
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from movieclassifier.corpora.readers.compression import import_zstd

N_TEXTS = 997
SENTENCE = 'a the it was not very great awful movie plot actor scene :) <br />film, "quoted" café time 10/10'


def texts(n_bytes: int, length: int = 1300) -> Iterator[str]:
    """Yield random texts of a review's length until there are enough bytes."""
    rng = random.Random(0)
    pool = [" ".join(rng.choices(SENTENCE.split(), k=length // 6)) for _ in range(N_TEXTS)]
    number = 0
    while n_bytes > 0:
        text = f"{number} {pool[number % N_TEXTS]}"
        n_bytes -= len(text.encode())
        number += 1
        yield text


def csv_rows(n_bytes: int) -> Iterator[str]:
    yield "review,sentiment\n"
    for i, text in enumerate(texts(n_bytes)):
        yield '"{}",{}\n'.format(text.replace('"', '""'), i % 2)


def write_lines(path: Path, lines: Iterator[str]) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(lines)


def write_csv(path: Path, n_bytes: int) -> None:
    write_lines(path, csv_rows(n_bytes))


def write_gzip(path: Path, n_bytes: int) -> None:
    with gzip.open(path, "wt", compresslevel=1, encoding="utf-8") as file:
        file.writelines(csv_rows(n_bytes))


def write_zstd(path: Path, n_bytes: int) -> None:
    with import_zstd("this benchmark").open(path, "wt", encoding="utf-8") as file:
        file.writelines(csv_rows(n_bytes))


def write_tsv(path: Path, n_bytes: int) -> None:
    write_lines(path, (f"{text}\t{i % 2}\n" for i, text in enumerate(texts(n_bytes))))


def write_jsonl(path: Path, n_bytes: int) -> None:
    write_lines(path, (json.dumps({"text": text, "label": i % 2}) + "\n" for i, text in enumerate(texts(n_bytes))))


def write_tweets(path: Path, n_bytes: int) -> None:
    rows = ('"4","1","d","q","u","{}"\n'.format(text.replace('"', '""')) for text in texts(n_bytes, 140))
    with open(path, "w", encoding="latin-1") as file:
        file.writelines(rows)


def files(n_bytes: int) -> Iterator[tuple[str, bytes]]:
    """Yield names and contents of longer documents, so that not all time goes into opening files."""
    for i, text in enumerate(texts(n_bytes, 10_000)):
        yield f"{'pos' if i % 2 else 'neg'}/{i:06}.txt", text.encode()


def write_folder(path: Path, n_bytes: int) -> None:
    for label in ("neg", "pos"):
        (path / label).mkdir(parents=True)
    for name, content in files(n_bytes):
        (path / name).write_bytes(content)


def write_zip(path: Path, n_bytes: int) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in files(n_bytes):
            archive.writestr(name, content)


def write_tar(path: Path, n_bytes: int) -> None:
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        for name, content in files(n_bytes):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))


# What is measured: writer, format, and what is done with the corpus.
CASES: dict[str, tuple[Callable[[Path, int], None], str, str]] = {
    "csv": (write_csv, "csv", "read"),
    "csv, gzip": (write_gzip, "csv", "read"),
    "csv, zstd": (write_zstd, "csv", "read"),
    "csv, standard input": (write_csv, "csv", "stdin"),
    "csv, surveyed": (write_csv, "csv", "survey"),
    "csv, shuffled in 200 MB": (write_csv, "csv", "shuffle"),
    "tsv without quotes (uci)": (write_tsv, "uci", "read"),
    "jsonl": (write_jsonl, "jsonl", "read"),
    "sentiment140": (write_tweets, "sentiment140", "read"),
    "folders": (write_folder, "folders", "read"),
    "folders, zip": (write_zip, "folders", "read"),
    "folders, tar.gz": (write_tar, "folders", "read"),
}


def measure(path: str, format: str, action: str) -> None:
    """Read a corpus in this process and print documents, seconds and peak memory as JSON."""
    from movieclassifier.corpora.corpus import open_corpus
    from movieclassifier.corpora.reading import ReadingOptions
    from movieclassifier.corpora.shuffled import shuffle_corpus
    from movieclassifier.corpora.survey import survey

    start = time.perf_counter()
    corpus = open_corpus("-" if action == "stdin" else path, reading=ReadingOptions(format=format))
    if action == "survey":
        n_documents = survey(corpus).n_documents
    else:
        corpus = shuffle_corpus(corpus) if action == "shuffle" else corpus
        n_documents = sum(1 for _ in corpus)
    print(json.dumps({"documents": n_documents, "seconds": time.perf_counter() - start, "peak": peak_megabytes()}))


def peak_megabytes() -> float:
    """Return the largest resident size of this process.

    Not ``ru_maxrss``: Linux lets a process start with that of the one that started it, here the writer's.
    """
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) * 1024 / 1e6 if found else float("nan")


def run(path: Path, format: str, action: str) -> dict[str, float]:
    code = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import reader_memory; "
    # A process of its own has a peak of its own; the writers of this one stay out of it.
    call = f"reader_memory.measure({str(path)!r}, {format!r}, {action!r})"
    command = [sys.executable, "-c", code + call]
    with open(path if action == "stdin" else os.devnull, "rb") as stdin:
        done = subprocess.run(command, stdin=stdin, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@click.command()
@click.option("--gigabytes", type=float, default=1.0, show_default=True, help="How much text.")
@click.option("--folder", type=click.Path(exists=True), help="Where temporary files go.")
@click.option("--only", help="One case.")
def main(gigabytes: float, folder: str | None, only: str | None) -> None:
    """Print a table of peak memory."""
    large = f"{gigabytes:g} GB"
    small = f"{gigabytes / 10:g} GB"
    print(f"| reader | documents | MB/s | peak MB of {small} | peak MB of {large} |\n|---|---|---|---|---|")
    for name, (write, format, action) in CASES.items():
        if only not in (None, name):
            continue
        if write is write_zstd:
            try:
                import_zstd(name, "It is left out.")
            except ValueError as error:
                click.echo(error, err=True)
                continue
        peaks = []
        for n_bytes in (int(gigabytes * 1e8), int(gigabytes * 1e9)):
            with tempfile.TemporaryDirectory(dir=folder) as temporary:
                path = Path(temporary) / "corpus"
                write(path, n_bytes)
                result = run(path, format, action)
                peaks.append(result["peak"])
        rate = gigabytes * 1000 / result["seconds"]
        print(f"| {name} | {result['documents']:,} | {rate:.0f} | {peaks[0]:.0f} | {peaks[1]:.0f} |", flush=True)


if __name__ == "__main__":
    main()
