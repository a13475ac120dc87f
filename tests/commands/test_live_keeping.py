"""``movieclassifier live watch`` and ``collect`` go on until they are stopped."""

import json
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

from tests.support.patience import PATIENCE


def test_watch_prints_new_articles_until_it_is_stopped(live, database, server):
    command = [
        sys.executable,
        "-c",
        "from movieclassifier.cli import main; main()",
        "live",
        "watch",
        "--database",
        database,
        "--every",
        "0.1",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130, errors
    assert json.loads(first)["newspaper"] == "The Film Times"


def test_collect_goes_on_until_it_is_stopped(live, database):
    command = [
        sys.executable,
        "-c",
        "from movieclassifier.cli import main; main()",
        "live",
        "collect",
        "--database",
        database,
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            deadline = time.monotonic() + 60
            while not has_lease(database) and time.monotonic() < deadline:
                time.sleep(0.05)
            result = live("collect", "--once", "--database", database)
        finally:
            process.terminate()
        _, errors = process.communicate(timeout=PATIENCE)
    assert "A different process is collecting" in result.output
    assert process.returncode == 0, errors


def has_lease(database):
    with closing(sqlite3.connect(database.removeprefix("sqlite:///"))) as connection:
        return connection.execute("SELECT count(*) FROM mc_leases").fetchone()[0] > 0
