"""``movieclassifier serve``: the web front, on one machine."""

import os
import socket
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import click

from movieclassifier.commands.shared.edge import Command
from movieclassifier.commands.shared.feedback_options import database_option
from movieclassifier.system.packages import check_installed

NEEDS_HTTPS = (
    "Its cookies are for https: over plain http no form works. Put a proxy with https in front, or "
    "set MOVIECLASSIFIER_DEPLOYED=0 in a network that you trust."
)
WINDOWS = (
    "movieclassifier serve forks its workers, which Windows cannot; run it in WSL or in a container. Training and "
    "prediction work on Windows."
)


EXAMPLES = [
    ("Serve the model in pkl_objects, or the bundled one:", "movieclassifier serve"),
    (
        "Serve two models side by side, at a port of your own:",
        "movieclassifier serve --model films=models/films --model news=models/news --port 8080",
    ),
]


@click.command(cls=Command, examples=EXAMPLES)
@click.option("--host", default="127.0.0.1", show_default=True, help="Listen at this address.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    envvar="PORT",
    default=8000,
    show_default=True,
    help="Listen at this port; 0 takes a free one.",
)
@click.option(
    "--workers",
    type=click.IntRange(1),
    help="Serve with this many processes.  [default: WEB_CONCURRENCY, else the number of cores, at most 4]",
)
@click.option(
    "--model",
    "models",
    multiple=True,
    metavar="[NAME=]PATH",
    help="Serve the model in this file or folder. Several models, with a name each, are served side by side.  "
    "[default: the model that the log serves; for a new log MOVIECLASSIFIER_MODEL, else pkl_objects, else the "
    "bundled model]",
)
@database_option
@click.option(
    "--mode",
    type=click.Choice(["instant", "review"]),
    help="Let votes act at once (instant) or wait for an approval (review).  [default: instant; review when deployed]",
)
@click.option(
    "--debug", is_flag=True, help="Serve with Flask's own server and its debugger, for developers on this machine."
)
def main(
    host: str,
    port: int,
    workers: int | None,
    models: tuple[str, ...],
    database: str | None,
    mode: str | None,
    debug: bool,
) -> None:
    """Serve the pages and the API.

    If other machines can reach the address, the server counts as deployed: it needs a SECRET_KEY, its cookies are for
    https only, and votes wait for an approval. MOVIECLASSIFIER_DEPLOYED=0 turns this off.
    """
    check_installed("web", "sqlalchemy", "gunicorn")
    if is_windows():
        raise OSError(WINDOWS)
    from movieclassifier.web.concurrency import number_of_workers

    # gunicorn reads it, too, as soon as it is imported, and ends with a traceback if it is not a number.
    named = number_of_workers(os.environ.pop("WEB_CONCURRENCY", None))
    if debug and not is_loopback(host):
        raise ValueError("--debug lets whoever reaches it run code; it takes this machine's own address only.")
    config: dict[str, Any] = {"DATABASE_URL": database, "MODE": mode}
    if not is_loopback(host):
        config["DEPLOYED"] = None if os.environ.get("MOVIECLASSIFIER_DEPLOYED") else True
        config["TRUSTED_HOSTS"] = os.environ.get("MOVIECLASSIFIER_TRUSTED_HOSTS") or "*"
    check_port(host, port)
    served = create_served(models, {name: value for name, value in config.items() if value is not None})
    apps = getattr(served, "apps", [served])
    for app in apps:
        owner = app.extensions["movieclassifier owner"]
        if models and owner.unserved_model():
            raise ValueError(owner.unserved_model())
        click.echo(owner.describe())
    if owner.log.settings.deployed and not app.config["TRUSTED_PROXIES"]:
        click.echo(NEEDS_HTTPS)
    if debug:
        if len(apps) > 1:
            raise ValueError("--debug serves one model; pass one --model.")
        app.run(host, port, debug=True, use_reloader=False)
        return
    run_gunicorn(served, f"[{host}]:{port}" if ":" in host else f"{host}:{port}", workers or named)


def create_served(models: Sequence[str], config: dict[str, Any]) -> Any:
    """Return the application of one model, or of several that are named."""
    from movieclassifier.web import create_app
    from movieclassifier.web.several_models import create_several_models, parse_models

    expect_models(models)
    if len(models) < 2 and not any(is_named(model) for model in models):
        return create_app(config | ({"MODEL": models[0]} if models else {}))
    return create_several_models(parse_models(models), config)


def expect_models(models: Sequence[str]) -> None:
    """Refuse models that cannot be read, before a database or a key is made for them."""
    from movieclassifier.models.persistence import load_classifier

    asked = [model.split("=", 1)[1] if is_named(model) else model for model in models]
    for model in asked or filter(None, [os.environ.get("MOVIECLASSIFIER_MODEL")]):
        load_classifier(model, with_guard=False)


def is_named(model: str) -> bool:
    """Tell whether a model is given as NAME=PATH; a file may have "=" in its name.

    Examples
    --------
    >>> is_named("news=models/bbc"), is_named("pkl_objects")
    (True, False)
    """
    return "=" in model and not Path(model).exists()


def run_gunicorn(app: Any, bind: str, workers: int) -> None:
    """Serve an application until it is stopped."""
    from gunicorn.app.base import BaseApplication

    from movieclassifier.web import gunicorn_conf

    class Server(BaseApplication):  # type: ignore[misc,unused-ignore]  # gunicorn has no types
        def load_config(self) -> None:
            for name in self.cfg.settings:
                if hasattr(gunicorn_conf, name):
                    self.cfg.set(name, getattr(gunicorn_conf, name))
            self.cfg.set("when_ready", tell)
            self.cfg.set("bind", bind)
            self.cfg.set("loglevel", "warning")  # what matters is said below
            self.cfg.set("workers", workers)

        def load(self) -> Any:
            return app

    def tell(arbiter: Any) -> None:
        gunicorn_conf.when_ready(arbiter)
        port = arbiter.LISTENERS[0].getsockname()[1]  # only the socket knows it where 0 was asked for
        click.echo(f"Listening at http://{bind.rpartition(':')[0]}:{port} (Ctrl-C stops it).")

    Server().run()


def check_port(host: str, port: int) -> None:
    """Find out before the model is loaded whether the address can be listened at.

    Raises
    ------
    OSError
        If it cannot.
    """
    family, kind, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            raise OSError(error.errno, f"{error.strerror}; pass a different --port", f"{host}:{port}") from error


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach an address.

    Examples
    --------
    >>> is_loopback("localhost"), is_loopback("::1"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_windows() -> bool:
    """Tell whether this system has no fork."""
    return os.name == "nt"
