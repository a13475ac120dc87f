"""Installed packages: which version, and whether those of an extra are there."""

import sys
from functools import cache
from glob import glob
from importlib.util import find_spec


@cache
def installed_version(package: str) -> str:
    """Return the version of an installed package from the name of its ``.dist-info`` folder.

    ``importlib.metadata`` reads a file and imports the package ``email``, which takes longer than reading a record; it
    is asked only where the folder is missing or ambiguous.

    Parameters
    ----------
    package : str
        Name in lower case.

    Returns
    -------
    str

    Raises
    ------
    importlib.metadata.PackageNotFoundError
        If there is no such package.

    Examples
    --------
    >>> import numpy
    >>> installed_version("numpy") == numpy.__version__
    True
    """
    start = f"{package.replace('-', '_')}-"
    for folder in sys.path:
        found = glob(f"{start}*.dist-info", root_dir=folder)
        if len(found) == 1:
            return found[0].removeprefix(start).removesuffix(".dist-info")
        if found:
            break
    from importlib.metadata import version

    return version(package)


def check_installed(extra: str, *modules: str) -> None:
    """Refuse to go on without the modules of an extra.

    Raises
    ------
    ValueError
        With the command that installs them.
    """
    missing = [name for name in modules if find_spec(name) is None]
    if missing:
        raise ValueError(f"{' and '.join(missing)} must be installed: pip install 'movieclassifier[{extra}]'.")
