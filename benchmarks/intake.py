"""Photos a second through HTTP to the verdict, CPU a photo, and how long a sender waits; then the derivatives apart.

.venv/bin/python benchmarks/intake.py [--photos 400] [--clients 4] [--sealed]

Sets up a scratch database on the configured server, one village with its real border, and gunicorn as scripts/server
runs it (two workers). Each client keeps one connection and posts 3 MB pictures of 12 megapixels, all different, with
a session: originals are flushed to disk, synchronous_commit is on. The worker is held back and runs afterwards.
--sealed sends them as the page's camera does, with fix and seal, instead of positions in the file.
"""

import argparse
import dataclasses
import functools
import hashlib
import http.client
import io
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time
import uuid
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "geomonitor.settings")
SCRATCH = ROOT / "var" / "bench-intake"  # on the disk that originals lie on
DATABASE, PORT = "geomonitor_bench_intake", 8765
ODK_A_SECOND, ODK_CPU_MS = (7, 12), (113, 176)  # ODK Central, two cores, photos of 3 MB
PROJECTS_A_VILLAGE = 40
SIZE, QUALITY = (4000, 3000), 92
PYTHON = sys.executable

import psycopg2

if TYPE_CHECKING:
    from PIL import Image

WRITTEN = (
    ROOT / "var" / "database_url"
)  # by scripts/server; settings.py is read only once the scratch one is set
ADDRESS = os.environ.get("GEOMONITOR_DATABASE_URL") or (
    WRITTEN.read_text().strip() if WRITTEN.is_file() else ""
)


def scratch_url() -> str:
    parts = urlsplit(ADDRESS)
    return urlunsplit((parts.scheme, parts.netloc, f"/{DATABASE}", parts.query, ""))


def on_server(*statements: str) -> None:
    parts = urlsplit(ADDRESS)
    link = psycopg2.connect(urlunsplit(("postgresql", parts.netloc, parts.path, parts.query, "")))
    link.autocommit = True
    with link.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    link.close()


def manage(*words: str) -> None:
    subprocess.run([PYTHON, "manage.py", *words], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def prepare() -> None:
    """An empty database with the shipped places, and a folder for the originals."""
    shutil.rmtree(SCRATCH, ignore_errors=True)
    SCRATCH.mkdir(parents=True)
    (SCRATCH / "secret_key").write_text(uuid.uuid4().hex * 2)
    os.environ |= {
        "GEOMONITOR_VAR": str(SCRATCH),
        "GEOMONITOR_DATABASE_URL": scratch_url(),
        "GEOMONITOR_LOG_LEVEL": "WARNING",
        "GEOMONITOR_DEMO": "0",
    }
    on_server(f"DROP DATABASE IF EXISTS {DATABASE}", f"CREATE DATABASE {DATABASE}")
    manage("migrate", "--verbosity", "0")
    manage("collectstatic", "--noinput", "--verbosity", "0")
    manage("import_places", "fixtures/places.geojson")
    manage("load_references")


@dataclasses.dataclass
class Client:
    """One phone: its cookies, and the requests that it will send."""

    cookie: str
    user_id: int
    bodies: list[tuple[bytes, str]] = dataclasses.field(default_factory=list)
    taken_s: list[float] = dataclasses.field(default_factory=list)
    verdicts: list[str] = dataclasses.field(default_factory=list)


def pictures(count: int) -> list[bytes]:
    """JPEGs of 4000 by 3000 pixels and about 3 MB without metadata, each of something else: no two are the same
    picture, or the worker would rightly link every one with all before it.
    """
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(picture, range(count), chunksize=4))


@functools.cache
def grain() -> "Image.Image":
    """Fine noise, which makes the files as large as a camera's."""
    from PIL import Image, ImageFilter

    noise = Image.effect_noise(SIZE, 60).filter(ImageFilter.GaussianBlur(1.0))
    return Image.merge("RGB", (noise, noise, noise))


def picture(seed: int) -> bytes:
    """Blots of random colours and sizes, out of focus, with grain."""
    import numpy as np
    from PIL import Image

    random = np.random.default_rng(seed)
    blots = random.integers(0, 256, (random.integers(12, 30), random.integers(16, 40), 3), dtype=np.uint8)
    image = Image.blend(Image.fromarray(blots).resize(SIZE, Image.Resampling.BICUBIC), grain(), 0.4)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def plan(clients: int, photos: int, *, sealed: bool) -> list[Client]:
    """People, projects and request bodies; every client sends for a village of its own."""
    from django.contrib.sessions.backends.db import SessionStore
    from django.utils import timezone

    from accounts.models import Duty, User
    from places.models import Level, Place
    from projects.models import Project, Site, SiteSource, SiteVersion, Status

    villages = list(
        Place.objects.filter(level=Level.VILLAGE, boundary__isnull=False).order_by("code")[:clients]
    )
    drawn, senders = pictures(photos // clients * clients), []
    for number, village in enumerate(villages):
        user = User.objects.create(username=f"petugas{number}", name=f"Petugas {number}", password="!")
        Duty.objects.create(
            user=user, role="officer", place=village, since=timezone.localdate() - timedelta(days=9)
        )
        projects = []
        for index in range(PROJECTS_A_VILLAGE):
            project = Project.objects.create(
                village=village, fiscal_year=timezone.localdate().year, number=index + 1, status=Status.IN_PROGRESS,
                code=f"{village.code}/{timezone.localdate().year}/{index + 1:04d}", title=f"Rabat beton gang {index + 1}",
                work_type="road", published=True, point=village.point,
            )  # fmt: skip
            site = Site.objects.create(project=project, no=1, point=village.point)
            SiteVersion.objects.create(
                site=site, point=village.point, source=SiteSource.SURVEYED,
                valid_from=timezone.now() - timedelta(days=300),
            )  # fmt: skip
            projects.append(project)
        session = SessionStore()
        session["_auth_user_id"] = str(user.pk)
        session["_auth_user_backend"] = "allauth.account.auth_backends.AuthenticationBackend"
        session["_auth_user_hash"] = user.get_session_auth_hash()
        session.save()
        client = Client(f"sessionid={session.session_key}; csrftoken={'a' * 32}", user.pk)
        client.bodies = [
            body_of(user, projects[index % PROJECTS_A_VILLAGE], drawn.pop(), index, number, sealed=sealed)
            for index in range(photos // clients)
        ]
        senders.append(client)
    return senders


def body_of(user, project, base: bytes, index: int, number: int, *, sealed: bool) -> tuple[bytes, str]:
    """One multipart body and its content type; the photo is taken at the site, minutes apart."""
    from django.utils import timezone

    from photos.capture import as_sent, issue, seal
    from photos.evidence import Fix
    from tests.photos.camera import Shot, exif, gps, segment

    taken = timezone.now() - timedelta(minutes=7 * (index + 1))
    lon, lat = project.point.x + index * 1e-6, project.point.y + number * 1e-6
    shot = Shot(
        original=f"{timezone.localtime(taken):%Y:%m:%d %H:%M:%S}", gps=None if sealed else gps(lon, lat)
    )
    content = (
        base[:2] + segment(0xE1, b"Exif\0\0" + exif(shot)) + segment(0xFE, uuid.uuid4().bytes) + base[2:]
    )
    fields = {
        "uuid": str(uuid.uuid4()),
        "project": str(project.pk),
        "progress": str(index // PROJECTS_A_VILLAGE),
    }
    if sealed:
        fix = Fix(lon, lat, accuracy_m=6, at=taken, age_s=0, shot_at=taken)
        (given,) = issue(user=user, count=1)
        fields["fix"] = as_sent(seal(fix, sha256=hashlib.sha256(content).hexdigest(), issued=given))
    edge = uuid.uuid4().hex
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="IMG_{index}.jpg"\r\n'
    parts += [f"{head}Content-Type: image/jpeg\r\n\r\n".encode(), content, f"\r\n--{edge}--\r\n".encode()]
    return b"".join(parts), f"multipart/form-data; boundary={edge}"


def post_all(client: Client, bodies: list[tuple[bytes, str]], *, keep: bool) -> None:
    """Send one after the other over one connection."""
    link = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    for body, kind in bodies:
        headers = {
            "Content-Type": kind,
            "Cookie": client.cookie,
            "X-CSRFToken": "a" * 32,
            "Accept": "application/json",
        }
        began = time.perf_counter()
        link.request("POST", "/api/v1/photos/", body, headers)
        answer = link.getresponse()
        content = answer.read()
        if answer.status != 201:
            raise SystemExit(f"{answer.status}: {content[:500]!r}")
        if keep:
            client.taken_s.append(time.perf_counter() - began)
            client.verdicts.append(json.loads(content)["verdict"])
    link.close()


def at_once(senders: list[Client], part: slice, *, keep: bool) -> float:
    """All clients at the same time; returns the seconds until the last is done."""
    threads = [
        threading.Thread(target=post_all, args=[one, one.bodies[part]], kwargs={"keep": keep})
        for one in senders
    ]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - began


def cpu_s(pids: list[int]) -> float:
    """User and system time that these processes have used, children that ended included."""
    total = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except FileNotFoundError:
            continue
        total += sum(int(value) for value in fields[11:15])
    return total / os.sysconf("SC_CLK_TCK")


def children_of(pid: int) -> list[int]:
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += children_of(int(child))
    return found


def backends() -> list[int]:
    """Processes of PostgreSQL that serve the scratch database."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()", [DATABASE]
        )
        return [row[0] for row in cursor.fetchall()]


def writers() -> list[int]:
    """PostgreSQL's own processes for the log and the pages, which serve every database of the server."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE backend_type IN ('walwriter', 'checkpointer', 'background writer')"
        )
        return [row[0] for row in cursor.fetchall()]


def serve() -> subprocess.Popen[bytes]:
    web = subprocess.Popen(
        [PYTHON, "-m", "gunicorn", "geomonitor.wsgi", "--bind", f"127.0.0.1:{PORT}", "--worker-class", "gthread",
         "--workers", "2", "--threads", "4", "--keep-alive", "75", "--timeout", "120", "--no-control-socket"],
        cwd=ROOT, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    for _attempt in range(200):
        time.sleep(0.1)
        link = http.client.HTTPConnection("127.0.0.1", PORT, timeout=5)
        try:
            link.request("GET", "/healthz")
            if link.getresponse().status == 200:
                return web
        except OSError:
            continue
    raise SystemExit("the web server did not start")


def drain(photos: int) -> tuple[float, float]:
    """Two workers until the queue is empty: photos a second, CPU milliseconds a photo (without PostgreSQL's).

    The clock starts with the first photo that is done, since workers start once and not for every photo; their
    start is in the CPU.
    """
    before = os.times()
    workers = [
        subprocess.Popen(
            [PYTHON, "manage.py", "db_worker", "--batch", "--interval", "0", "--worker-id", f"bench{number}"],
            cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        for number in range(2)
    ]  # fmt: skip
    first = waiting = left_to_do()
    while waiting == first and any(worker.poll() is None for worker in workers):
        time.sleep(0.05)
        waiting = left_to_do()
    began = time.perf_counter()
    for worker in workers:
        worker.wait()
    if any(worker.returncode for worker in workers):
        raise SystemExit("a worker failed")
    took, after = time.perf_counter() - began, os.times()
    if left := left_to_do():
        raise SystemExit(f"{left} photos are left undone")
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return waiting / took, used * 1000 / photos


def left_to_do() -> int:
    from photos.models import Photo

    return Photo.objects.filter(looked_at=None).count()


def measure(senders: list[Client], *, drained: bool) -> None:
    photos = sum(len(one.bodies) for one in senders)
    warm = max(2, photos // len(senders) // 20)
    web = serve()
    try:
        at_once(senders, slice(0, warm), keep=False)
        every = [*children_of(web.pid)], backends(), writers()
        before = [cpu_s(pids) for pids in every]
        took = at_once(senders, slice(warm, None), keep=True)
        used = [cpu_s(pids) - was for pids, was in zip(every, before, strict=True)]
    finally:
        web.terminate()
        web.wait()
    waits = sorted(wait * 1000 for one in senders for wait in one.taken_s)
    verdicts = {verdict for one in senders for verdict in one.verdicts}
    count, rate = len(waits), len(waits) / took
    web_ms, backend_ms, writer_ms = (seconds * 1000 / count for seconds in used)
    cpu_ms = web_ms + backend_ms + writer_ms
    print(
        f"{count} photos, {len(senders)} clients, verdicts {', '.join(sorted(verdicts))}; load {os.getloadavg()[0]:.1f}"
    )
    print(f"photos a second         {rate:7.1f}   ODK Central {ODK_A_SECOND[0]} to {ODK_A_SECOND[1]}: "
          f"{rate / ODK_A_SECOND[1]:.1f} to {rate / ODK_A_SECOND[0]:.1f} times")  # fmt: skip
    print(f"CPU a photo (ms)        {cpu_ms:7.1f}   web {web_ms:.1f}, PostgreSQL {backend_ms:.1f} + {writer_ms:.1f} "
          f"for log and pages; ODK Central {ODK_CPU_MS[0]} to {ODK_CPU_MS[1]}: "
          f"{cpu_ms / ODK_CPU_MS[1]:.2f} to {cpu_ms / ODK_CPU_MS[0]:.2f} of it")  # fmt: skip
    print(f"wait to the verdict (ms) median {statistics.median(waits):.0f}, p95 {waits[int(count * 0.95)]:.0f}, "
          f"p99 {waits[min(count - 1, int(count * 0.99))]:.0f}, worst {waits[-1]:.0f}")  # fmt: skip
    if drained:
        rate, cpu_ms = drain(photos)
        print(f"the look, two workers afterwards: {rate:.1f} photos a second, {cpu_ms:.0f} ms of CPU a photo")


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--photos", type=int, default=400)
    words.add_argument("--clients", type=int, default=4)
    words.add_argument("--sealed", action="store_true", help="as the page's camera sends them")
    words.add_argument("--no-drain", action="store_true", help="leave the derivatives out")
    asked = words.parse_args()
    if not ADDRESS:
        raise SystemExit("Set GEOMONITOR_DATABASE_URL, or run scripts/server once.")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # leave nothing behind then either
    try:
        prepare()
        import django

        django.setup()
        from django.db import connection

        assert connection.settings_dict["NAME"] == DATABASE  # nothing is written anywhere else

        measure(plan(asked.clients, asked.photos, sealed=asked.sealed), drained=not asked.no_drain)
        connection.close()
    finally:
        on_server(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        shutil.rmtree(SCRATCH, ignore_errors=True)


if __name__ == "__main__":
    main()
