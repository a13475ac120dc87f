"""The process that parses: it reads jobs from its standard input and answers on its standard output.

What it gives back is JSON, which nothing runs: were a parser made to run something, it would get no further. Its
environment holds no secrets, and it knows neither the database nor the model.
"""

import json
import struct
import sys
from typing import IO, Any

from movieclassifier.live.faults import SourceFault
from movieclassifier.live.parsing.articles import read_article
from movieclassifier.live.parsing.feeds import read_feed
from movieclassifier.live.parsing.opml import read_opml

try:
    import resource
except ImportError:  # pragma: no cover
    resource = None  # type: ignore[assignment]  # Windows has none

JOBS = {"feed": read_feed, "page": read_article, "opml": read_opml}
LENGTH = struct.Struct(">I")
MEMORY_BYTES = 512 * 2**20
CPU_SECONDS = 4


def answer(head: dict[str, Any], body: bytes) -> dict[str, Any]:
    """Do one job."""
    try:
        return {"found": JOBS[head["do"]](body, head["url"], head["charset"])}
    except SourceFault as fault:
        return {"fault": [fault.kind, fault.sentence]}
    except MemoryError:
        return {"fault": ["too large", "It takes more memory to read than is allowed."]}
    except Exception as error:  # noqa: BLE001, RUF100  # a parser's fault with this document; its worker goes on
        return {"fault": ["unreadable", f"It cannot be read ({type(error).__name__})."]}


def read_frame(file: IO[bytes]) -> bytes | None:
    """Return the next message, or None at the end."""
    length = file.read(LENGTH.size)
    return file.read(LENGTH.unpack(length)[0]) if len(length) == LENGTH.size else None


def write_frame(file: IO[bytes], message: bytes) -> None:
    """Write a message with its length."""
    file.write(LENGTH.pack(len(message)) + message)
    file.flush()


def can_limit() -> bool:
    """Tell whether this system limits the memory and the time of a process."""
    return resource is not None


def limit_cpu() -> None:
    """Let the process end itself when the next job takes more than :data:`CPU_SECONDS` of CPU time."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    allowed = int(used.ru_utime + used.ru_stime) + CPU_SECONDS
    # The soft limit alone ends it. A hard limit could not be raised for the jobs after this one.
    resource.setrlimit(resource.RLIMIT_CPU, (allowed, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def main() -> None:
    """Answer until the input ends."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    reader, writer = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # a library may print; that is not an answer
    while (head := read_frame(reader)) is not None and (body := read_frame(reader)) is not None:
        limit_cpu()
        write_frame(writer, json.dumps(answer(json.loads(head), body)).encode())


if __name__ == "__main__":
    main()
