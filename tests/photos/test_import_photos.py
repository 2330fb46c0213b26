"""import_photos: each file finds its place or says why not; loading again doubles nothing; a bad file stops nothing."""

import csv
import io
import zipfile
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.gis.geos import Point
from django.core.management import CommandError, call_command

from accounts.models import Role
from photos import intake
from photos.importing import progress_of
from photos.models import Claim, IntakeRefusal, Photo
from projects.models import Project, SiteSource
from tests.cast import Cast
from tests.factories import DutyFactory, ProjectFactory, SiteFactory
from tests.photos.sent import FAR, HERE, RECEIVED, photo_at, photo_without_position


@pytest.fixture
def project(cast: Cast) -> Project:
    return ProjectFactory(village=cast.sragi, title="Rabat beton Krajan")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "foto"
    folder.mkdir()
    return folder


def put(folder: Path, name: str, content: bytes | None = None) -> bytes:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    content = photo_at(size=(64 + len(list(folder.rglob("*"))), 48)) if content is None else content
    path.write_bytes(content)
    return content


def run(source: Path, *options: str) -> tuple[int, str]:
    """(exit code, what it said)."""
    out = io.StringIO()
    try:
        call_command("import_photos", str(source), *options, stdout=out, stderr=out)
    except SystemExit as stopped:
        return int(stopped.code or 0), out.getvalue()
    return 0, out.getvalue()


def zipped(folder: Path) -> Path:
    path = folder.parent / "foto.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, file.relative_to(folder))
    return path


# Which progress --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "progress"),
    [
        ("0/a.jpg", 0),
        ("50/a.jpg", 50),
        ("jalan/50 %/a.jpg", 50),
        ("100%/IMG_2034.jpg", 100),
        ("Krajan 100 persen.jpg", 100),
        ("foto_selesai.jpg", 100),
        ("SEBELUM/IMG.jpg", 0),
        ("2026/sedang/IMG.jpg", 50),
        ("0/selesai.jpg", 100),
        ("0/50/a.jpg", 50),
        ("IMG_0050.jpg", None),
        ("2026/a.jpg", None),
        ("250%/a.jpg", None),
        ("terselesaikan.jpg", None),
    ],
)
def test_progress_stands_in_the_path(name, progress):
    assert progress_of(name) == progress


# A folder, a ZIP -------------------------------------------------------------------------------------------


def test_a_folder_becomes_the_photos_of_a_project(cast: Cast, project: Project, folder: Path):
    first = put(folder, "0/a.jpg")
    put(folder, "sedang/b.jpg")
    put(folder, "catatan.txt", b"bukan foto")
    code, said = run(folder, "--project", project.code)
    assert code == 0, said
    assert [
        (claim.progress, claim.verdict, claim.uploaded_by) for claim in Claim.objects.order_by("progress")
    ] == [
        (0, "verified", cast.eko),
        (50, "verified", cast.eko),
    ]
    assert "diterima 2, sudah ada 0, ditolak 0, tanpa tempat 0, dilewati 1" in said
    claim = Claim.objects.get(progress=0)
    assert Path(settings.MEDIA_ROOT, claim.photo.original).read_bytes() == first
    assert claim.file_name == "a.jpg"


def test_a_zip_does_the_same(cast: Cast, project: Project, folder: Path):
    put(folder, "0/a.jpg")
    put(folder, "100/b.jpg")
    code, said = run(zipped(folder), "--project", project.code)
    assert code == 0, said
    assert sorted(Claim.objects.values_list("progress", flat=True)) == [0, 100]


def test_loading_again_doubles_nothing(cast: Cast, project: Project, folder: Path):
    put(folder, "0/a.jpg")
    run(folder, "--project", project.code)
    uuid = Claim.objects.get().uuid
    code, said = run(zipped(folder), "--project", project.code)
    assert (code, Claim.objects.get().uuid) == (0, uuid)
    assert "diterima 0, sudah ada 1" in said


def test_the_number_of_a_photo_is_the_same_everywhere(cast: Cast, project: Project, folder: Path):
    put(folder, "0/a.jpg")
    run(folder, "--project", project.code)
    first = Claim.objects.get().uuid
    Claim.objects.all().delete()
    run(folder, "--project", project.code)
    assert Claim.objects.get().uuid == first


def test_what_the_sender_took_back_does_not_come_back(cast: Cast, project: Project, folder: Path):
    put(folder, "0/a.jpg")
    run(folder, "--project", project.code)
    Claim.objects.update(withdrawn_at=RECEIVED, withdrawn_reason="Salah.")
    code, said = run(folder, "--project", project.code)
    assert code == 1
    assert "sudah Anda tarik" in said


# Which site ------------------------------------------------------------------------------------------------


def two_sites(project: Project) -> None:
    SiteFactory(project=project, no=2, point=Point(114.21, -8.25, srid=4326))


def test_of_several_sites_the_nearest_is_meant(cast: Cast, project: Project, folder: Path):
    two_sites(project)
    put(folder, "0/a.jpg", photo_at(114.21, -8.25))
    assert run(folder, "--project", project.code)[0] == 0
    assert Claim.objects.get().site.no == 2


def test_without_a_position_it_is_not_guessed(cast: Cast, project: Project, folder: Path):
    two_sites(project)
    put(folder, "0/a.jpg", photo_without_position())
    code, said = run(folder, "--project", project.code)
    assert code == 1
    assert "TANPA TEMPAT · Pekerjaan ini punya 2 titik lokasi" in said
    assert Claim.objects.count() == 0


def test_the_nearest_site_of_all_projects(cast: Cast, project: Project, folder: Path):
    other = ProjectFactory(village=cast.sragi, point=Point(114.21, -8.25, srid=4326))
    put(folder, "0/a.jpg", photo_at(114.21, -8.25))
    put(folder, "0/b.jpg", photo_at(*HERE))
    assert run(folder, "--nearest")[0] == 0
    assert {(claim.file_name, claim.project) for claim in Claim.objects.all()} == {
        ("a.jpg", other),
        ("b.jpg", project),
    }


def test_a_nearer_site_with_a_smaller_tolerance_does_not_stand_in_the_way(
    cast: Cast, project: Project, folder: Path
):
    Project.objects.filter(pk=project.pk).update(tolerance_m=25)
    wide = ProjectFactory(
        village=cast.sragi, point=Point(HERE[0], HERE[1] - 0.0012, srid=4326), tolerance_m=100
    )
    put(folder, "0/a.jpg", photo_at(HERE[0], HERE[1] - 0.0005))  # 55 m from the first, 77 m from the wide one
    code, said = run(folder, "--nearest")
    assert code == 0, said
    assert Claim.objects.get().project == wide


def test_a_hamlet_s_circle_takes_what_lies_in_it(cast: Cast, folder: Path):
    rough = ProjectFactory(village=cast.sragi, sites=0)
    SiteFactory(project=rough, no=1, versions__source=SiteSource.AREA, versions__radius_m=150)
    put(folder, "0/a.jpg", photo_at(HERE[0], HERE[1] - 0.001))  # 111 m
    code, said = run(folder, "--nearest")
    assert code == 0, said
    assert Claim.objects.get().project == rough


def test_a_photo_near_nothing_names_the_nearest(cast: Cast, project: Project, folder: Path):
    put(folder, "0/near.jpg", photo_at(HERE[0], HERE[1] - 0.001))  # 111 m
    put(folder, "0/far.jpg", photo_at(*FAR))
    put(folder, "0/none.jpg", photo_without_position())
    code, said = run(folder, "--nearest")
    assert code == 1
    assert f"near.jpg: TANPA TEMPAT · Titik terdekat {project.code} nomor 1, 111 m; batasnya 50 m." in said
    assert "far.jpg: TANPA TEMPAT · Tidak ada titik lokasi di dekat tempat foto." in said
    assert "none.jpg: TANPA TEMPAT · Foto tanpa koordinat" in said
    assert Claim.objects.count() == 0


def test_nearest_stays_among_what_the_sender_may(cast: Cast, project: Project, folder: Path):
    put(folder, "0/a.jpg", photo_at(*HERE))
    code, said = run(folder, "--nearest", "--user", "catur")
    assert code == 1
    assert "Tidak ada titik lokasi" in said


# The manifest ----------------------------------------------------------------------------------------------


def manifest(
    folder: Path, *rows: str, head: str = "file;project;site;progress;purpose;note;taken_by"
) -> None:
    put(folder, "manifest.csv", "\n".join([head, *rows]).encode("utf-8-sig"))


def test_a_manifest_says_what_each_file_is(cast: Cast, project: Project, folder: Path):
    two_sites(project)
    put(folder, "DSC1.jpg")
    manifest(folder, f"DSC1.jpg;{project.code};2;80%;board;Papan nama;Pak Slamet")
    code, said = run(folder)
    assert code == 0, said
    claim = Claim.objects.get()
    assert (claim.site.no, claim.progress, claim.purpose, claim.note) == (2, 80, "board", "Papan nama")
    assert claim.taken_by_name == "Pak Slamet"


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("a.jpg;35.10.17.2001/1999/0001;;50", "tidak ada, atau tidak tampil"),
        ("a.jpg;{code};9;50", "tidak punya titik nomor “9”"),
        ("a.jpg;{code};;banyak", "Progres “banyak” bukan angka"),
        ("a.jpg;{code};;500", "Progres “500” bukan angka"),
        ("a.jpg;{code};;50;selfie", "Tujuan foto “selfie” tidak dikenal"),
        ("a.jpg;;;50", "Pekerjaan tidak disebut"),
        ("a.jpg;{code};;", "Progres tidak jelas"),
    ],
)
def test_a_wrong_row_is_said_and_nothing_is_taken(cast: Cast, project: Project, folder: Path, row, says):
    put(folder, "a.jpg")
    manifest(folder, row.format(code=project.code))
    for options in ((), ("--dry-run",)):
        code, said = run(folder, *options)
        assert code == 1
        assert says in said
    assert Claim.objects.count() == 0


def test_a_file_that_only_the_manifest_knows_is_said(cast: Cast, project: Project, folder: Path):
    manifest(folder, f"hilang.jpg;{project.code};;50")
    code, said = run(folder)
    assert code == 1
    assert "hilang.jpg: DITOLAK · Disebut di manifest.csv, tetapi berkasnya tidak ada." in said


@pytest.mark.parametrize(
    ("head", "says"), [("file;warna", "“warna” tidak dikenal"), ("project", "tidak punya kolom file")]
)
def test_a_manifest_that_cannot_be_meant_stops_before_anything(cast: Cast, project, folder: Path, head, says):
    put(folder, "0/a.jpg")
    manifest(folder, head=head)
    with pytest.raises(CommandError, match=says) as caught:
        call_command("import_photos", str(folder), "--project", project.code)
    assert caught.value.returncode == 2
    assert Claim.objects.count() == 0


# What is refused -------------------------------------------------------------------------------------------


def test_a_bad_file_stops_nothing(cast: Cast, project: Project, folder: Path):
    put(folder, "0/a.jpg", b"bukan gambar")
    put(folder, "50/b.jpg")
    put(folder, "IMG_3.jpg")
    code, said = run(folder, "--project", project.code)
    assert code == 1
    assert "diterima 1, sudah ada 0, ditolak 2" in said
    assert "IMG_3.jpg: DITOLAK · Progres tidak jelas." in said
    assert IntakeRefusal.objects.get().file_name == "a.jpg"


def test_what_nobody_foresaw_is_said_too(cast: Cast, project: Project, folder: Path, monkeypatch):
    put(folder, "0/a.jpg")
    put(folder, "50/b.jpg")
    keep = intake.keep_original

    def full_disk(path: Path, **more: str) -> str:
        monkeypatch.setattr(intake, "keep_original", keep)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(intake, "keep_original", full_disk)
    code, said = run(folder, "--project", project.code)
    assert code == 1
    assert "Penyimpanan foto di server sedang tidak bisa dipakai" in said
    assert "([Errno 28] No space left on device)" in said
    assert Claim.objects.count() == 1


def test_hostile_archives_are_told_apart(cast: Cast, project: Project, folder: Path):
    path = folder.parent / "jahat.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../0/keluar.jpg", photo_at())
        archive.writestr("/0/akar.jpg", photo_at())
        archive.writestr("0/dalam.zip", b"PK")
        archive.writestr("0/bom.jpg", b"\0" * (settings.PHOTO_MAX_BYTES + 1))
        archive.writestr("0/baik.jpg", photo_at())
        archive.writestr("__MACOSX/0/._baik.jpg", b"x")
    code, said = run(path, "--project", project.code)
    assert code == 1
    assert said.count("keluar dari arsipnya") == 2
    assert "dalam.zip: DITOLAK · Arsip di dalam arsip tidak dibuka." in said
    assert "bom.jpg: DITOLAK · Terlalu besar: 30,0 MB" in said
    assert "__MACOSX" not in said
    assert [claim.file_name for claim in Claim.objects.all()] == ["baik.jpg"]


def test_an_encrypted_archive_says_so(cast: Cast, project: Project, folder: Path):
    put(folder, "0/a.jpg")
    content = bytearray(zipped(folder).read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # the flag "encrypted", in both headers
        content[content.index(mark) + at] |= 1
    path = folder.parent / "kunci.zip"
    path.write_bytes(content)
    code, said = run(path, "--project", project.code)
    assert code == 1
    assert "Terkunci dengan kata sandi." in said


def test_a_broken_entry_stops_nothing(cast: Cast, project: Project, folder: Path):
    put(folder, "0/a.jpg")
    put(folder, "50/b.jpg")
    path = zipped(folder)
    content = bytearray(path.read_bytes())
    content[200] ^= 0xFF  # inside a.jpg: its check sum no longer fits
    path.write_bytes(content)
    code, said = run(path, "--project", project.code)
    assert code == 1
    assert "a.jpg: DITOLAK · Gagal dibaca: BadZipFile" in said
    assert [claim.file_name for claim in Claim.objects.all()] == ["b.jpg"]


def test_links_are_not_followed(cast: Cast, project: Project, folder: Path, tmp_path: Path):
    put(tmp_path / "lain", "x.jpg")
    (folder / "0.jpg").symlink_to(tmp_path / "lain" / "x.jpg")
    code, said = run(folder, "--project", project.code)
    assert code == 1
    assert "Tautan ke tempat lain tidak diikuti." in said


def test_what_is_no_zip_is_said(cast: Cast, project: Project, tmp_path: Path):
    path = tmp_path / "foto.rar"
    path.write_bytes(b"Rar!")
    with pytest.raises(CommandError, match="bukan folder dan bukan berkas ZIP"):
        call_command("import_photos", str(path), "--project", project.code)


# Dry run, report, sender -----------------------------------------------------------------------------------


def test_a_dry_run_judges_and_stores_nothing(cast: Cast, project: Project, folder: Path):
    put(folder, "0/a.jpg", photo_at(*FAR))
    put(folder, "50/b.jpg", b"bukan gambar")
    put(folder, "0/a sekali lagi.jpg", (folder / "0/a.jpg").read_bytes())
    code, said = run(folder, "--project", project.code, "--dry-run")
    assert code == 1
    assert "Hanya diperiksa, tidak disimpan: diterima 1, sudah ada 1, ditolak 1" in said
    assert "Di luar lokasi · 995 m" in said
    assert (Claim.objects.count(), Photo.objects.count(), IntakeRefusal.objects.count()) == (0, 0, 0)
    assert not Path(settings.MEDIA_ROOT).exists() or not list(Path(settings.MEDIA_ROOT).rglob("*.jpg"))
    assert list(Path(settings.INCOMING_DIR).glob("*")) == []


def test_a_dry_run_says_so_in_english(cast: Cast, project: Project, folder: Path):
    put(folder, "0/a.jpg")
    _code, said = run(folder, "--project", project.code, "--dry-run", "--lang", "en")
    assert "Only checked, nothing stored: received 1" in said


def test_a_report_has_a_row_for_each_file(cast: Cast, project: Project, folder: Path, tmp_path: Path):
    put(folder, "0/a.jpg")
    put(folder, "=cmd.jpg")
    report = tmp_path / "laporan.csv"
    run(folder, "--project", project.code, "--report", str(report))
    rows = {row["file"]: row for row in csv.DictReader(report.open())}
    assert rows["0/a.jpg"]["status"] == "taken"
    assert rows["0/a.jpg"]["sha256"] == Photo.objects.get().sha256
    assert rows["0/a.jpg"]["claim"] == str(Claim.objects.get().pk)
    assert rows["'=cmd.jpg"]["status"] == "refused"


def test_an_officer_sends_only_for_the_own_village(cast: Cast, project: Project, folder: Path):
    put(folder, "0/a.jpg")
    code, said = run(folder, "--project", project.code, "--user", "catur")
    assert code == 1
    assert "Tugas Anda tidak mencakup" in said


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--user", "siapa"], "no such active user"),
        (["--user", "galih"], "no duty that may send photos"),
        (["--project", "x"], "no such project"),
        (["--progress", "200"], "must be 0 to 100"),
        (["--project", "x", "--nearest"], "not allowed with"),
    ],
)
def test_wrong_usage_is_said(cast: Cast, project, folder: Path, options, says):
    with pytest.raises(CommandError, match=says):
        call_command("import_photos", str(folder), *options)


def test_it_asks_who_sends_where_that_is_not_clear(cast: Cast, project, folder: Path):
    DutyFactory(user=cast.tamu, role=Role.MONITOR, place=cast.regency)
    with pytest.raises(CommandError, match=r"--user NAME \(monitors: .*eko.*tamu"):
        call_command("import_photos", str(folder), "--project", project.code)


def test_a_source_that_is_not_there_is_said(db, tmp_path: Path):
    with pytest.raises(CommandError, match="no such folder or file"):
        call_command("import_photos", str(tmp_path / "tidak-ada"))
