"""gunicorn's worker of this program in a thread of the tests: the real loop on real sockets, without a master."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from types import SimpleNamespace
from typing import Any

from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.sock import create_sockets

from movieclassifier.web.worker import Worker
from tests.support.patience import PATIENCE


class ThreadedWorker(Worker):
    """A worker that leaves the signals of the process alone."""

    def init_signals(self) -> None:
        pass


@contextmanager
def working(app: Any, **settings: Any) -> Iterator[tuple[int, Worker]]:
    """Serve a WSGI application, and yield the port and the worker."""
    config = Config()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    given = {"bind": f"127.0.0.1:{port}", "threads": 4, "keepalive": 5, "graceful_timeout": 5}
    for name, value in (given | settings).items():
        config.set(name, value)
    log = Logger(config)
    [listener] = create_sockets(config, log)
    worker = ThreadedWorker(1, os.getppid(), [listener], SimpleNamespace(wsgi=lambda: app), 30, config, log)
    thread = Thread(target=worker.init_process)
    thread.start()
    try:
        yield port, worker
    finally:
        worker.handle_exit(None, None)
        thread.join(PATIENCE)
        listener.close()
        worker.tmp.close()
    assert not thread.is_alive()
