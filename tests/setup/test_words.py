"""What the scripts say, and how they end."""

import pytest

from tests.setup.shell import Shell


def test_it_numbers_its_steps(shell: Shell) -> None:
    said = shell.says(
        'count_steps 9; step "System packages"; says ready; step "Python packages"; says "ready (cached)"'
    )
    assert said.splitlines() == ["[1/9] System packages … ready", "[2/9] Python packages … ready (cached)"]


def test_it_shows_the_last_words_of_what_failed(shell: Shell) -> None:
    done = shell.run("logged sh -c 'echo the disk is full; exit 3'")
    assert done.returncode == 3
    assert "the disk is full" in done.stderr
    assert f"{shell.clone}/var/log/setup.log" in done.stderr


def test_it_keeps_quiet_about_what_went_well(shell: Shell) -> None:
    done = shell.run("logged echo 278 files")
    assert (done.stdout, done.stderr) == ("", "")
    assert "278 files" in (shell.clone / "var" / "log" / "setup.log").read_text()


def test_it_names_the_step_in_which_something_unforeseen_failed(shell: Shell) -> None:
    done = shell.run(
        'trap say_where ERR; step "Static files"; prepare() { local mark; mark=$(false); }; prepare'
    )
    assert 'Stopped in the step "Static files"' in done.stderr


def test_it_heeds_a_signal_while_a_step_works(shell: Shell) -> None:
    done = shell.run(
        """
        trap 'stop_logged; echo heeded; exit 0' TERM
        mkfifo "$VAR/never"
        logged sh -c 'kill -TERM $PPID_OF_SCRIPT; cat "$GEOMONITOR_VAR/never"'
        """.replace("$PPID_OF_SCRIPT", "'$$'")
    )
    assert done.stdout == "heeded\n"


def test_it_writes_a_file_only_when_its_content_is_new(shell: Shell) -> None:
    target = shell.clone / "var" / "database_url"
    shell.says('write_if_new "$VAR/database_url" 644 one')
    before = target.stat().st_ino
    shell.says('write_if_new "$VAR/database_url" 644 one')
    assert target.stat().st_ino == before
    shell.says('write_if_new "$VAR/database_url" 600 two')
    assert target.read_text() == "two\n"
    assert target.stat().st_mode & 0o777 == 0o600


def test_it_makes_the_secret_key_once(shell: Shell) -> None:
    (shell.clone / ".venv" / "bin").mkdir(parents=True)
    (shell.clone / ".venv" / "bin" / "python").symlink_to("/usr/bin/python3")
    shell.says("make_secret_key")
    key = shell.clone / "var" / "secret_key"
    first = key.read_text()
    shell.says("make_secret_key")
    assert key.read_text() == first
    assert len(first) > 60
    assert key.stat().st_mode & 0o777 == 0o600


def test_it_drops_nothing_without_an_answer(shell: Shell) -> None:
    (shell.clone / "var" / "media").mkdir()
    words = shell.stops("in_database() { echo dropped; }; reset_data 0 </dev/null")
    assert "Add --yes" in words
    assert (shell.clone / "var" / "media").exists()


def test_it_drops_no_database_of_others(shell: Shell) -> None:
    words = shell.stops("reset_data 1", GEOMONITOR_DATABASE_URL="postgis://elsewhere/geomonitor")
    assert "drops the private database only" in words


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("seeded", "ready (cached)"),
        ("own", "none, since the register has projects of its own"),
        ("empty", "drawing projects and photos"),
    ],
)
def test_it_fills_only_an_empty_register(shell: Shell, state: str, words: str) -> None:
    said = shell.says(
        f"demo_state() {{ echo {state}; }}; manage() {{ touch $VAR/made; }}; step Demo; prepare_demo",
        GEOMONITOR_DEMO="1",
    )
    assert words in said
    assert (shell.clone / "var" / "made").exists() is (state == "empty")


def test_it_says_that_the_demo_was_broken_off(shell: Shell) -> None:
    words = shell.stops("demo_state() { echo broken; }; step Demo; prepare_demo", GEOMONITOR_DEMO="1")
    assert "broken off half way" in words
    assert "scripts/server --reset" in words


def test_it_makes_no_demo_that_nobody_wants(shell: Shell) -> None:
    said = shell.says("demo_state() { echo empty; }; step Demo; prepare_demo", GEOMONITOR_DEMO="0")
    assert said == "[1/0] Demo … none wanted"
