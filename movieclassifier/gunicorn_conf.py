"""The settings of gunicorn under the name that Procfiles hold; they are in :mod:`movieclassifier.web.gunicorn_conf`."""

from movieclassifier.web.gunicorn_conf import *  # noqa: F403
