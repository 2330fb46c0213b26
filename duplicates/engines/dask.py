"""Engine "dask": spatial partitions on the workers of a Dask cluster. For what one machine cannot hold.

This process never holds more of the register than where works are and the partitions that are on their way. Where
nobody named a cluster, two processes on this machine stand for one. docs/design/duplicate-scan.md.
"""

import logging
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.conf import settings

from duplicates import readings
from duplicates.engines import Request, Scored
from duplicates.engines.loading import COLUMNS, SITE_COLUMNS, SITES, WORKS, copied
from duplicates.partition import Limits, OtherRules, Partition, score_partition
from duplicates.partitions import LEVELS, WORLD, Partitions, Places
from duplicates.register import CHOSEN, pictures_of, register_frequencies, relations_of, shared_pictures
from duplicates.sites import OVERFETCH_M
from duplicates.titles import Frequencies
from duplicates.works import Ints
from places.message import mark as _
from places.message import message, sentences
from places.problems import Problem
from projects.models import SiteStatus

if TYPE_CHECKING:
    from distributed import Client, Future

SENTENCES = sentences(
    {
        "dask.unreachable": _(
            "Penjadwal Dask di %(address)s tidak dapat dihubungi. Periksa GEOMONITOR_DASK_SCHEDULER dan apakah penjadwal "
            "itu berjalan, lalu pindai lagi."
        ),
        "dask.no_workers": _(
            "Tidak ada proses pekerja pada penjadwal Dask %(address)s. Jalankan dask worker, lalu pindai lagi."
        ),
        "dask.lost": _(
            "Hubungan dengan penjadwal Dask %(address)s terputus. Pasangan yang sudah ditemukan tetap tersimpan; pindai "
            "lagi bila penjadwal sudah berjalan."
        ),
        "dask.other_rules": _(
            "Pekerja Dask memakai rilis, pustaka atau bobot yang lain. Samakan di semua mesin, lalu pindai lagi."
        ),
        "dask.workers_die": _(
            "Bagian %(part)s mematikan setiap proses pekerja yang mencobanya, biasanya karena memori habis. Perkecil "
            "GEOMONITOR_DASK_PARTITION, lalu pindai lagi; pasangan yang sudah ditemukan tetap tersimpan."
        ),
        "dask.failed": _(
            "Bagian %(part)s gagal dinilai oleh pekerja Dask: %(reason)s. Pasangan yang sudah ditemukan tetap tersimpan."
        ),
    }
)

PATIENCE_S = 30  # without a result, until it is asked whether there is still somebody who works
AT_ONCE = 50_000  # pins brought into order at a time
HERE = "127.0.0.1"

log = logging.getLogger(__name__)

_PLACE_COLUMNS: dict[str, pa.DataType] = {
    "key": pa.int64(), "chosen": pa.int8(), "minx": pa.float64(), "miny": pa.float64(), "maxx": pa.float64(),
    "maxy": pa.float64(),
}  # fmt: skip

# Whole tables by their primary keys: where every work is.
PLACES = f"""
COPY (
    SELECT site.project_id, ({CHOSEN.format(project="project")})::int,
        ST_XMin(place.at), ST_YMin(place.at), ST_XMax(place.at), ST_YMax(place.at)
    FROM projects_site AS site
    JOIN projects_project AS project ON project.id = site.project_id
    CROSS JOIN LATERAL (SELECT COALESCE(site.extent, site.point) AS at) AS place
    WHERE site.status = %(active)s AND project.status <> ALL(%(left_out)s)
    ORDER BY site.project_id, site.no
) TO STDOUT (FORMAT csv)
"""


class DaskEngine:
    """A pair belongs to the partition of its lower project that was chosen."""

    def __init__(self, request: Request) -> None:
        self._values = request.choice.values | {"active": SiteStatus.ACTIVE.value}
        self._limits = Limits(request.radius, request.min_probability)
        self.projects = request.choice.works().count()
        places = _places(self._values)
        reach_m = request.radius.largest + OVERFETCH_M
        self._partitions = Partitions(places, _along_curve(places), reach_m, settings.DASK_PARTITION)
        self.numbers = self._partitions.numbers
        self._shared = _Shared()
        self._words: _Words | None = None

    def scored(self, numbers: Collection[int]) -> Iterator[Scored]:
        """The pairs of these parts, as workers finish them. Raises Problem when the cluster cannot go on."""
        if not numbers:
            return
        with _cluster() as client:
            for part in self._worked_off(client, iter(numbers)):
                yield _with_own_pictures(part)

    def _worked_off(self, client: "Client", numbers: Iterator[int]) -> Iterator[Scored]:
        """Give every worker two partitions at a time, so that only few are on their way."""
        running: dict[Future, int] = {}
        try:
            for number in numbers:
                while len(running) >= 2 * max(_workers(client), 1):
                    yield from _finished(client, running)
                running[self._given_out(client, number)] = number
            while running:
                yield from _finished(client, running)
        finally:
            with suppress(OSError):  # a scheduler that is gone runs nothing any more
                client.cancel(list(running), force=True)

    def _given_out(self, client: "Client", number: int) -> "Future":
        partition = self._partition(number)
        with _spoken_to():
            return client.submit(score_partition, partition, self._limits, pure=False)

    def _partition(self, number: int) -> Partition:
        """All that a partition's pairs are scored by, as it stands now."""
        self._words = self._words or _Words()
        core = self._partitions.core(number)
        wanted = np.union1d(self._partitions.around(number), self._shared.partners(core))
        values = self._values | {"only": wanted.tolist()}
        works, sites = copied(WORKS, values, COLUMNS), copied(SITES, values, SITE_COLUMNS)
        keys = works["key"].to_pylist()
        words = self._words.of(works["words"])
        return Partition(
            number,
            works,
            sites.filter(pc.is_in(sites["key"], works["key"].combine_chunks())),
            core,
            words,
            self._words.frequencies(words),
            _among(self._shared.held.pictures, keys),
            _among(self._shared.held.groups, keys),
            relations_of(keys),
        )


class _Shared:
    """What works have in common wherever they are: pictures."""

    def __init__(self) -> None:
        self.held = shared_pictures()
        self._holders: dict[tuple[str, int], set[int]] = {}
        for kind, held in self._kinds():
            for key, things in held.items():
                for thing in things:
                    self._holders.setdefault((kind, thing), set()).add(key)

    def partners(self, keys: Ints) -> Ints:
        """Works that share a picture with one of these."""
        found: set[int] = set()
        for kind, held in self._kinds():
            for key in held.keys() & set(keys.tolist()):
                found = found.union(*(self._holders[kind, thing] for thing in held[key]))
        return np.array(sorted(found), dtype=np.int64)

    def _kinds(self) -> tuple[tuple[str, Mapping[int, frozenset[int]]], ...]:
        return ("picture", self.held.pictures), ("group", self.held.groups)


class _Words:
    """The words of all titles, and in how many works' titles each stands."""

    def __init__(self) -> None:
        self._all = register_frequencies()
        self._texts = {number: word for word, number in readings.vocabulary()}

    def of(self, titles: pa.ChunkedArray) -> dict[int, str]:
        """The words of titles, given as numbers with spaces between."""
        numbers = {number for title in pc.unique(titles).to_pylist() for number in title.split()}
        return {number: self._texts[number] for number in map(int, numbers)}

    def frequencies(self, words: Mapping[int, str]) -> Frequencies:
        """Of these words in the whole register."""
        counts = self._all.counts
        return Frequencies(
            self._all.titles, {word: counts[word] for word in words.values() if word in counts}
        )


def _among(held: Mapping[int, frozenset[int]], keys: list[int]) -> dict[int, frozenset[int]]:
    return {key: held[key] for key in keys if key in held}


def _places(values: Mapping[str, Any]) -> Places:
    table = copied(PLACES, values, _PLACE_COLUMNS)
    columns = {name: table[name].to_numpy() for name in _PLACE_COLUMNS}
    keys, first, owner = np.unique(columns["key"], return_index=True, return_inverse=True)
    bounds = np.column_stack([columns[name] for name in ("minx", "miny", "maxx", "maxy")])
    return Places(keys, columns["chosen"][first].astype(bool), owner, bounds)


def _along_curve(places: Places) -> Ints:
    """By work, where its pin is on the Hilbert curve; some pins at a time, in this process."""
    import dask.dataframe
    import dask_geopandas  # noqa: F401  (frames with geometry become spatial ones)
    import geopandas

    if not len(places):
        return np.empty(0, dtype=np.int64)
    lon, lat = places.pins().T

    def pins(at: int) -> Any:
        points = geopandas.points_from_xy(lon[at : at + AT_ONCE], lat[at : at + AT_ONCE], crs=4326)
        return geopandas.GeoDataFrame(geometry=points)

    frame = dask.dataframe.from_map(pins, range(0, len(places), AT_ONCE), meta=pins(len(places)))
    distance = frame.hilbert_distance(total_bounds=WORLD, level=LEVELS)
    return np.asarray(distance.compute(scheduler="synchronous"), dtype=np.int64)


def _with_own_pictures(part: Scored) -> Scored:
    """The same pairs, their records with all pictures, of which workers know only those that are shared."""
    works = part.batch.works
    held = pictures_of(part.keys.tolist())
    none: frozenset[int] = frozenset()
    records = [
        replace(
            works.record(row),
            pictures=held.pictures.get(key, none),
            picture_groups=held.groups.get(key, none),
        )
        for row, key in enumerate(part.keys.tolist())
    ]
    return replace(part, batch=replace(part.batch, works=replace(works, record=records.__getitem__)))


# The cluster -------------------------------------------------------------------------------------------------


def _address() -> str:
    return settings.DASK_SCHEDULER or HERE


@contextmanager
def _cluster() -> "Iterator[Client]":
    """A client of the cluster in the settings, or of processes here. Raises Problem when nobody answers."""
    from duplicates.workers import Unreachable, workers

    try:
        with workers(settings.DASK_SCHEDULER, settings.DASK_WORKERS) as client:
            yield client
    except Unreachable as error:
        raise Problem(message("dask.unreachable", address=_address()), status=503) from error


@contextmanager
def _spoken_to() -> Iterator[None]:
    """Raises Problem when the scheduler is gone."""
    from distributed import CancelledError

    try:
        yield
    except (OSError, CancelledError) as error:
        raise Problem(message("dask.lost", address=_address()), status=503) from error


def _workers(client: "Client") -> int:
    with _spoken_to():
        return len(client.nthreads())


def _finished(client: "Client", running: "dict[Future, int]") -> Iterator[Scored]:
    """What was finished next, one partition or more."""
    for future in _first(client, running):
        yield _result(future, running.pop(future))


def _first(client: "Client", running: "dict[Future, int]") -> "list[Future]":
    from distributed import wait

    while True:
        with _spoken_to(), suppress(TimeoutError), client.as_current():
            return list(wait(list(running), timeout=PATIENCE_S, return_when="FIRST_COMPLETED").done)
        if not _workers(client):
            raise Problem(message("dask.no_workers", address=_address()), status=503)


def _result(future: "Future", number: int) -> Scored:
    from distributed.scheduler import KilledWorker

    with _spoken_to():
        error = future.exception()
    if error is None:
        with _spoken_to():
            return future.result()
    log.error("partition %s failed on a Dask worker", number, exc_info=error)
    if isinstance(error, OtherRules):
        raise Problem(message("dask.other_rules"), status=503) from error
    if isinstance(error, KilledWorker):
        raise Problem(message("dask.workers_die", part=number), status=503) from error
    raise Problem(message("dask.failed", part=number, reason=type(error).__name__), status=503) from error
