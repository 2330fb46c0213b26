"""Where the private cluster and its socket lie."""

import getpass
import hashlib
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from tests.setup.shell import Shell

REACHABLE = "passable_for() { true; }\n"
CLOSED = "passable_for() { false; }\n"
AS_ROOT = 'id() { if [ "${1:-}" = -u ]; then echo 0; else command id "$@"; fi; }\n'
AS_USER = 'id() { if [ "${1:-}" = -u ]; then echo 1000; else command id "$@"; fi; }\n'


def mark(clone: Path) -> str:
    return hashlib.sha256(str(clone).encode()).hexdigest()[:12]


def test_it_lies_in_var_where_its_user_can_go(shell: Shell) -> None:
    assert shell.says(REACHABLE + "cluster_home postgres") == f"{shell.clone}/var/pg"


def test_it_lies_outside_a_clone_in_a_root_only_folder(shell: Shell) -> None:
    assert (
        shell.says(CLOSED + "cluster_home postgres")
        == f"{shell.system}/var/lib/geomonitor/{mark(shell.clone)}"
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can ask as another user")
def test_it_asks_the_system_whether_a_user_can_go_there() -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        (folder / "inside").mkdir()
        shell = Shell(clone=folder, system=folder)
        shell.put("var/keep")
        for mode, expected in ((0o755, "yes"), (0o700, "no")):
            folder.chmod(mode)
            assert shell.says(f"passable_for nobody {folder}/inside && echo yes || echo no") == expected
    finally:
        shutil.rmtree(folder)


def test_it_never_changes_the_folders_above_the_clone(shell: Shell) -> None:
    shell.clone.parent.chmod(0o700)
    shell.says(CLOSED + "cluster_home postgres")
    assert shell.clone.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("length", "fits"), [(107, True), (108, False)], ids=["the last byte that fits", "one byte too many"]
)
def test_it_knows_the_limit_of_a_socket_path(shell: Shell, length: int, fits: bool) -> None:
    folder = "/" + "a" * (length - len("/.s.PGSQL.5432") - 1)
    assert shell.run(f"socket_fits {folder}").returncode == (0 if fits else 1)


@pytest.mark.parametrize("name", ["Proyek Desa", "désa", "it's", "a,b"])
def test_it_keeps_odd_names_out_of_the_socket_path(shell: Shell, name: str) -> None:
    assert shell.run('socket_fits "/srv/$NAME"', NAME=name).returncode == 1


def test_it_puts_the_socket_beside_the_data(shell: Shell) -> None:
    assert shell.says(
        "CLONE=/srv/geomonitor VAR=/srv/geomonitor/var; socket_folder /srv/geomonitor/var/pg"
    ) == ("/srv/geomonitor/var/pg/socket")


@pytest.mark.parametrize(
    ("who", "place"), [(AS_ROOT, "/run/geomonitor/"), (AS_USER, "/tmp/geomonitor-")], ids=["root", "user"]
)
def test_it_puts_the_socket_elsewhere_when_the_path_is_too_long(shell: Shell, who: str, place: str) -> None:
    clone = "/srv/" + "deep/" * 20 + "clone"
    told = shell.says(f"{who}CLONE={clone} VAR={clone}/var; socket_folder {clone}/var/pg")
    assert told == f"{shell.system}{place}{mark(Path(clone))}"


def test_it_says_that_a_clone_was_moved_or_copied(shell: Shell) -> None:
    (shell.clone / "var" / "pg").symlink_to("/var/lib/geomonitor/0123456789ab")
    words = shell.stops(
        f"CLUSTER_USER=postgres CLUSTER_HOME={shell.system}/var/lib/geomonitor/new; check_link"
    )
    assert "mv /var/lib/geomonitor/0123456789ab" in words
    assert f"rm {shell.clone}/var/pg" in words


def test_it_says_that_the_way_to_the_data_was_closed(shell: Shell) -> None:
    (shell.clone / "var" / "pg").mkdir()
    words = shell.stops(f"CLUSTER_USER=postgres CLUSTER_HOME={shell.system}/outside/new; check_link")
    assert "the user postgres can't reach" in words


def test_it_belongs_to_whoever_made_it(shell: Shell) -> None:
    (shell.clone / "var" / "pg").mkdir()
    assert shell.says("cluster_user") == getpass.getuser()


def test_it_refuses_another_users_folder_for_the_socket(shell: Shell) -> None:
    words = shell.stops(f"CLUSTER_USER=nobody CLUSTER_SOCKET={shell.clone}; make_socket_folder")
    assert f"belongs to {getpass.getuser()}, not to nobody" in words
