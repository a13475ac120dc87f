"""Settings of gunicorn.

``gunicorn --config python:movieclassifier.gunicorn_conf 'movieclassifier.web:create_app()'`` reads them.
``movieclassifier serve`` takes them, too. The environment names ``PORT`` and ``WEB_CONCURRENCY``.
"""

import gc
import os
import signal
from typing import Any

from movieclassifier.web.concurrency import number_of_workers

port = os.environ.get("PORT")
bind = f"0.0.0.0:{port}" if port else "127.0.0.1:8000"  # a platform that sets PORT routes to it
if port and not os.environ.get("MOVIECLASSIFIER_DEPLOYED"):
    os.environ["MOVIECLASSIFIER_DEPLOYED"] = "1"
workers = number_of_workers(os.environ.get("WEB_CONCURRENCY"))
worker_class = "movieclassifier.web.worker.Worker"
threads = 4
# The base's weights are read once and shared by the workers, until they learn.
preload_app = True
# A worker that waits for a locked database is not dead, see BUSY_TIMEOUT.
timeout = 60
graceful_timeout = 20
keepalive = 5
# Nobody needs to steer a running server through a socket in the home folder.
control_socket_disable = True
# A request for the articles of many newspapers names them all.
limit_request_line = 8190
# More connections than this would wait unaccepted; those that send nothing cost no thread.
worker_connections = 1000
# The heartbeat of a worker is a file; on a slow disk it could stop.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108  # gunicorn makes it with mkstemp


def when_ready(server: Any) -> None:
    """Say which model is served; `server` is gunicorn's arbiter."""
    # Ctrl-C as SIGTERM: at SIGINT a worker shuts its threads down inside the signal handler, and where it was handing
    # a request to them just then, it waits for itself.
    signal.signal(signal.SIGINT, lambda _, frame: server.signal(signal.SIGTERM, frame))
    served = server.app.wsgi()
    for app in getattr(served, "apps", [served]):
        app.extensions["movieclassifier"].warm_up()
        server.log.info("%s", app.extensions["movieclassifier owner"].describe())


def post_worker_init(worker: Any) -> None:
    """Leave Ctrl-C, which a terminal sends to all processes, to the master; collect news, where that is wanted."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What the worker has inherited lives as long as it does: no collection needs to look at it, or to copy its pages.
    gc.freeze()
    served = worker.app.wsgi()
    for app in getattr(served, "apps", [served]):
        if live := app.extensions.get("movieclassifier live"):
            live.start()


def on_exit(server: Any) -> None:
    """Remove the counters of this server."""
    import shutil

    from movieclassifier.web.counters import folder_name

    shutil.rmtree(folder_name(os.getpid()), ignore_errors=True)
