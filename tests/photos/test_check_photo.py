"""The command check_photo as a person runs it: output, languages, exit codes, and no database."""

import hashlib
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from photos.management.commands import check_photo
from tests.photos import camera
from tests.photos.camera import RATIONAL, Shot, gps

ROOT = Path(__file__).parents[2]
SITE = "114.3691,-8.2192"
KEYS = [
    *("file", "sha256", "format", "width", "height", "orientation", "taken_at", "taken_at_source"),
    *("position", "position_reason", "camera", "distance_m", "verdict", "checks"),
]


def photo(folder: Path, lon: float = 114.3692, lat: float = -8.2192, name: str = "foto.jpg", **shot) -> str:
    path = folder / name
    shot.setdefault("gps", gps(lon, lat, error=(RATIONAL, [(6, 1)]), heading=(RATIONAL, [(905, 10)])))
    path.write_bytes(camera.jpeg(camera.exif(Shot(original="2026:03:05 10:00:00", **shot))))
    return str(path)


def run(capsys, *words: str) -> tuple[int, str]:
    """Exit code and output."""
    command = check_photo.Command()
    try:
        command.run_from_argv(["manage.py", "check_photo", *words])
        code = 0
    except SystemExit as stop:
        code = stop.code
    said = capsys.readouterr()
    return code, said.out + said.err


def as_json(capsys, *words: str) -> tuple[int, list[dict]]:
    code, said = run(capsys, *words, "--format", "json")
    return code, [json.loads(line) for line in said.splitlines()]


def test_it_writes_one_object_a_line_with_the_contract_s_keys(capsys, tmp_path) -> None:
    files = [photo(tmp_path), photo(tmp_path, name="b.jpg")]
    code, said = as_json(capsys, *files, "--site", SITE)
    assert code == 0
    assert [one["file"] for one in said] == files
    one = said[0]
    assert list(one) == KEYS
    assert one["sha256"] == hashlib.sha256(Path(files[0]).read_bytes()).hexdigest()
    assert list(one["position"]) == ["lon", "lat", "altitude_m", "error_m", "heading_deg", "source"]
    assert (one["position"]["error_m"], one["position"]["heading_deg"], one["position"]["source"]) == (
        6,
        90.5,
        "exif",
    )
    assert (one["format"], one["width"], one["height"], one["orientation"]) == ("JPEG", 64, 48, 1)
    assert (one["taken_at"], one["taken_at_source"]) == ("2026-03-05T10:00:00+07:00", "exif_offset")
    assert one["camera"] == {"make": "samsung", "model": "SM-A546E", "software": None}
    assert (one["distance_m"], one["verdict"]) == (pytest.approx(11.02, abs=0.02), "verified")
    assert {tuple(check) for check in one["checks"]} == {("code", "status", "measured", "limit", "message")}


def test_it_ends_with_1_if_one_of_many_does_not_count(capsys, tmp_path) -> None:
    good, far = photo(tmp_path), photo(tmp_path, lon=114.38, name="far.jpg")
    code, said = as_json(capsys, good, far, "--site", SITE)
    assert (code, [one["verdict"] for one in said]) == (1, ["verified", "outside"])


def test_it_only_asks_for_readable_without_a_site(capsys, tmp_path) -> None:
    bare = tmp_path / "bare.jpg"
    bare.write_bytes(camera.jpeg())
    code, said = as_json(capsys, photo(tmp_path), str(bare))
    assert code == 0
    assert [(one["verdict"], one["distance_m"], one["position_reason"]) for one in said] == [
        (None, None, None),
        ("unlocated", None, "absent"),
    ]
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(camera.jpeg()[:400])
    code, said = as_json(capsys, str(broken))
    assert (code, said[0]["verdict"]) == (1, "unreadable")
    assert "terpotong" in said[0]["checks"][0]["message"]


def test_it_measures_to_the_extent_and_takes_the_tolerance(capsys, tmp_path) -> None:
    file = photo(tmp_path, lon=114.3700)
    road = "LINESTRING (114.3691 -8.2192, 114.3720 -8.2192)"
    assert as_json(capsys, file, "--site", SITE)[1][0]["verdict"] == "outside"
    assert as_json(capsys, file, "--site", SITE, "--tolerance", "120")[1][0]["verdict"] == "verified"
    _code, said = as_json(capsys, file, "--site", SITE, "--extent", road)
    assert (said[0]["verdict"], said[0]["distance_m"]) == ("verified", pytest.approx(0, abs=0.02))


def test_it_takes_the_works_window(capsys, tmp_path) -> None:
    file = photo(tmp_path)
    assert as_json(capsys, file, "--site", SITE, "--after", "2026-03-05", "--before", "2026-03-05")[0] == 0
    assert as_json(capsys, file, "--site", SITE, "--after", "2026-03-06")[1][0]["verdict"] == "suspect"
    assert as_json(capsys, file, "--site", SITE, "--before", "2026-03-04")[1][0]["verdict"] == "suspect"


def test_it_leaves_out_what_only_the_register_or_a_look_can_answer(capsys, tmp_path) -> None:
    """A file with a position and no thumbnail has nothing to show: it is not decoded."""
    _code, said = as_json(capsys, photo(tmp_path), "--site", SITE)
    codes = {check["code"] for check in said[0]["checks"]}
    assert {"edited", "tagging_tool", "camera_existed", "hemisphere", "fix_age"} <= codes
    assert not codes & {
        "not_reused",
        "surveyed_site",
        "capture_bound",
        "thumbnail_matches",
        "screen_or_print",
    }


def test_it_looks_at_the_pixels_of_a_file_with_a_thumbnail(capsys, tmp_path) -> None:
    """Here of another picture: noise in the thumbnail, noise in the picture."""
    small = io.BytesIO()
    Image.effect_noise((160, 120), 90).convert("RGB").save(small, "JPEG")
    path = tmp_path / "other.jpg"
    shot = Shot(original="2026:03:05 10:00:00", thumbnail=small.getvalue())
    path.write_bytes(camera.jpeg(camera.exif(shot), size=(640, 480)))
    code, said = as_json(capsys, str(path), "--site", SITE)
    statuses = {check["code"]: check["status"] for check in said[0]["checks"]}
    assert (code, statuses["thumbnail_matches"], said[0]["verdict"]) == (1, "failed", "suspect")


def test_a_forged_file_is_suspect_with_the_program_s_name(capsys, tmp_path) -> None:
    file = photo(tmp_path, more={0x0131: (camera.ASCII, "Snapseed 2.0")})
    code, said = run(capsys, file, "--site", SITE)
    assert code == 1
    assert "PERLU DIPERIKSA" in said
    assert "[tidak lolos] File ini ditulis oleh aplikasi penyunting (Snapseed 2.0)." in said


def test_a_file_that_cannot_be_decoded_is_judged_by_what_it_says(capsys, tmp_path) -> None:
    path = tmp_path / "IMG_1.HEIC"
    path.write_bytes(camera.heic())
    code, said = as_json(capsys, str(path))
    assert (code, said[0]["verdict"], said[0]["position_reason"]) == (0, "unlocated", "absent")
    assert "thumbnail_matches" not in {check["code"] for check in said[0]["checks"]}


def test_it_speaks_indonesian_by_default(capsys, tmp_path) -> None:
    code, said = run(capsys, photo(tmp_path), "--site", SITE)
    assert code == 0
    assert "SESUAI LOKASI" in said
    assert "[lolos] 11 m dari lokasi; batasnya 56 m." in said
    assert "5 Mar 2026 10.00 WIB" in said
    code, said = run(capsys, photo(tmp_path), "--site", SITE, "--lang", "en")
    assert code == 0


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["--site", "-8.2192,114.3691"], "longitude comes first, 114.369,-8.2192"),
        (["--site=-8.2192,114.3691"], "longitude comes first"),
        (["--site", "Kalirejo"], "not LON,LAT"),
        (["--site", "200,5"], "out of range"),
        (["--site", "nan,nan"], "out of range"),
        (["--extent", "LINESTRING (114"], "not WKT"),
        (["--extent", "POINT EMPTY"], "empty"),
        (["--extent", "POINT (-8.2 114.3)"], "longitude comes first"),
        (["--after", "24-11-2026"], "not a date"),
        (["--tolerance", "-3"], "0 or more"),
        (["--tolerance", "jauh"], "not a number"),
        (["--format", "xml"], "invalid choice"),
    ],
)
def test_it_ends_with_2_and_says_why_on_wrong_usage(capsys, tmp_path, words: list[str], hint: str) -> None:
    code, said = run(capsys, photo(tmp_path), *words)
    assert code == 2
    assert hint in said


def test_it_ends_with_2_for_no_file_a_missing_one_and_a_folder(capsys, tmp_path) -> None:
    assert run(capsys)[0] == 2
    assert run(capsys, str(tmp_path / "none.jpg"))[0] == 2
    assert run(capsys, str(tmp_path))[0] == 2


def test_it_can_be_called_from_code(tmp_path) -> None:
    with pytest.raises(CommandError, match="swapped"):
        call_command("check_photo", photo(tmp_path), site="-8.2,114.3")


def test_it_needs_no_database(tmp_path) -> None:
    """As a process of its own, with a database address that leads nowhere."""
    environment = {
        "GEOMONITOR_DATABASE_URL": "postgis://nobody@127.0.0.1:1/none",
        "GEOMONITOR_SECRET_KEY": "x" * 50,
    }
    command = [
        sys.executable,
        "manage.py",
        "check_photo",
        photo(tmp_path),
        "--site",
        SITE,
        "--format",
        "json",
    ]
    said = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    assert json.loads(said.stdout)["verdict"] == "verified"
