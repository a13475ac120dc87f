"""Train by shards over separate hosts: driver, scheduler, workers and store in network namespaces of their own.

``python -m tests.scripts.network_namespaces`` needs Linux, root, ``ip`` and the extras dask and bench-cluster;
``make bench-cluster`` makes an environment that has them, ``build/cluster/venv``. All addresses are in namespaces
that it makes and removes; it opens no port anywhere else. The corpus lies in an S3-like store alone, and an empty file
system hides the driver's folder from the workers. The record must be that of processes of one host.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "movieclassifier/bundled/sample_reviews.csv"
HOSTS = ("driver", "scheduler", "store", "worker1", "worker2")
PATIENCE = 60.0
UPLOAD = """
import sys, time, fsspec
content = open(sys.argv[1], "rb").read()
header, _, rows = content.partition(b"\\n")
deadline = time.monotonic() + 60
while True:
    try:
        files = fsspec.filesystem("s3")
        files.mkdir("corpus")
        break
    except Exception:
        if time.monotonic() > deadline:
            raise
        fsspec.filesystem("s3").clear_instance_cache()
        time.sleep(0.3)
for number in range(2):
    files.pipe(f"corpus/part-{number}.csv", header + b"\\n" + rows * int(sys.argv[2]))
"""


def why_not() -> str:
    """Say why this cannot run here; empty if it can."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "network namespaces take Linux and root"
    if shutil.which("ip") is None:
        return "there is no program ip"
    missing = [name for name in ("distributed", "s3fs", "moto", "flask_cors") if find_spec(name) is None]
    if missing:
        return f"{' and '.join(missing)} must be installed: pip install 'movieclassifier[dask,bench-cluster]'"
    name = f"mc{os.getpid()}probe"
    probe = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True)
    if probe.returncode:
        return f"network namespaces cannot be made: {probe.stderr.strip()}"
    subprocess.run(["ip", "netns", "delete", name], check=True)
    return ""


class Network:
    """Hosts that are joined by a bridge, which lies in a namespace of its own."""

    def __init__(self) -> None:
        self.prefix = f"mc{os.getpid()}"
        self.processes: list[subprocess.Popen[bytes]] = []

    def name(self, host: str) -> str:
        return f"{self.prefix}{host}"

    @staticmethod
    def address(host: str) -> str:
        return f"10.77.0.{HOSTS.index(host) + 1}"

    def make(self) -> None:
        """Make the namespaces."""
        hub = self.name("hub")
        _ip("netns", "add", hub)
        _ip("-n", hub, "link", "add", "bridge", "type", "bridge")
        _ip("-n", hub, "link", "set", "bridge", "up")
        for number, host in enumerate(HOSTS):
            name = self.name(host)
            _ip("netns", "add", name)
            _ip("-n", hub, "link", "add", f"to{number}", "type", "veth", "peer", "name", "eth0", "netns", name)
            _ip("-n", hub, "link", "set", f"to{number}", "master", "bridge", "up")
            _ip("-n", name, "address", "add", f"{self.address(host)}/24", "dev", "eth0")
            _ip("-n", name, "link", "set", "eth0", "up")
            _ip("-n", name, "link", "set", "lo", "up")

    def command(self, host: str, *words: str, hidden: Path | None = None) -> list[str]:
        """Return the command that runs on a host, with an empty file system in place of a hidden folder."""
        enter = ["ip", "netns", "exec", self.name(host)]
        if hidden is None:
            return [*enter, *words]
        script = 'mount -t tmpfs none "$0" && exec "$@"'
        return [*enter, "unshare", "--mount", "sh", "-c", script, str(hidden), *words]

    def start(self, host: str, *words: str, log: Path, hidden: Path | None = None) -> None:
        with open(log / f"{host}.log", "wb") as out:
            command = self.command(host, *words, hidden=hidden)
            self.processes.append(
                subprocess.Popen(command, stdout=out, stderr=out, env=environ(), cwd=log, start_new_session=True)
            )

    def remove(self) -> None:
        """End the processes that were started, and remove the namespaces."""
        for process in self.processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, 15)
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, 9)
                process.wait()
        for host in (*HOSTS, "hub"):
            subprocess.run(["ip", "netns", "delete", self.name(host)], capture_output=True)


@contextmanager
def network() -> Iterator[Network]:
    found = Network()
    try:
        found.make()
        yield found
    finally:
        found.remove()


def environ() -> dict[str, str]:
    """Return an environment in which s3:// is the store."""
    store = {"endpoint_url": f"http://{Network.address('store')}:5000", "key": "test", "secret": "test"}
    return os.environ | {"FSSPEC_S3": json.dumps(store), "PYTHONPATH": str(ROOT), "AWS_DEFAULT_REGION": "us-east-1"}


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


def train_over_namespaces(folder: Path, copies: int = 4) -> tuple[str, str]:
    """Train on separate hosts, and by processes of one; returns the digests of both records."""
    python, scheduler = sys.executable, f"tcp://{Network.address('scheduler')}:8786"
    model = folder / "model"
    model.mkdir()
    with network() as net:
        net.start("store", python, "-m", "moto.server", "-H", net.address("store"), "-p", "5000", log=folder)
        dask = (python, "-m", "dask")
        host = ("--host", net.address("scheduler"))
        net.start("scheduler", *dask, "scheduler", *host, "--port", "8786", "--no-dashboard", log=folder)
        for worker in ("worker1", "worker2"):
            own = ("--host", net.address(worker), "--nthreads", "1", "--no-dashboard", "--local-directory", str(folder))
            net.start(worker, *dask, "worker", scheduler, *own, log=folder, hidden=model)
        upload = net.command("driver", python, "-c", UPLOAD, str(SAMPLE), str(copies))
        subprocess.run(upload, check=True, env=environ(), capture_output=True, timeout=2 * PATIENCE)
        _wait_for_workers(net, scheduler)
        digests = []
        for name, on in (("model", scheduler), ("local", "local")):
            command = [
                python,
                str(ROOT / "train_online.py"),
                "s3://corpus/part-*.csv",
                "--shards",
                "6",
                "--passes",
                "2",
            ]
            command += ["--n-features", "2**16", "--on", on, "--workers", "2", "--model", str(folder / name)]
            done = subprocess.run(
                net.command("driver", *command), env=environ(), capture_output=True, text=True, cwd=folder
            )
            if done.returncode:
                logs = "".join(path.read_text()[-1500:] for path in folder.glob("*.log"))
                raise RuntimeError(f"{on}: {done.stderr}\n{logs}")
            digests.append(hashlib.sha256((folder / name / "classifier.npz").read_bytes()).hexdigest())
    return digests[0], digests[1]


def _wait_for_workers(net: Network, scheduler: str) -> None:
    wait = f"from dask.distributed import Client; Client({scheduler!r}).wait_for_workers(2, timeout={PATIENCE})"
    command = net.command("driver", sys.executable, "-c", wait)
    subprocess.run(command, check=True, capture_output=True, timeout=2 * PATIENCE)


def main() -> None:
    """Train once, and print the digests."""
    if reason := why_not():
        sys.exit(reason)
    start = time.perf_counter()
    with TemporaryDirectory() as folder:
        hosts, processes = train_over_namespaces(Path(folder), copies=40)
    print(f"hosts      {hosts}\nprocesses  {processes}\n{time.perf_counter() - start:.1f} s")
    if hosts != processes:
        sys.exit("the records differ")


if __name__ == "__main__":
    main()
