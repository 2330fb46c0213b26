"""A PostgreSQL cluster of a test's own, which it may kill."""

import os
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 120  # of a machine that is busy with other things


class Cluster:
    """PostgreSQL as scripts/server makes it, in a folder that its user can walk into."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sh("make_var; join_cluster")
        self.url = (folder / "database_url").read_text().strip()

    def sh(self, script: str) -> str:
        """Run a script with the functions of scripts/lib; what it says."""
        known = {k: v for k, v in os.environ.items() if not k.startswith("GEOMONITOR_")}
        known |= {"GEOMONITOR_VAR": str(self.folder)}
        whole = f"set -Eeuo pipefail\n. {ROOT}/scripts/lib/setup.sh\n{script}"
        done = subprocess.run(
            ["bash", "-c", whole], env=known, capture_output=True, text=True, timeout=SECONDS, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def connect(self) -> Any:
        """A connection of the test's own; its first statement begins a transaction."""
        return psycopg2.connect(self.url.replace("postgis://", "postgresql://"))

    def ask(self, sql: str) -> list[Any]:
        """The rows of a query, over a connection that is closed again."""
        with closing(self.connect()) as opened, opened.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())

    def load_the_tests_database(self) -> None:
        """Everything that is in the test's database, scans and queue included."""
        of = connection.get_connection_params()
        dump = self.folder / "dump.sql"
        words = ["--no-owner", "--no-privileges", f"--file={dump}", f"--dbname={of['dbname']}"]
        words += [f"--{name}={of[name]}" for name in ("host", "port") if of.get(name)]
        words += [f"--username={of['user']}"] if of.get("user") else []
        secret = {"PGPASSWORD": str(of["password"])} if of.get("password") else {}
        program = self.sh('find_cluster; echo "$CLUSTER_BIN/pg_dump"')
        subprocess.run([program, *words], check=True, env={**os.environ, **secret}, timeout=SECONDS)
        psql = '"$CLUSTER_BIN/psql" --no-psqlrc --quiet --host="$CLUSTER_SOCKET" --username=$DATABASE_ROLE'
        self.sh(f"find_cluster; {psql} --dbname=$DATABASE_NAME --file={dump} >/dev/null")

    def crash(self) -> None:
        """As at a power cut: all its processes are killed at once."""
        self.sh(
            'find_cluster; all="$(postmaster) $(pgrep -P "$(postmaster)")"; kill -KILL $all\n'
            'for pid in $all; do tail --pid="$pid" --sleep-interval=0.1 -f /dev/null; done'
        )

    def begin(self) -> None:
        """Start it, as scripts/server does; it puts itself in order."""
        self.sh("join_cluster")

    def end(self) -> None:
        """Stop it, if it runs."""
        self.sh("find_cluster; if cluster_running; then stop_cluster; fi")
