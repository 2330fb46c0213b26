"""A photo's ledger: every verdict leads down to the tags as written, for those who may see them."""

import json
import re

import pytest
from django.test import Client

from accounts.models import AuditEvent
from photos import fact_words, ledger, removing
from photos.derivatives import make_derivatives
from photos.evidence import Fix
from photos.models import CheckResult, Claim, Fact
from photos.reviewing import review
from photos.withdrawing import withdraw
from tests.cast import Cast
from tests.factories import ClaimFactory, ProjectFactory
from tests.photos.camera import Shot, exif, gps, jpeg
from tests.photos.sent import FAR, HERE, MORNING, bare_photo, log_in, photo_at, photo_without_position, take


@pytest.fixture
def claim(cast: Cast) -> Claim:
    claim = take(cast.ani, ProjectFactory(village=cast.sragi, title="Rabat beton Krajan"))
    make_derivatives.call(claim.photo_id)
    claim.refresh_from_db()
    return claim


def page(user, claim: Claim) -> str:
    answer = log_in(user).get(f"/photos/{claim.pk}/")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def fix_at(lon: float, lat: float) -> Fix:
    return Fix(lon=lon, lat=lat, accuracy_m=6.0, at=MORNING, shot_at=MORNING, altitude_m=120.0)


# Down to the raw tag ---------------------------------------------------------------------------------------


def test_the_verdict_leads_to_the_tag_as_written(cast: Cast, claim: Claim):
    book = ledger.of(claim, cast.eko)
    assert book.sentence == "0 cm dari lokasi; batasnya 50 m."
    near = next(line for line in book.lines if line.code == "near_site")
    assert (near.status, near.measured, near.limit, near.unit) == ("passed", 0.0, 50.0, "m")
    latitude = next(said for said in near.facts if said.key == "exif:GPSLatitude")
    row = Fact.objects.get(photo=claim.photo, name="GPSLatitude")
    assert (latitude.fact_id, latitude.raw) == (row.pk, row.raw)
    assert (latitude.word, latitude.value) == ("Lintang", "8.2500000°")
    shown = page(cast.eko, claim)
    assert row.raw in shown
    assert "GPSLatitude" in shown


def real_claims(cast: Cast) -> list[Claim]:
    """One claim of each kind: clean, far, without position, bare, with a fix, with zeroed tags, with two sources."""
    project = ProjectFactory(village=cast.sragi)
    zeroed = jpeg(exif(Shot(gps=gps(0, 0))))
    shots: list[tuple[bytes, dict]] = [
        (photo_at(), {"progress": 0}),
        (photo_at(*FAR), {"progress": 10}),
        (photo_without_position(), {"progress": 20}),
        (bare_photo(), {"progress": 30, "fix": fix_at(*HERE)}),
        (zeroed, {"progress": 40}),
        (photo_at(size=(66, 48)), {"progress": 50, "fix": fix_at(*HERE)}),
        (photo_at(size=(68, 48)), {"progress": 60, "fix": fix_at(*FAR)}),
    ]
    claims = [take(cast.ani, project, content, **more) for content, more in shots]
    for claim in claims:
        make_derivatives.call(claim.photo_id)
        claim.refresh_from_db()
    return claims


def test_everything_that_is_cited_is_there_or_said_to_be_missing(cast: Cast):
    """Every cited key of every check: rows of that key, or the word that no source has it; nothing in between."""
    claims = real_claims(cast)
    assert {claim.verdict for claim in claims} >= {"verified", "outside", "unlocated"}
    cited = 0
    for claim in claims:
        book = ledger.of(claim, cast.eko)
        by_code = {line.code: line for line in book.lines}
        for check in claim.checks.all():
            shown = by_code[check.code].facts
            assert {said.key for said in shown} == set(check.cites), check.code
            for said in shown:
                cited += 1
                if said.is_missing:
                    assert said.value in {str(word) for word in fact_words.MISSING.values()}
                else:
                    row = Fact.objects.get(pk=said.fact_id)
                    assert row.key == said.key
                    assert row.photo_id == claim.photo_id
                    assert row.claim_id in (None, claim.pk)
    assert cited > 50


def test_what_the_server_and_the_officer_said_is_never_missing(cast: Cast):
    """A check that cites the server's or the officer's word finds it written down; or there was nothing of it."""
    left_out = {
        "nearer_site",
        "radius_m",
        "binding",
        "device",
        "Thumbnail",
        "thumbnail_difference",
        "ContentCredentials",
    }  # photos/facts.py: where there is nothing to say
    for claim in real_claims(cast):
        for line in ledger.of(claim, cast.eko).lines:
            missing = [said for said in line.facts if said.is_missing and said.name not in left_out]
            lost = [said.key for said in missing if said.source in {"server", "officer"}]
            assert lost == [], (line.code, claim.progress)


def test_every_check_says_what_it_rests_on(cast: Cast):
    for claim in real_claims(cast):
        lines = ledger.of(claim, cast.eko).lines
        assert [line.code for line in lines if not line.facts] == [], claim.progress


@pytest.mark.parametrize(
    ("code", "name"), [("thumbnail_matches", "Thumbnail"), ("content_credentials", "ContentCredentials")]
)
def test_what_the_file_does_not_carry_is_said(cast: Cast, claim: Claim, code: str, name: str):
    line = next(line for line in ledger.of(claim, cast.eko).lines if line.code == code)
    assert (line.status, line.status_label) == ("unknown", "tidak bisa diperiksa")
    assert next((said.value, said.is_missing) for said in line.facts if said.name == name) == (
        "tidak ada di file",
        True,
    )


def test_a_cited_tag_that_the_file_lacks_is_said(cast: Cast, claim: Claim):
    CheckResult.objects.filter(claim=claim, code="near_site").update(cites=["exif:GPSHPositioningError"])
    near = next(line for line in ledger.of(claim, cast.eko).lines if line.code == "near_site")
    assert [(said.name, said.value, said.is_missing) for said in near.facts] == [
        ("GPSHPositioningError", "tidak ada di file", True)
    ]
    assert "tidak ada di file" in page(cast.eko, claim)


def test_a_fact_with_a_reason_is_told_in_words(cast: Cast, claim: Claim):
    Fact.objects.create(
        photo=claim.photo, source="exif", name="GPSDOP", value={"reason": "malformed"}, raw="0/0"
    )
    said = next(said for said in ledger.of(claim, cast.eko).others if said.name == "GPSDOP")
    assert (said.value, said.reason, said.raw) == ("tidak bisa dibaca", "malformed", "0/0")


def test_facts_that_nobody_cites_stand_apart(cast: Cast, claim: Claim):
    book = ledger.of(claim, cast.eko)
    cited = {said.key for line in book.lines for said in line.facts}
    assert "exif:Orientation" in {said.key for said in book.others}
    assert cited.isdisjoint({said.key for said in book.others})
    everything = Fact.objects.filter(photo=claim.photo)
    shown = {said.fact_id for said in book.others} | {
        said.fact_id for line in book.lines for said in line.facts
    }
    assert {fact.pk for fact in everything} == shown - {None}


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("GPSLatitude", -8.25, "-8.2500000°"),
        ("GPSHPositioningError", 6.0, "6,0 m"),
        ("GPSAltitude", -3.0, "−3,0 m"),
        ("GPSImgDirection", 181.5, "181,5°"),
        ("window", ["2025-07-01", None], "1 Jul 2025 – terbuka"),
        ("received_at", "2026-11-24T03:00:00+00:00", "24 Nov 2026 10.00"),
        ("purpose", "board", "Papan nama"),
        ("progress", 50, "50 %"),
        ("Orientation", 6, "6"),
        ("GPSDOP", {"reason": "zero_denominator"}, "pecahan dengan penyebut nol"),
        ("GPSDOP", {"reason": "of a newer release"}, "of a newer release"),
        ("Software", None, "–"),
        ("faces", [1, 2], "1; 2"),
        ("faces", [], "tidak ada"),
        ("nearer_site", {"distance_m": 12.0, "no": None}, "jarak 12 m"),
        ("site_shots", [{"claim": 7, "progress": 50}], "foto nomor 7, progres yang disebut 50 %"),
        ("flash", True, "ya"),
    ],
)
def test_a_value_in_people_s_words(name, value, words):
    assert fact_words.value_of(name, value) == words


def test_photos_of_places_out_of_reach_are_only_counted(cast: Cast, claim: Claim):
    """The server compares with photos of everybody; a reader learns of those in reach alone."""
    secret = ClaimFactory(project=ProjectFactory(village=cast.bubuk, published=False))
    shots = [{"claim": pk, "progress": 50, "lon": 114.245, "lat": -8.25} for pk in (claim.pk, secret.pk)]
    Fact.objects.filter(claim=claim, name="device_shots").update(value=shots)
    Fact.objects.create(
        photo=claim.photo,
        claim=claim,
        source="server",
        name="nearer_site",
        value={"site": 99, "distance_m": 3.0},
    )

    def told(user, name: str) -> str:
        book = ledger.of(claim, user)
        facts = [*book.others, *(said for line in book.lines for said in line.facts)]
        return next(said.value for said in facts if said.name == name)

    assert f"foto nomor {secret.pk}" in told(cast.eko, "device_shots")
    assert f"foto nomor {secret.pk}" not in told(cast.ani, "device_shots")
    assert "1 foto di luar wilayah Anda" in told(cast.ani, "device_shots")
    assert told(cast.ani, "nearer_site") == "jarak 3,0 m"


# Two witnesses ---------------------------------------------------------------------------------------------


def test_file_and_camera_stand_side_by_side(cast: Cast):
    project = ProjectFactory(village=cast.sragi)
    claim = take(cast.ani, project, photo_at(), fix=fix_at(*FAR))
    both = ledger.of(claim, cast.eko).witnesses
    assert both is not None
    assert both.metres == pytest.approx(995.3, abs=1)
    words = {word: (file, fix) for word, file, fix in both.rows}
    assert words["Lintang"] == ("-8.2500000°", "-8.2590000°")
    assert words["Akurasi"][1] == "6,0 m"
    assert "995 m di antaranya" in page(cast.eko, claim)


def test_one_witness_alone_is_not_compared(cast: Cast, claim: Claim):
    assert ledger.of(claim, cast.eko).witnesses is None
    only_fix = take(cast.ani, ProjectFactory(village=cast.sragi), bare_photo(), fix=fix_at(*HERE))
    assert ledger.of(only_fix, cast.eko).witnesses is None


# What happened ---------------------------------------------------------------------------------------------


def test_the_history_tells_intake_and_reviews(cast: Cast, claim: Claim):
    review(actor=cast.dewi, claim=claim, decision="rejected", reason="Terlalu gelap.")
    told = [(act.action, act.who, act.reason) for act in ledger.of(claim, cast.eko).history]
    assert told[-1] == ("claim.received", "Bu Ani (ani)", "")
    assert ("claim.rejected", "Bu Dewi", "Terlalu gelap.") in told
    assert [action for action, _who, _reason in told].count("claim.rejected") == 1
    assert "Ditolak oleh verifikator" in page(cast.eko, claim)


def test_the_history_tells_what_a_recheck_changed(cast: Cast, claim: Claim):
    AuditEvent.objects.create(
        actor_name="system",
        action="claim.rechecked",
        subject_type="photos.claim",
        subject_id=str(claim.pk),
        data={
            "cause": "site",
            "why": ["site"],
            "verdict_was": "verified",
            "verdict_now": "outside",
            "checks": [
                {"code": "near_site", "was": "passed", "now": "failed", "measured_was": 3.0, "measured_now": 995.3,
                 "limit_was": 50, "limit_now": 50, "rule_was": 1, "rule_now": 1, "why": "site"}
            ],
        },
    )  # fmt: skip
    act = ledger.of(claim, cast.eko).history[0]
    assert (act.who, act.title) == ("Sistem", "Diperiksa lagi")
    assert act.details == (
        "Sebab: titik lokasi atau batas jarak berubah.",
        "Sesuai lokasi → Di luar lokasi",
        "Jarak ke titik: sesuai → tidak sesuai (terukur 3 → 995,3)",
    )


def test_an_act_of_a_newer_release_is_shown_by_its_code(cast: Cast, claim: Claim):
    AuditEvent.objects.create(
        actor_name="system", action="claim.blessed", subject_type="photos.claim", subject_id=str(claim.pk)
    )
    assert ledger.of(claim, cast.eko).history[0].title == "claim.blessed"


def test_a_withdrawn_photo_keeps_its_ledger(cast: Cast, claim: Claim):
    withdraw(actor=cast.ani, claim=claim, reason="Salah pekerjaan.")
    shown = page(cast.eko, claim)
    assert "Foto ini ditarik pada" in shown
    assert "Salah pekerjaan." in shown


def test_a_removed_original_is_said_with_its_reason(
    cast: Cast, claim: Claim, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        removing.remove(
            actor=cast.galih, photo=claim.photo, reason="Wajah anak.", confirmed=claim.photo.sha256[:8]
        )
    shown = page(cast.eko, claim)
    assert "oleh Mas Galih: Wajah anak." in shown
    assert claim.photo.sha256 in shown
    assert f"/photos/{claim.pk}/original/" not in shown
    assert "GPSLatitude" in shown


# Who -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "status"),
    [("ani", 200), ("budi", 200), ("dewi", 200), ("eko", 200), ("fitri", 200), ("galih", 200), ("catur", 403), ("tamu", 403)],
)  # fmt: skip
def test_who_sees_the_ledger_of_a_published_photo(cast: Cast, claim: Claim, who, status):
    for path in (f"/photos/{claim.pk}/", f"/api/v1/photos/{claim.pk}/ledger/"):
        assert log_in(getattr(cast, who)).get(path).status_code == status


def test_the_public_gets_no_ledger(claim: Claim):
    asked_to_log_in = Client().get(f"/photos/{claim.pk}/")
    assert (asked_to_log_in.status_code, asked_to_log_in["Location"].partition("?")[0]) == (
        302,
        "/accounts/login/",
    )
    assert Client().get(f"/api/v1/photos/{claim.pk}/ledger/").status_code == 403


def test_what_is_not_visible_is_not_there(cast: Cast, claim: Claim):
    Claim.objects.update(stands=False)
    assert log_in(cast.catur).get(f"/photos/{claim.pk}/").status_code == 404
    assert Client().get(f"/api/v1/photos/{claim.pk}/ledger/").status_code == 404
    assert log_in(cast.eko).get("/photos/999999/").status_code == 404


def test_other_claims_of_the_file_are_named_only_to_who_may_see_them(cast: Cast, claim: Claim):
    ClaimFactory(
        photo=claim.photo,
        project=ProjectFactory(village=cast.bubuk, title="Rahasia Bubuk", published=False),
        progress=0,
    )
    assert "Rahasia Bubuk" in page(cast.eko, claim)
    assert "Rahasia Bubuk" not in page(cast.ani, claim)


# The API ---------------------------------------------------------------------------------------------------


def test_the_api_tells_the_same(cast: Cast, claim: Claim):
    told = log_in(cast.fitri).get(f"/api/v1/photos/{claim.pk}/ledger/").json()
    assert (told["verdict"], told["sentence"]) == ("verified", "0 cm dari lokasi; batasnya 50 m.")
    near = next(check for check in told["checks"] if check["code"] == "near_site")
    latitude = next(fact for fact in near["facts"] if fact["name"] == "GPSLatitude")
    assert latitude["raw"] == Fact.objects.get(photo=claim.photo, name="GPSLatitude").raw
    assert told["file"]["sha256"] == claim.photo.sha256
    assert told["file"]["removed"] is None
    assert told["history"][-1]["action"] == "claim.received"
    assert json.dumps(told)


# Removing --------------------------------------------------------------------------------------------------


def test_an_admin_removes_on_the_page(cast: Cast, claim: Claim):
    client = log_in(cast.galih)
    assert f"/photos/{claim.pk}/original/remove/" in page(cast.galih, claim)
    sent = {"reason": "Wajah anak.", "confirmed": claim.photo.sha256[:8]}
    answer = client.post(f"/photos/{claim.pk}/original/remove/", sent)
    assert (answer.status_code, answer["Location"]) == (302, f"/photos/{claim.pk}/")
    claim.photo.refresh_from_db()
    assert claim.photo.removed_reason == "Wajah anak."


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"reason": "", "confirmed": "ok"}, "Tulis alasan"),
        ({"reason": "Wajah.", "confirmed": "salah"}, "bukan “salah”"),
    ],
)
def test_the_page_says_what_is_missing_and_keeps_what_was_typed(cast: Cast, claim: Claim, sent, says):
    if sent["confirmed"] == "ok":
        sent = sent | {"confirmed": claim.photo.sha256[:8]}
    answer = log_in(cast.galih).post(f"/photos/{claim.pk}/original/remove/", sent)
    assert answer.status_code == 400
    assert says in answer.content.decode()
    assert sent["reason"] in answer.content.decode()
    claim.photo.refresh_from_db()
    assert claim.photo.removed_at is None


def test_nobody_else_is_offered_to_remove(cast: Cast, claim: Claim):
    assert "original/remove" not in page(cast.eko, claim)
    assert log_in(cast.eko).post(f"/photos/{claim.pk}/original/remove/", {}).status_code == 403
