"""Settings of gunicorn.

``gunicorn --config python:movieclassifier.gunicorn_conf 'movieclassifier.web:create_app()'`` reads them.
``movieclassifier serve`` takes them, too. They come from the environment: ``PORT``, ``WEB_CONCURRENCY``.
"""

import os
import signal
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

# Before numpy is imported: a pool of threads per worker would only get in the way of the others.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

port = os.environ.get("PORT")
bind = f"0.0.0.0:{port}" if port else "127.0.0.1:8000"  # a platform that sets PORT routes to it
if port and not os.environ.get("MOVIECLASSIFIER_DEPLOYED"):
    os.environ["MOVIECLASSIFIER_DEPLOYED"] = "1"
workers = int(os.environ.get("WEB_CONCURRENCY") or min(os.cpu_count() or 1, 4))
worker_class = "movieclassifier.web.gunicorn_conf.Worker"
threads = 4
# The base's weights are read once and shared by the workers, until they learn.
preload_app = True
# A worker that waits for a locked database is not dead, see BUSY_TIMEOUT.
timeout = 60
graceful_timeout = 20
keepalive = 5
# Nobody needs to steer a running server through a socket in the home folder.
control_socket_disable = True
# The heartbeat of a worker is a file; on a slow disk it could stop.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108  # gunicorn makes it with mkstemp


class Worker(ThreadWorker):  # type: ignore[misc,unused-ignore]  # gunicorn has no types
    """gunicorn's threads, which end soon although browsers keep connections open."""

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Let idle connections expire once it has to end; gunicorn closes them between two short turns."""
        if not self.alive:
            timeout = min(timeout, 0.5)
            for connection in self.keepalived_conns:
                connection.timeout = 0
        super().wait_for_and_dispatch_events(timeout)


def when_ready(server: Any) -> None:
    """Say which model is served; `server` is gunicorn's arbiter."""
    # Ctrl-C as SIGTERM: at SIGINT a worker shuts its threads down inside the signal handler, and where it was handing
    # a request to them just then, it waits for itself.
    signal.signal(signal.SIGINT, lambda _, frame: server.signal(signal.SIGTERM, frame))
    app = server.app.wsgi()
    app.extensions["movieclassifier"].warm_up()
    server.log.info("%s", app.extensions["movieclassifier owner"].describe())


def post_worker_init(worker: Any) -> None:
    """Leave Ctrl-C, which a terminal sends to all processes, to the master."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def on_exit(server: Any) -> None:
    """Remove the counters of this server."""
    import shutil

    from movieclassifier.web.metrics import folder_name

    shutil.rmtree(folder_name(os.getpid()), ignore_errors=True)
