"""The officer's job in a real browser: three complete files and one picture from the page's own camera."""

import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.gis.geos import Point
from django.utils import timezone
from playwright.sync_api import Page, expect
from rest_framework.response import Response

from photos.api import PhotoViewSet
from photos.intake import take_in
from photos.models import CaptureNonce, Claim, IntakeRefusal
from tests.browser.conftest import OpenPage
from tests.cast import Cast
from tests.factories import ProjectFactory, SiteFactory
from tests.photos.sent import FAR, HERE, photo_at, photo_without_position

PHONE = {"width": 390, "height": 844}
AT_SITE = {"longitude": HERE[0] + 0.00004, "latitude": HERE[1], "accuracy": 6}


@pytest.fixture
def project(cast: Cast):
    return ProjectFactory(
        village=cast.sragi, title="Rabat beton JUT Krajan", fiscal_year=timezone.localdate().year
    )


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Three complete files of an hour ago: at the site, a kilometre away, without position."""
    taken = timezone.now() - timedelta(hours=1)
    contents = {
        "IMG_baik.jpg": photo_at(taken=taken, size=(640, 480)),
        "IMG_jauh.jpg": photo_at(*FAR, taken=taken, size=(640, 480)),
        "IMG_tanpa.jpg": photo_without_position(taken=taken),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    return {name: tmp_path / name for name in contents}


def choose(page: Page, *paths: Path) -> None:
    page.locator("#id_file").set_input_files([str(path) for path in paths])


def card(page: Page, name: str):
    return page.locator("[data-sent-list] .sent-card").filter(has_text=name)


def test_the_officer_sends_three_files_and_one_from_the_camera(
    cast: Cast, project, files, open_page: OpenPage
):
    page = open_page(
        "/field/", user=cast.ani, **PHONE, geolocation=AT_SITE, permissions=["geolocation", "camera"], has_touch=True
    )  # fmt: skip
    expect(page.locator(".field-order")).to_have_text(
        "Yang terdekat di atas."
    )  # the list moves when it is put in order
    page.get_by_role("link", name="Rabat beton JUT Krajan").click()
    expect(page.locator("[data-gps-short]")).to_have_text("GPS ± 6 m")
    expect(page.locator("[data-gps-long]")).to_have_text("4 m ke titik")

    page.locator("[data-stages] button", has_text="Sebelum").click()
    choose(page, *files.values())
    expect(card(page, "IMG_baik.jpg").locator(".sent-word")).to_have_text("Sesuai lokasi")
    expect(card(page, "IMG_jauh.jpg").locator(".sent-word")).to_have_text("Di luar lokasi")
    expect(card(page, "IMG_jauh.jpg")).to_contain_text(
        "995 m dari lokasi; batasnya 50 m. Pindah ke titik lokasi"
    )
    expect(card(page, "IMG_tanpa.jpg").locator(".sent-word")).to_have_text("Tanpa koordinat")
    expect(card(page, "IMG_tanpa.jpg")).to_contain_text("ambil foto dengan kamera halaman ini")

    page.get_by_role("button", name="Ambil foto").click()
    camera = page.get_by_role("dialog", name="Kamera")
    expect(camera.locator("[data-guide-distance]")).to_have_text("4 m ke titik")
    camera.locator("button", has_text="Sedang").click()
    camera.get_by_role("button", name="Ambil foto").click()
    expect(camera.locator("[data-taken-said]")).to_have_text("Lokasi tercatat, akurasi ± 6 m.")
    camera.get_by_role("button", name="Kirim").click()
    expect(card(page, "Foto kamera").locator(".sent-word")).to_have_text("Sesuai lokasi")

    claims = {claim.file_name: claim for claim in Claim.objects.all()}
    assert {name: claims[name].verdict for name in files} == {
        "IMG_baik.jpg": "verified",
        "IMG_jauh.jpg": "outside",
        "IMG_tanpa.jpg": "unlocated",
    }
    shot = next(claim for name, claim in claims.items() if name.startswith("geomonitor-"))
    assert (shot.verdict, shot.progress, shot.position_source) == ("verified", 50, "capture")
    assert shot.error_m == 6
    assert shot.distance_m == pytest.approx(4.4, abs=0.1)
    project.refresh_from_db()
    assert project.progress == 50


def test_without_permission_for_the_position_it_says_the_way_out(cast: Cast, project, open_page: OpenPage):
    page = open_page(f"/field/{project.pk}/", user=cast.ani, **PHONE, permissions=[])
    expect(page.locator("[data-gps-long]")).to_contain_text("Izin lokasi ditolak. Ketuk gembok")
    expect(page.locator("[data-gps-again]")).to_be_visible()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("NotAllowedError", "Izin kamera ditolak."),
        ("NotFoundError", "Kamera tidak ditemukan."),
        ("NotReadableError", "Kamera sedang dipakai aplikasi lain."),
    ],
)
def test_a_camera_that_does_not_open_is_said(cast: Cast, project, open_page: OpenPage, error, words):
    page = open_page(f"/field/{project.pk}/", user=cast.ani, **PHONE)
    page.evaluate(
        "name => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', name)); }",
        error,
    )
    page.get_by_role("button", name="Ambil foto").click()
    expect(page.locator("[data-camera-why]")).to_contain_text(words)
    expect(page.get_by_role("dialog", name="Kamera")).to_be_hidden()


def test_plain_http_is_said(cast: Cast, project, open_page: OpenPage):
    page = open_page("/field/", user=cast.ani, **PHONE)
    page.add_init_script("Object.defineProperty(window, 'isSecureContext', {value: false})")
    page.goto(f"/field/{project.pk}/")
    expect(page.locator("[data-gps-long]")).to_contain_text("https://")
    page.get_by_role("button", name="Ambil foto").click()
    expect(page.locator("[data-camera-why]")).to_contain_text("https://")


def test_what_did_not_arrive_is_sent_again_once(cast: Cast, project, files, open_page: OpenPage):
    page = open_page(f"/field/{project.pk}/", user=cast.ani, **PHONE)
    page.route("**/api/v1/photos/", lambda route: route.abort())
    choose(page, files["IMG_baik.jpg"])
    failed = card(page, "IMG_baik.jpg")
    expect(failed.locator(".sent-word")).to_have_text("Belum terkirim")
    expect(failed).to_contain_text("Tidak tersambung ke server.")
    expect(page.locator("[data-unsent]")).to_contain_text("1 belum terkirim")
    page.unroute("**/api/v1/photos/")
    failed.get_by_role("button", name="Kirim lagi").click()
    expect(failed.locator(".sent-word")).to_have_text("Sesuai lokasi")
    expect(page.locator("[data-unsent]")).to_be_hidden()
    assert Claim.objects.count() == 1


def test_an_answer_that_got_lost_makes_no_second_claim(
    cast: Cast, project, files, open_page: OpenPage, monkeypatch
):
    """The photo arrives, its answer does not: the phone cannot know, and sends again."""
    take, calls = PhotoViewSet.create, []

    def take_and_fall_silent(self, request, *args, **kwargs):
        answer = take(self, request, *args, **kwargs)
        calls.append(answer.status_code)
        return Response(status=502) if len(calls) == 1 else answer

    monkeypatch.setattr(PhotoViewSet, "create", take_and_fall_silent)
    page = open_page(f"/field/{project.pk}/", user=cast.ani, **PHONE)
    choose(page, files["IMG_baik.jpg"])
    lost = card(page, "IMG_baik.jpg")
    expect(lost.locator(".sent-word")).to_have_text("Belum terkirim")
    lost.get_by_role("button", name="Kirim lagi").click()
    expect(lost).to_contain_text("Foto ini sudah pernah dikirim; hasilnya tetap.")
    assert calls == [201, 200]
    assert Claim.objects.count() == 1


def test_a_refused_file_says_why_and_offers_no_retry(
    cast: Cast, project, tmp_path: Path, open_page: OpenPage
):
    page = open_page(f"/field/{project.pk}/", user=cast.ani, **PHONE)
    (tmp_path / "surat.jpg").write_bytes(b"bukan foto sama sekali")
    choose(page, tmp_path / "surat.jpg")
    refused = card(page, "surat.jpg")
    expect(refused.locator(".sent-word")).to_have_text("File ditolak")
    expect(refused).to_contain_text("File ini bukan foto")
    expect(refused.get_by_role("button", name="Kirim lagi")).to_be_hidden()
    assert IntakeRefusal.objects.count() == 1


def test_the_exact_per_cent_is_sent(cast: Cast, project, files, open_page: OpenPage):
    page = open_page(f"/field/{project.pk}/", user=cast.ani, **PHONE)
    page.locator("#id_progress").fill("80")
    expect(page.locator("[data-stages] button", has_text="Sedang")).to_have_text("Sedang 80 %")
    choose(page, files["IMG_baik.jpg"])
    expect(card(page, "IMG_baik.jpg").locator(".sent-word")).to_have_text("Sesuai lokasi")
    assert Claim.objects.get().progress == 80


def test_the_nearest_site_is_offered(cast: Cast, files, open_page: OpenPage):
    project = ProjectFactory(village=cast.sragi, sites=0, fiscal_year=timezone.localdate().year)
    SiteFactory(project=project, no=1, label="RT 01", point=Point(114.203, -8.25, srid=4326))
    SiteFactory(project=project, no=2, label="RT 02", point=Point(*HERE, srid=4326))
    page = open_page(
        f"/field/{project.pk}/", user=cast.ani, **PHONE, geolocation=AT_SITE, permissions=["geolocation"]
    )
    page.get_by_role("button", name="Terdekat: titik 2 RT 02 (4 m). Pilih ini").click()
    expect(page.locator("[data-gps-long]")).to_have_text("4 m ke titik")
    page.locator("[data-stages] button", has_text="Selesai").click()
    choose(page, files["IMG_baik.jpg"])
    expect(card(page, "IMG_baik.jpg").locator(".sent-word")).to_have_text("Sesuai lokasi")
    assert Claim.objects.get().site.no == 2


def test_a_photo_of_another_project_is_moved_there(cast: Cast, project, files, open_page: OpenPage):
    year = timezone.localdate().year
    other = ProjectFactory(
        village=cast.sragi,
        title="Gorong-gorong RT 07",
        fiscal_year=year,
        point=Point(114.20008, -8.259, srid=4326),
    )
    page = open_page(f"/field/{project.pk}/", user=cast.ani, **PHONE)
    choose(page, files["IMG_jauh.jpg"])
    first = card(page, "IMG_jauh.jpg").last
    expect(first).to_contain_text("Ada “Gorong-gorong RT 07” 8,8 m dari tempat foto. Foto untuk itu?")
    first.get_by_role("button", name="Ya, pindahkan").click()
    expect(card(page, "IMG_jauh.jpg").first.locator(".sent-word")).to_have_text("Sesuai lokasi")
    expect(first).to_contain_text("Ditarik: dipindahkan ke pekerjaan yang benar.")
    moved = Claim.objects.kept().get()
    assert (moved.project, moved.verdict) == (other, "verified")


# ---- the seal

WATCHED = """() => {
  const set = FormData.prototype.set;
  FormData.prototype.set = function (name, value, ...more) {
    return set.call(this, name, name === "fix" ? window.onTheWay(value) : value, ...more);
  };
}"""


def shoot(page: Page) -> None:
    """Take a picture with the page's camera and send it."""
    page.get_by_role("button", name="Ambil foto").click()
    camera = page.get_by_role("dialog", name="Kamera")
    camera.get_by_role("button", name="Ambil foto").click()
    expect(camera.locator("[data-taken-said]")).to_contain_text("Lokasi")
    camera.get_by_role("button", name="Kirim").click()


def at_the_site(open_page: OpenPage, cast: Cast, path: str, **more) -> Page:
    options = {"geolocation": AT_SITE, "permissions": ["geolocation", "camera"], "has_touch": True} | more
    page = open_page(path, user=cast.ani, **PHONE, **options)
    expect(page.locator("[data-gps-short]")).to_contain_text("GPS ±")
    return page


def test_a_picture_of_the_camera_arrives_sealed_and_verified(cast: Cast, project, open_page: OpenPage):
    page = at_the_site(open_page, cast, f"/field/{project.pk}/")
    shoot(page)
    expect(card(page, "Foto kamera").locator(".sent-word")).to_have_text("Sesuai lokasi")
    claim = Claim.objects.get()
    assert (claim.binding, claim.verdict, claim.taken_by) == ("bound", "verified", cast.ani)
    assert claim.checks.get(code="capture_bound").status == "passed"
    used = CaptureNonce.objects.get(used_at__isnull=False)
    assert (used.nonce, used.sha256) == (claim.fix["nonce"], claim.photo.sha256)
    # The pretended camera shows few different pictures; drawn by the page instead, the next one surely has other bytes.
    page.evaluate("() => { window.ImageCapture = undefined; }")
    shoot(page)  # the next shot has a number of its own
    expect(card(page, "Foto kamera")).to_have_count(2)
    expect(card(page, "Foto kamera").locator(".sent-word")).to_have_text(["Sesuai lokasi"] * 2)
    assert list(Claim.objects.values_list("binding", flat=True)) == ["bound", "bound"]


def test_a_position_that_was_changed_on_the_way_is_found(cast: Cast, project, open_page: OpenPage):
    page = at_the_site(open_page, cast, f"/field/{project.pk}/")
    page.evaluate(WATCHED)
    page.evaluate("() => { window.onTheWay = (fix) => fix.replace('114.20004', '114.20005'); }")
    shoot(page)
    expect(card(page, "Foto kamera").locator(".sent-word")).to_have_text("Perlu diperiksa")
    expect(card(page, "Foto kamera")).to_contain_text("berubah setelah diambil")
    claim = Claim.objects.get()
    assert (claim.binding, claim.verdict, claim.position) == ("changed", "suspect", None)


def test_without_a_number_the_picture_is_sent_unsealed_and_that_is_said(
    cast: Cast, project, open_page: OpenPage
):
    page = open_page(
        "/field/", user=cast.ani, **PHONE, geolocation=AT_SITE, permissions=["geolocation", "camera"]
    )
    page.route("**/nonces/", lambda route: route.abort())
    page.goto(f"/field/{project.pk}/")
    expect(page.locator("[data-gps-short]")).to_contain_text("GPS ±")
    page.get_by_role("button", name="Ambil foto").click()
    camera = page.get_by_role("dialog", name="Kamera")
    camera.get_by_role("button", name="Ambil foto").click()
    expect(camera.locator("[data-taken-said]")).to_contain_text(
        "Tanpa segel: buka halaman ini saat ada sinyal"
    )
    camera.get_by_role("button", name="Kirim").click()
    expect(card(page, "Foto kamera").locator(".sent-word")).to_have_text("Sesuai lokasi")
    assert Claim.objects.get().binding == "unbound"


def test_a_picture_taken_before_the_stage_is_said_is_kept(cast: Cast, project, open_page: OpenPage):
    page = open_page(
        f"/field/{project.pk}/", user=cast.ani, **PHONE, geolocation=AT_SITE, permissions=["geolocation", "camera"]
    )  # fmt: skip
    page.locator("#id_progress").fill("")  # as where all stages have their photos
    page.get_by_role("button", name="Ambil foto").click()
    page.locator("[data-shutter]").click()
    page.get_by_role("button", name="Kirim", exact=True).click()
    expect(page.locator("[data-held]")).to_contain_text("1 foto menunggu isian di atas.")
    assert not Claim.objects.exists()
    page.locator("[data-stages] button").nth(2).click()
    page.get_by_role("button", name="Kirim sekarang").click()
    expect(card(page, "Foto kamera")).to_contain_text("Sesuai lokasi")
    expect(page.locator("[data-held]")).to_be_hidden()
    claim = Claim.objects.get()
    assert (claim.progress, claim.binding) == (100, "bound")


def test_what_waits_for_a_signal_goes_by_itself_when_there_is_one(
    cast: Cast, project, files, open_page: OpenPage
):
    page = open_page(f"/field/{project.pk}/", user=cast.ani, **PHONE)
    page.locator("#id_progress").fill("50")
    page.context.set_offline(True)
    choose(page, files["IMG_baik.jpg"])
    expect(card(page, "IMG_baik.jpg")).to_contain_text("Belum terkirim")
    page.context.set_offline(False)
    expect(card(page, "IMG_baik.jpg")).to_contain_text("Sesuai lokasi")
    assert Claim.objects.count() == 1


def test_a_coarse_position_says_before_and_after_the_shot_where_to_switch_precise_on(
    cast: Cast, project, open_page: OpenPage
):
    agent = "Mozilla/5.0 (Linux; Android 14; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile Safari/537.36"
    rough = AT_SITE | {"accuracy": 2000}
    page = at_the_site(open_page, cast, f"/field/{project.pk}/", geolocation=rough, user_agent=agent)
    way = "Setelan › Lokasi › Izin aplikasi › Chrome"
    expect(page.locator("[data-gps-long]")).to_contain_text(way)
    page.get_by_role("button", name="Ambil foto").click()
    camera = page.get_by_role("dialog", name="Kamera")
    expect(camera.locator("[data-guide-hint]")).to_contain_text(way)
    camera.get_by_role("button", name="Ambil foto").click()
    expect(camera.locator("[data-taken-said]")).to_contain_text(way)


# ---- what it shows, and for whom


def test_a_picture_of_the_board_asks_for_no_per_cent(cast: Cast, project, files, open_page: OpenPage):
    page = open_page(f"/field/{project.pk}/", user=cast.ani, **PHONE)
    page.get_by_label("Foto ini menunjukkan").select_option("board")
    expect(page.locator("#id_progress")).to_be_hidden()
    choose(page, files["IMG_baik.jpg"])
    sent = card(page, "IMG_baik.jpg")
    expect(sent.locator(".sent-title")).to_have_text("IMG_baik.jpg · Papan nama")
    expect(sent.locator(".sent-word")).to_have_text("Sesuai lokasi")
    claim = Claim.objects.get()
    assert (claim.purpose, claim.progress, claim.taken_by) == ("board", 0, cast.ani)
    project.refresh_from_db()
    assert project.progress == 0


def test_who_took_the_file_is_said_apart(cast: Cast, project, files, open_page: OpenPage):
    page = open_page(f"/field/{project.pk}/", user=cast.ani, **PHONE)
    page.locator("summary", has_text="Diambil oleh").click()
    page.get_by_label("Orang lain").check()
    page.get_by_label("Nama yang mengambil foto").fill("Pak RT 3")
    choose(page, files["IMG_baik.jpg"])
    expect(card(page, "IMG_baik.jpg").locator(".sent-word")).to_have_text("Sesuai lokasi")
    claim = Claim.objects.get()
    assert (claim.taken_by, claim.taken_by_name, claim.uploaded_by) == (None, "Pak RT 3", cast.ani)


def test_a_rejected_photo_is_replaced_by_a_new_one(cast: Cast, project, files, open_page: OpenPage):
    old = take_in(
        actor=cast.ani, uuid=uuid.uuid4(), project=project, upload=files["IMG_jauh.jpg"], file_name="a.jpg", progress=50
    )  # fmt: skip
    old.reviews.create(reviewer=cast.dewi, decision="rejected", reason="Terlalu jauh")
    page = at_the_site(open_page, cast, f"/field/{project.pk}/")
    page.goto("/field/mine/")
    page.get_by_role("link", name="Kirim foto pengganti").click()
    camera = page.get_by_role("dialog", name="Kamera")  # it opens by itself
    camera.get_by_role("button", name="Ambil foto").click()
    expect(camera.locator("[data-taken-said]")).to_contain_text("Lokasi tercatat")
    camera.get_by_role("button", name="Kirim").click()
    expect(page.locator(".field-answers")).to_contain_text("Pengganti foto Sedang 50 % Terlalu jauh")
    expect(card(page, "Foto kamera").locator(".sent-word")).to_have_text("Sesuai lokasi")
    new = Claim.objects.exclude(pk=old.pk).get()
    assert (new.answers, new.progress, new.site) == (old, 50, old.site)
    page.goto("/field/mine/")
    expect(page.locator(f"#claim-{old.pk}")).to_contain_text("Sudah dijawab dengan foto baru")


def test_one_picture_for_two_projects_is_declared(cast: Cast, project, files, open_page: OpenPage):
    other = ProjectFactory(village=cast.sragi, title="Talud", fiscal_year=project.fiscal_year)
    content = files["IMG_baik.jpg"]
    take_in(
        actor=cast.ani, uuid=uuid.uuid4(), project=other, upload=content, file_name="a.jpg", progress=50,
        purpose="board",
    )  # fmt: skip
    page = open_page(f"/field/{project.pk}/", user=cast.ani, **PHONE)
    page.get_by_label("Foto ini menunjukkan").select_option("board")
    choose(page, content)
    sent = card(page, "IMG_baik.jpg")
    expect(sent.locator(".sent-word")).to_have_text("Perlu diperiksa")
    sent.locator("summary", has_text="Foto ini memang untuk dua pekerjaan").click()
    sent.get_by_label("Mengapa satu foto untuk dua pekerjaan?").fill("Satu papan nama")
    sent.get_by_role("button", name="Catat alasannya").click()
    expect(sent.locator(".sent-word")).to_have_text("Sesuai lokasi")
    assert Claim.objects.get(project=project).shared_reason == "Satu papan nama"


def test_the_list_puts_the_nearest_first(cast: Cast, open_page: OpenPage):
    for title, lon in (("Jauh", 114.21), ("Dekat", 114.2001)):
        ProjectFactory(village=cast.sragi, title=title, point=Point(lon, -8.25, srid=4326))
    page = open_page("/field/", user=cast.ani, **PHONE, geolocation=AT_SITE, permissions=["geolocation"])
    expect(page.locator(".field-project").first).to_contain_text("Dekat")
    expect(page.locator(".field-away").first).to_contain_text("6,6 m")


def test_it_works_without_scripts(cast: Cast, project, files, open_page: OpenPage):
    page = open_page(f"/field/{project.pk}/", user=cast.ani, **PHONE, java_script_enabled=False)
    page.get_by_label("Persen yang tampak").fill("50")
    choose(page, *files.values())
    page.get_by_role("button", name="Kirim foto").click()
    expect(page.get_by_role("heading", name="Hasil pemeriksaan")).to_be_visible()
    expect(page.locator(".sent-card").filter(has_text="IMG_jauh.jpg")).to_contain_text("Di luar lokasi")
    assert Claim.objects.count() == 3


def test_an_own_photo_is_taken_back(cast: Cast, project, files, open_page: OpenPage):
    page = open_page(f"/field/{project.pk}/", user=cast.ani, **PHONE)
    choose(page, files["IMG_baik.jpg"])
    expect(card(page, "IMG_baik.jpg").locator(".sent-word")).to_have_text("Sesuai lokasi")
    page.goto("/field/mine/")
    page.locator("summary", has_text="Tarik foto").click()
    page.get_by_label("Mengapa ditarik?").fill("Salah pekerjaan")
    page.get_by_role("button", name="Tarik foto ini").click()
    expect(page.get_by_text("Foto ditarik.")).to_be_visible()
    assert Claim.objects.get().withdrawn_reason == "Salah pekerjaan"
