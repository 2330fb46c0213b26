"""[pure] Dask workers: those of a cluster by its address, or two processes on this machine for as long as needed.

Only what scores needs is imported by whoever needs it: `distributed` takes a second. docs/design/duplicate-scan.md.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any

from distributed import Client, Nanny, Scheduler, SpecCluster, Worker
from distributed.security import Security

HERE = "127.0.0.1"
CONNECT_S = 10


class Unreachable(Exception):
    """Nobody answers at the scheduler's address."""


class _QuietScheduler(Scheduler):
    """A scheduler without the web server that shows it."""

    def start_http_server(self, *args: Any, **kwargs: Any) -> None:
        """Open no port."""


class _QuietWorker(Worker):
    """A worker without the web server that shows it."""

    def start_http_server(self, *args: Any, **kwargs: Any) -> None:
        """Open no port."""


@contextmanager
def workers(address: str, processes: int) -> Iterator[Client]:
    """A client of the cluster at an address; of so many processes here when there is none. Raises Unreachable."""
    logging.getLogger("distributed").setLevel(logging.WARNING)  # its comings and goings are not this log's
    if address:
        with _client(address) as client:
            yield client
    else:
        with _here(processes) as cluster, _client(cluster, cluster.security) as client:
            yield client


@contextmanager
def _client(where: Any, security: Security | None = None) -> Iterator[Client]:
    try:
        client = Client(where, security=security, timeout=CONNECT_S, set_as_default=False)
    except (OSError, TimeoutError) as error:  # nobody there, or not with these keys
        raise Unreachable(str(error)) from error
    with client:
        yield client


@contextmanager
def _here(processes: int) -> Iterator[SpecCluster]:
    """Processes that only they and this one can speak to: keys that live in memory, the machine's own address."""
    security = Security.temporary()
    common: dict[str, Any] = {"host": HERE, "protocol": "tls://", "security": security}
    with TemporaryDirectory(prefix="geomonitor-dask-") as folder:
        worker = common | {
            "nthreads": 1, "worker_class": _QuietWorker, "local_directory": folder, "silence_logs": logging.ERROR,
            "memory_limit": "auto", "dashboard": False,
        }  # fmt: skip
        with SpecCluster(
            scheduler={"cls": _QuietScheduler, "options": common | {"dashboard": False}},
            workers={number: {"cls": Nanny, "options": worker} for number in range(processes)},
            security=security,
            silence_logs=logging.ERROR,
        ) as cluster:
            yield cluster
