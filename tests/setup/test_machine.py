"""What is installed on which release, and what is said elsewhere."""

import pytest

from tests.setup.shell import Shell

ALL = "postgresql gdal python gettext openssl chromium exiftool"
NOTHING_HERE = "has() { false; }\n"
EVERYTHING_HERE = "has() { true; }\n"


@pytest.mark.parametrize(
    ("release", "packages"),
    [
        ("debian 12", "postgresql-15-postgis-3 gdal-bin python3 python3-venv gettext openssl chromium"),
        ("debian 13", "postgresql-17-postgis-3 gdal-bin python3 python3-venv gettext openssl chromium"),
        ("ubuntu 24.04", "postgresql-16-postgis-3 gdal-bin python3 python3-venv gettext openssl"),
    ],
)
def test_it_names_the_packages_of_each_release(shell: Shell, release: str, packages: str) -> None:
    assert shell.says(f'packages_for "{release}" {ALL}') == f"{packages} libimage-exiftool-perl"


def test_it_brings_what_pdf_reports_are_drawn_with(shell: Shell) -> None:
    assert (
        shell.says('packages_for "debian 12" pango') == "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
    )
    assert shell.says("lacking pango; echo .") == "."


def test_it_reads_the_release(shell: Shell) -> None:
    shell.put("etc/os-release", 'PRETTY_NAME="Ubuntu 24.04.1 LTS"\nID=ubuntu\nVERSION_ID="24.04"\n')
    assert shell.says("release") == "ubuntu 24.04"


def test_it_tells_other_systems_what_to_install(shell: Shell) -> None:
    shell.put("etc/os-release", "ID=fedora\nVERSION_ID=41\n")
    words = shell.stops(NOTHING_HERE + "step Packages; prepare_machine postgresql gdal")
    assert "missing here: postgresql gdal. This system is fedora 41." in words
    assert "Debian 12, Debian 13 and Ubuntu 24.04" in words
    assert "PostgreSQL 15 or newer with PostGIS 3.3 or newer" in words
    assert "Python 3.11 to 3.13" in words


def test_it_goes_on_anywhere_when_all_is_there(shell: Shell) -> None:
    shell.put("etc/os-release", "ID=fedora\nVERSION_ID=41\n")
    said = shell.says(EVERYTHING_HERE + f'step "System packages"; prepare_machine {ALL}')
    assert said == "[1/0] System packages … ready"


def test_it_asks_no_package_manager_when_all_is_there(shell: Shell) -> None:
    said = shell.says(EVERYTHING_HERE + f"as_root() {{ echo called; }}; step x; prepare_machine {ALL}")
    assert "called" not in said


def test_it_says_which_command_an_administrator_must_run(shell: Shell) -> None:
    shell.put("etc/os-release", "ID=debian\nVERSION_ID=12\n")
    words = shell.stops(
        NOTHING_HERE
        + """
        id() { if [ "${1:-}" = -u ]; then echo 1000; else command id "$@"; fi; }
        command() { [ "$*" != "-v sudo" ] && builtin command "$@"; }
        step x; prepare_machine gdal
        """
    )
    assert "As root:  apt-get install gdal-bin" in words


def test_it_keeps_the_package_from_starting_a_server_of_its_own(shell: Shell) -> None:
    said = shell.says(
        'as_root() { echo "root: $*"; cat 2>/dev/null </dev/stdin; }; logged() { "$@"; }; install_packages p <<<""'
    )
    calls = [line for line in said.splitlines() if line.startswith("root: ")]
    assert calls[0] == "root: mkdir -p /etc/postgresql-common/createcluster.d"
    assert "--no-install-recommends p" in calls[-2]
    assert calls[-1] == "root: rm -f /etc/postgresql-common/createcluster.d/geomonitor.conf"
