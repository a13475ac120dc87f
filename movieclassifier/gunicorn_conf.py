"""The settings of gunicorn under the name that Procfiles hold; they are in :mod:`movieclassifier.web.gunicorn_conf`."""

import os

# Before numpy is imported, which reads it then: the pools of several workers would only get in each other's way.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from movieclassifier.web.gunicorn_conf import *  # noqa: F403
