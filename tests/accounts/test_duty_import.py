"""Duties from a CSV file."""

import pytest
from django.core.management import CommandError, call_command

from accounts.duty_import import import_duties
from accounts.models import Duty, User
from places.saying import say
from tests.cast import BUBUK, SRAGI, Cast

HEADER = "username,name,role,place,since,until,decree\n"
GOOD = (
    HEADER
    + f"hadi,Pak Hadi,officer,{SRAGI},2026-01-02,,141/7/2026\nani,,officer,{BUBUK},2026-01-02,2026-12-31,\n"
)


def sentences(cast: Cast, text: str) -> list[str]:
    before = Duty.objects.count()
    result = import_duties(actor=cast.eko, content=text.encode())
    assert Duty.objects.count() == before, "all or nothing"
    return [say(error) for error in result.errors]


def test_it_gives_duties_and_makes_missing_people(cast: Cast) -> None:
    result = import_duties(actor=cast.eko, content=GOOD.encode())
    assert (result.given, result.unchanged, result.errors) == (2, 0, [])
    [(user, password)] = result.passwords
    assert user.username == "hadi"
    assert User.objects.get(username="hadi").check_password(password)


def test_loading_again_changes_nothing(cast: Cast) -> None:
    import_duties(actor=cast.eko, content=GOOD.encode())
    result = import_duties(actor=cast.eko, content=GOOD.encode())
    assert (result.given, result.unchanged, result.passwords) == (0, 2, [])


def test_a_dry_run_writes_nothing(cast: Cast) -> None:
    result = import_duties(actor=cast.eko, content=GOOD.encode(), dry_run=True)
    assert result.given == 2
    assert not User.objects.filter(username="hadi").exists()


def test_it_reads_semicolons_and_a_byte_order_mark(cast: Cast) -> None:
    result = import_duties(actor=cast.eko, content=b"\xef\xbb\xbf" + GOOD.replace(",", ";").encode())
    assert (result.given, result.errors) == (2, [])


@pytest.mark.parametrize(
    ("row", "part"),
    [
        (f"x,X,officer,{SRAGI},kemarin,,", "Baris 2, kolom since: “kemarin” bukan tanggal"),
        (f"x,X,boss,{SRAGI},,,", "kolom role: “boss” tidak dikenal"),
        ("x,X,officer,35.10.99.2001,,,", "tidak ada wilayah berkode “35.10.99.2001”"),
        (f",X,officer,{SRAGI},,,", "kolom username: kosong"),
        (f"x,X,officer,{SRAGI},2026-02-01,2026-01-01,", "sebelum mulai"),
        ("x,X,admin,35.10,,,", "tidak dapat memberi tugas admin"),
    ],
    ids=["date", "role", "place", "empty", "order", "forbidden"],
)
def test_it_says_what_is_wrong_with_a_row(cast: Cast, row: str, part: str) -> None:
    [sentence] = sentences(cast, HEADER + row + "\n")
    assert part in sentence


def test_one_bad_row_keeps_the_good_ones_out(cast: Cast) -> None:
    assert sentences(cast, GOOD + "x,X,boss,35.10,,,\n")
    assert not User.objects.filter(username="hadi").exists()


def test_it_says_which_columns_are_missing(cast: Cast) -> None:
    [sentence] = sentences(cast, "user,role\nx,officer\n")
    assert "username, place" in sentence


def test_it_says_that_the_file_is_not_utf8(cast: Cast) -> None:
    result = import_duties(actor=cast.eko, content="username\nJalan é".encode("latin-1"))
    assert [error.code for error in result.errors] == ["duties.encoding"]


def test_the_command_prints_passwords_once(cast: Cast, tmp_path, capsys) -> None:
    file = tmp_path / "duties.csv"
    file.write_text(GOOD)
    call_command("import_duties", str(file), "--as", "eko")
    username, password = capsys.readouterr().out.strip().split(",")
    assert User.objects.get(username=username).check_password(password)


@pytest.mark.parametrize("arguments", [["missing.csv", "--as", "eko"], ["missing.csv", "--as", "siapa"]])
def test_the_command_says_what_is_missing(cast: Cast, arguments: list[str]) -> None:
    with pytest.raises(CommandError, match="there is no"):
        call_command("import_duties", *arguments)
