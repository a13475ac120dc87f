"""Where the tasks of a training by shards are computed: processes of this machine, or a Dask cluster."""

from movieclassifier.training.engines.dask_cluster import DaskEngine
from movieclassifier.training.engines.local import LocalEngine
from movieclassifier.training.engines.tasks import Engine


def make_engine(on: str, n_workers: int) -> Engine:
    """Return the engine that a command line names.

    Parameters
    ----------
    on : str
        ``local``, ``dask``, ``tcp://host:port`` or the path of a scheduler file.
    n_workers : int
        Processes to start for ``local`` and ``dask``.

    Raises
    ------
    ImportError, OSError, ValueError
        As :class:`DaskEngine`.
    """
    if on == "local":
        return LocalEngine(n_workers)
    return DaskEngine(None if on == "dask" else on, n_workers)
