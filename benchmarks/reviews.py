"""What the review queue costs after years: 180,000 photos, most of them settled, some waiting, or hardly any.

.venv/bin/python benchmarks/reviews.py [--claims 180000] [--waiting 6000]

In a scratch database beside the one in the settings, which is removed at the end. Each figure is of nine requests
through Django's test client: CPU of this process, CPU of PostgreSQL's (both means), time until the answer (median),
queries.
Then one decision over 1,000 photos of 300 projects, page and post.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "geomonitor.settings")

import django

django.setup()

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings, setup_test_environment

from accounts.models import Role, User
from photos import queueing
from photos.models import Claim, Review
from tests.factories import DutyFactory, PlaceFactory, ProjectFactory, UserFactory

SCRIPT = {"X-Requested-With": "XMLHttpRequest"}
DISTRICTS, VILLAGES, PROJECTS = 25, 8, 10  # in each: 2,000 projects
ASKED = 9

# A photo for each claim; one in nine is not verified, one in twenty is drawn, doubt as the checks would give it.
FILL = """
INSERT INTO photos_photo (sha256, format, size, width, height, original, display, thumb, received_at, looked_at,
                          removed_reason)
SELECT encode(sha256(n::text::bytea), 'hex'), 'JPEG', 3000000, 4000, 3000, 'o/' || n, 'd/' || n, 't/' || n,
       now(), now(), ''
FROM generate_series(1, %(claims)s) AS n;

INSERT INTO photos_claim (uuid, photo_id, project_id, site_id, progress, purpose, viewpoint, note, file_name,
    shared_reason, taken_by_name, uploaded_by_id, received_at, taken_at, taken_at_source, taken_at_offset_min,
    position, position_source, position_reason, error_m, binding, device, verdict, distance_m, judged_at, doubt,
    control, stands, turn, withdrawn_reason)
SELECT gen_random_uuid(), photo.id, site.project_id, site.id, (photo.n * 7) %% 101, 'progress', '', '', 'IMG.jpg', '', '',
    %(officer)s, now() - photo.n * interval '15 minutes', now() - photo.n * interval '15 minutes', 'exif', 420, site.point,
    'exif', '', 5, '', '', made.verdict, 12, now(),
    CASE made.verdict WHEN 'verified' THEN (photo.n %% 4) * 6 ELSE 35 + photo.n %% 40 END,
    photo.n %% 20 = 0, made.verdict = 'verified', 'district', ''
FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM photos_photo) AS photo
JOIN (SELECT id, project_id, point, row_number() OVER (ORDER BY id) - 1 AS n FROM projects_site) AS site
  ON site.n = photo.n %% (SELECT count(*) FROM projects_site)
CROSS JOIN LATERAL (SELECT CASE WHEN photo.n %% 9 <> 0 THEN 'verified' WHEN photo.n %% 2 = 0 THEN 'outside'
                                ELSE 'suspect' END AS verdict) AS made;

INSERT INTO photos_checkresult (claim_id, "order", code, status, message, rule, cites)
SELECT claim.id, o, code, CASE WHEN o = 2 AND verdict <> 'verified' THEN 'failed'
                               WHEN o = 3 AND doubt > 0 THEN 'warning' ELSE 'passed' END,
       '{"code": "near_site.near", "params": {"distance_m": 12, "limit_m": 50}}', 1, '[]'
FROM photos_claim AS claim,
     unnest(ARRAY['has_position', 'near_site', 'time_plausible', 'edited', 'in_village', 'not_reused', 'speed',
                  'complete', 'stages_present', 'fix_age']) WITH ORDINALITY AS named(code, o);

INSERT INTO photos_review (claim_id, reviewer_id, decision, tier, reason, at)
SELECT id, %(district)s, CASE verdict WHEN 'verified' THEN 'accepted' ELSE 'rejected' END, 'district', 'Alasan',
       received_at + interval '1 day'
FROM photos_claim WHERE photo_id > %(waiting)s + (SELECT min(id) FROM photos_photo) - 1;
"""


@contextmanager
def scratch_database() -> Iterator[None]:
    connection.settings_dict["TEST"]["NAME"] = f"reviews_benchmark_{os.getpid()}"
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def fill(claims: int, waiting: int) -> tuple[User, User]:
    """A regency with years of photos; returns one district's reviewer and the monitor."""
    officer = UserFactory(username="pelaksana")
    regency = PlaceFactory(code="35.10")
    monitor = DutyFactory(role=Role.MONITOR, place=regency).user
    reviewers = []
    for district in range(1, DISTRICTS + 1):
        for village in range(VILLAGES):
            place = PlaceFactory(code=f"35.10.{district:02}.{2001 + village}")
            for _ in range(PROJECTS):
                ProjectFactory(village=place)
        reviewers.append(DutyFactory(role=Role.DISTRICT, place=place.parent).user)
    with connection.cursor() as cursor:
        cursor.execute(
            FILL, {"claims": claims, "officer": officer.pk, "district": reviewers[0].pk, "waiting": waiting}
        )
    from importlib import import_module

    with connection.schema_editor() as editor:
        import_module("photos.migrations.0006_turn").fill(None, editor)
    vacuum()
    return reviewers[0], monitor


def vacuum() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def database_cpu() -> float:
    """Seconds of CPU that PostgreSQL's process for this connection has used; 0 where it runs elsewhere."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [pid] = cursor.fetchone()
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(what: str, ask: Callable[[], HttpResponse]) -> None:
    answer = ask()
    assert answer.status_code == 200, answer.status_code
    with CaptureQueriesContext(connection) as queries:
        ask()
    asked = len(queries)
    wall = []
    began_cpu, began_database = time.process_time(), database_cpu()
    for _ in range(ASKED):
        began = time.perf_counter()
        ask()
        wall.append(time.perf_counter() - began)
    cpu, database = time.process_time() - began_cpu, database_cpu() - began_database
    print(
        f"{what:<32} {1000 * cpu / ASKED:6.0f} ms CPU + {1000 * database / ASKED:4.0f} ms PostgreSQL,"
        f" {1000 * statistics.median(wall):6.0f} ms, {asked:3d} queries",
        flush=True,
    )


def pages(who: str, user: User) -> None:
    """What one person asks for while reviewing."""
    client = logged_in(user)
    first = queueing.waiting_for(user).first()
    after = f"&after={first.pk}" if first else ""
    waits = queueing.waiting_for(user).count()
    print(f"\n{who}: {waits} wait, {queueing.waiting_for(user, 'all').count()} with the others'")
    measure("page", lambda: client.get("/photos/review/"))
    measure("page, all that waits", lambda: client.get("/photos/review/?scope=all"))
    measure(
        "page, by place and verdict", lambda: client.get("/photos/review/?verdict=suspect&place=35.10.01")
    )
    measure("page, one check", lambda: client.get("/photos/review/?check=near_site"))
    measure("next fragment", lambda: client.get(f"/photos/review/?{after}", headers=SCRIPT))
    measure("counts of the checks", lambda: client.get("/photos/review/?count=checks"))


def plan(user: User) -> None:
    """How PostgreSQL finds the first photo."""
    print("\nThe first photo that waits for the monitor:")
    text = queueing.waiting_for(user)[:1].explain(analyze=True, costs=False, timing=False)
    for line in str(text).splitlines():
        if any(word in line for word in ("Scan", "Time", "Limit", "Sort", "Join", "Loop")):
            print("   ", line[:150])


def settle(left: int) -> None:
    """Somebody works the queue off: all but a few."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO photos_review (claim_id, decision, tier, reason, at)"
            " SELECT id, 'rejected', 'regency', 'Alasan', now() FROM photos_claim WHERE turn <> ''"
            " ORDER BY doubt DESC, id OFFSET %s",
            [left],
        )
        cursor.execute(
            "UPDATE photos_claim SET turn = '' WHERE id IN (SELECT claim_id FROM photos_review WHERE tier = 'regency')"
        )
    vacuum()


def bulk(user: User, many: int = 1000, projects: int = 300) -> None:
    """One decision over photos of many projects."""
    chosen = list(
        Claim.objects.order_by("project_id").values_list("project_id", flat=True).distinct()[:projects]
    )
    keys = [
        pk
        for project in chosen
        for pk in Claim.objects.filter(project=project).order_by("pk").values_list("pk", flat=True)[:4]
    ][:many]
    Review.objects.filter(claim__in=keys).delete()
    Claim.objects.filter(pk__in=keys).update(turn="regency")
    client = logged_in(user)
    print(f"\nOne decision over {len(keys)} photos of {len(chosen)} projects, of 90 photos each")
    measure("confirm page", lambda: client.get("/photos/review/bulk/?decision=rejected"))
    token = client.get("/photos/review/bulk/?decision=rejected").context["plan"].token
    began, began_cpu, began_database = time.perf_counter(), time.process_time(), database_cpu()
    with CaptureQueriesContext(connection) as queries:
        sent = {"token": token, "decision": "rejected", "reason": "Buram"}
        assert client.post("/photos/review/bulk/", sent).status_code == 302
    print(
        f"{'decision':<32} {1000 * (time.process_time() - began_cpu):6.0f} ms CPU"
        f" + {1000 * (database_cpu() - began_database):4.0f} ms PostgreSQL,"
        f" {1000 * (time.perf_counter() - began):6.0f} ms, {len(queries):3d} queries"
    )
    slow = sorted(queries.captured_queries, key=lambda q: -float(q["time"]))[:3]
    for query in slow:
        print(f"    {query['time']} s  {query['sql'][:90]}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--claims", type=int, default=180_000)
    parser.add_argument("--waiting", type=int, default=6_000)
    options = parser.parse_args()
    cache = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    setup_test_environment(debug=False)
    with scratch_database(), override_settings(ALLOWED_HOSTS=["*"], CACHES=cache, DEBUG=False):
        reviewer, monitor = fill(options.claims, options.waiting)
        print(f"{Claim.objects.count()} photos, {Review.objects.count()} reviews")
        pages("A district's reviewer", reviewer)
        pages("The monitor", monitor)
        plan(monitor)
        settle(5)
        print("\n--- all but five settled")
        pages("A district's reviewer", reviewer)
        pages("The monitor", monitor)
        plan(monitor)
        bulk(monitor)


if __name__ == "__main__":
    main()
