"""Start a Dask cluster on this machine, or connect to one that runs."""

import json
import logging
import os
import signal
import socket
from pathlib import Path
from typing import Any

from movieclassifier.system.own_process import deaf_children
from movieclassifier.system.printable import one_line
from movieclassifier.system.signals import held
from movieclassifier.training.engines.tasks import WORKER_ENVIRONMENT

SECONDS_TO_CONNECT = 20.0
# Dask's profiler takes 7% of the time, and its looks at itself 2 to 4% of a core in each process. With its settings of
# malloc each larger array is fetched from the operating system and given back at once: a third of a worker's time.
OF_OWN_WORKERS = {
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "5s",
    **{f"distributed.nanny.pre-spawn-environ.{name}": value for name, value in WORKER_ENVIRONMENT.items()},
    "distributed.scheduler.work-stealing-interval": "1s",
    "distributed.worker.memory.monitor-interval": "1s",
    "distributed.worker.profile.enabled": False,
}
# Without an address of its own, its server would take a port that other programs use.
WITHOUT_DASHBOARD = {"dashboard_address": "127.0.0.1:0", "scheduler_kwargs": {"dashboard": False}}


def client_of(address: str) -> Any:
    """Connect to the scheduler at an address, or to the one that has written a file.

    Raises
    ------
    OSError
        If there is no such file, or nobody answers.
    ValueError
        If it is no address, and no file of a scheduler.
    """
    from dask.distributed import Client

    url = address if address.startswith(("tcp://", "tls://", "ucx://")) else _address_in(address)
    try:
        _wait_for_a_word(url)
        return Client(url, timeout=SECONDS_TO_CONNECT)
    except OSError as error:
        raise OSError(
            f"{address}: no scheduler answers ({one_line(error)}). Start one with `dask scheduler`."
        ) from error
    except (TypeError, ValueError) as error:  # as of tls:// without certificates
        raise ValueError(f"{address}: this leads to no scheduler of Dask ({one_line(error)}).") from error


def _wait_for_a_word(url: str) -> None:
    """Refuse an address where something listens and says nothing, which Dask would wait for without end.

    A scheduler speaks first, unless it uses TLS. Where it does not listen yet, Dask tries again for a while.

    Raises
    ------
    OSError
        If nothing is said, or the address cannot be reached.
    """
    from distributed.comm.addressing import get_address_host_port

    if not url.startswith("tcp://"):
        return
    try:
        connection = socket.create_connection(get_address_host_port(url), SECONDS_TO_CONNECT)
    except ConnectionRefusedError:
        return
    with connection:
        connection.recv(1)


def _address_in(path: str) -> str:
    """Return the address that a scheduler has written to a file."""
    if not os.path.isfile(path):
        raise FileNotFoundError(f"{path}: there is no such scheduler file; pass local, dask or tcp://HOST:PORT.")
    try:
        address = json.loads(Path(path).read_bytes())["address"]
    except (ValueError, KeyError, TypeError):
        address = None
    if not isinstance(address, str):
        raise ValueError(
            f"{path}: this leads to no scheduler of Dask; pass tcp://HOST:PORT, or the file that "
            "`dask scheduler --scheduler-file` has written."
        )
    return address


def own_cluster(n_workers: int) -> Any:
    """Start a cluster on this machine; a signal that comes meanwhile takes effect when all of it is there.

    Raises
    ------
    ChildProcessError
        If a worker cannot start.
    """
    import dask
    from dask.distributed import LocalCluster

    cluster = None
    try:
        with deaf_children(), held(signal.SIGTERM), dask.config.set(OF_OWN_WORKERS):
            cluster = LocalCluster(n_workers=n_workers, threads_per_worker=1, **WITHOUT_DASHBOARD)
    except RuntimeError as error:  # a worker has died at its start
        raise ChildProcessError(f"Dask cannot start its workers: {one_line(error.__cause__ or error)}") from error
    except KeyboardInterrupt:  # it was held until here
        if cluster is not None:
            cluster.close()
        raise
    return cluster


def say_nothing_of_cancelled_tasks() -> None:
    """Let a worker log no warning for each task that is cancelled, as all are where one of them fails."""
    logging.getLogger("distributed.worker.state_machine").setLevel(logging.ERROR)


def versions() -> dict[str, str]:
    """Return the versions that decide the bits of a model."""
    import platform

    import numpy as np

    from movieclassifier import __version__

    return {"Python": platform.python_version(), "numpy": np.__version__, "movieclassifier": __version__}
