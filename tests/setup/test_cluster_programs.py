"""Which PostgreSQL is used, how it is set, and what is said when it does not fit."""

import getpass
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.setup.shell import Shell


def with_data(shell: Shell, **files: str) -> str:
    """A data folder; returns the variables that point to it."""
    data = shell.clone / "var" / "pg" / "data"
    data.mkdir(parents=True)
    for name, text in files.items():
        (data / name.replace("__", ".")).write_text(text)
    home = data.parent
    return f"CLUSTER_USER={getpass.getuser()} CLUSTER_HOME={home} CLUSTER_DATA={data} CLUSTER_SOCKET={home}/socket\n"


def test_it_takes_the_newest_with_postgis(shell: Shell) -> None:
    for major in (13, 15, 16):
        shell.with_postgresql(major)
    shell.with_postgresql(17, postgis=False)
    assert shell.says("postgis_majors").split() == ["16", "15"]


def test_it_takes_the_one_that_made_the_data(shell: Shell) -> None:
    shell.with_postgresql(15)
    shell.with_postgresql(17)
    variables = with_data(shell, PG_VERSION="15\n")
    assert shell.says(variables + "cluster_programs") == f"{shell.system}/usr/lib/postgresql/15/bin"


def test_it_says_that_another_version_made_the_data(shell: Shell) -> None:
    shell.with_postgresql(17)
    words = shell.stops(with_data(shell, PG_VERSION="15\n") + "cluster_programs")
    assert "made by PostgreSQL 15; installed with PostGIS is 17." in words
    assert "apt-get install postgresql-15-postgis-3" in words


def test_it_answers_on_its_socket_only_and_keeps_what_it_answered(shell: Shell) -> None:
    settings = shell.says("CLUSTER_SOCKET=/srv/socket; cluster_settings")
    assert "listen_addresses = ''" in settings
    assert "fsync = on" in settings
    assert "synchronous_commit = on" in settings
    assert "unix_socket_directories = '/srv/socket'" in settings


def test_it_lets_nobody_in_but_its_own_users(shell: Shell) -> None:
    shell.says(with_data(shell) + "configure_cluster")
    data = shell.clone / "var" / "pg" / "data"
    assert (data / "pg_hba.conf").read_text() == "local all geomonitor peer map=local_users\n"
    rights = [line.split()[1] for line in (data / "pg_ident.conf").read_text().splitlines()[1:]]
    assert set(rights) == {"root", getpass.getuser()}


def test_it_clears_a_pid_left_over_by_a_crash(shell: Shell) -> None:
    variables = with_data(shell, postmaster__pid=f"{os.getpid()}\n")  # alive, but not PostgreSQL
    words = shell.says(variables + "cluster_running && echo running; clear_stale_pid")
    assert "was not shut down last time" in words
    assert f"{os.getpid()}" in words
    assert "running" not in words
    assert not (shell.clone / "var" / "pg" / "data" / "postmaster.pid").exists()


@pytest.fixture
def open_shell() -> Iterator[Shell]:
    """A clone that PostgreSQL's user can reach too, whoever runs the tests."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    (folder / "clone").mkdir()
    yield Shell(clone=folder / "clone", system=folder, variables={"SYSTEM_ROOT": ""})
    shutil.rmtree(folder)


def test_it_runs_until_the_last_script_leaves(open_shell: Shell) -> None:
    said = open_shell.says(
        """
        state() { if cluster_running; then echo "$1: running"; else echo "$1: stopped"; fi; }
        begin_setup; join_cluster; end_setup
        echo "news: $CLUSTER_NEWS"
        in_database geomonitor "SELECT string_agg(extname, ' ' ORDER BY extname) FROM pg_extension"
        exec 6>"$VAR/pg.users"; flock --shared 6    # a second script
        leave_cluster; state "one left"
        exec 6>&-
        leave_cluster; state "all left"
        begin_setup; join_cluster; end_setup
        echo "news: $CLUSTER_NEWS"
        rm "$VAR/pg.started"                        # as if it had been started by hand
        leave_cluster; state "not ours"
        stop_cluster
        """
    )
    assert said.splitlines()[1:] == [
        "news: made",
        "btree_gist pg_trgm plpgsql postgis",
        "one left: running",
        "all left: stopped",
        "news: started",
        "not ours: running",
    ]
    url = (open_shell.clone / "var" / "database_url").read_text()
    assert url.startswith("postgis://geomonitor@/geomonitor?host=/tmp/")
