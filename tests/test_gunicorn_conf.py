"""The settings of gunicorn stay under the name that stands in Procfiles."""

from movieclassifier import gunicorn_conf
from movieclassifier.web import gunicorn_conf as inner


def test_every_setting_is_that_of_the_web_room():
    settings = {name for name in vars(inner) if not name.startswith("_")}
    assert {"bind", "workers", "worker_class"} <= settings
    assert all(getattr(gunicorn_conf, name) is getattr(inner, name) for name in settings)
