"""Pages of pairs and cases: who is refused, what is shown, a conclusion in two steps."""

from datetime import date

import pytest
from django.contrib.gis.geos import LineString, Point
from django.test import Client

from duplicates.engagements import open_engagement
from duplicates.models import Decision, Engagement, Pair, Scan
from duplicates.scan import scan_register
from photos.models import SamePicture
from projects.models import Relation
from tests.cast import Cast
from tests.factories import ClaimFactory, PhotoFactory, ProjectFactory, SiteFactory

HERE = Point(114.2, -8.25, srid=4326)


def twin(cast: Cast, year: int, title: str, **known: object):
    return ProjectFactory(
        **{
            "village": cast.sragi,
            "fiscal_year": year,
            "title": title,
            "work_type": "drain",
            "point": HERE.clone(),
        }
        | known
    )


@pytest.fixture
def pair(cast: Cast) -> Pair:
    twin(cast, 2025, "Drainase Gang Kenanga RT 02/RW 01", sources=["DDS"], planned=174_500_000)
    twin(cast, 2026, "Pemb. drainase gg Kenanga RT 2 RW 1 <b>", sources=["PBK"], planned=184_500_000)
    scan_register(actor=None)
    return Pair.objects.get()


def logged_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def addresses(pair: Pair) -> list[str]:
    return [
        "/duplicates/", f"/duplicates/cases/{pair.case_id}/", f"/duplicates/pairs/{pair.pk}/",
        "/duplicates/pairs.csv", "/duplicates/pairs.xlsx", "/duplicates/pairs.html",
    ]  # fmt: skip


@pytest.mark.parametrize("who", ["ani", "budi", "catur", "dewi", "galih", "tamu"])
def test_it_refuses_all_but_monitors_and_auditors(cast: Cast, pair: Pair, who: str) -> None:
    client = logged_in(getattr(cast, who))
    assert {client.get(address).status_code for address in addresses(pair)} == {403}
    assert client.post("/duplicates/scan/", {"radius_m": 100}).status_code == 403
    assert client.post(f"/duplicates/pairs/{pair.pk}/conclude/", {}).status_code == 403
    assert client.get("/duplicates/engagements/new/").status_code == 403


def test_it_sends_anonymous_people_to_the_log_in(client: Client, pair: Pair) -> None:
    for address in addresses(pair):
        assert client.get(address).status_code == 302


def test_it_opens_for_monitors_and_auditors(cast: Cast, pair: Pair) -> None:
    for person in (cast.eko, cast.fitri):
        client = logged_in(person)
        assert {client.get(a, follow=True).status_code for a in addresses(pair)} == {200}


def test_it_lists_pairs_and_filters_them(cast: Cast, pair: Pair) -> None:
    client = logged_in(cast.eko)

    def listed(query: str) -> bool:
        return "Drainase Gang Kenanga RT 02" in client.get(f"/duplicates/?{query}").content.decode()

    assert listed("")
    assert listed("year=2025&place=35.10.17&q=kenanga&min_probability=0.5")
    for empty in ("q=mawar", "state=concluded", "year=1999"):
        assert listed(empty) is (empty == "year=1999")  # a year nobody has is not a choice: the form says so
    twin(cast, 2024, "Paving Gang Mawar")
    assert not listed("year=2024")


def test_it_keeps_filters_in_downloads(cast: Cast, pair: Pair) -> None:
    client = logged_in(cast.eko)
    assert len(client.get("/duplicates/pairs.csv").content.decode().splitlines()) == 2
    assert len(client.get("/duplicates/pairs.csv?q=mawar").content.decode().splitlines()) == 1


def test_it_scans_from_the_page(cast: Cast) -> None:
    twin(cast, 2025, "Drainase Gang Kenanga RT 2")
    twin(cast, 2026, "Drainase Gang Kenanga RT 02")
    answer = logged_in(cast.fitri).post(
        "/duplicates/scan/", {"radius_m": "100", "year": "", "place": ""}, follow=True
    )
    assert "2 pekerjaan diperiksa: 1 pasangan terindikasi ganda." in answer.content.decode()
    assert Scan.objects.get().started_by == cast.fitri
    logged_in(cast.fitri).post("/duplicates/scan/", {"radius_m": "0"})
    assert Scan.objects.count() == 1


def test_it_shows_the_facts_first_and_the_score_last(cast: Cast, pair: Pair) -> None:
    page = logged_in(cast.eko).get(f"/duplicates/cases/{pair.case_id}/").content.decode()
    order = [
        page.index(text)
        for text in (
            "<h1>Dua pekerjaan di titik yang sama</h1>", "tahun 2025 dan 2026", "Rp174.500.000", "Kesimpulan",
            "badge-medium" if "badge-medium" in page else "badge-high", "bukan bukti",
        )
    ]  # fmt: skip
    assert order == sorted(order)
    assert "<mark>Pemb</mark>" in page
    assert "&lt;b&gt;" in page
    assert "checked" not in page  # no conclusion is chosen beforehand


def test_it_says_how_much_of_two_lines_is_the_same(cast: Cast) -> None:
    for year, east in ((2025, 0.0), (2026, 0.001)):
        lane = twin(cast, year, "Drainase Gang Kenanga RT 2", sites=0)
        line = LineString((114.2 + east, -8.25), (114.2 + east + 0.003, -8.25), srid=4326)
        SiteFactory(project=lane, extent=line)
    scan_register(actor=None)
    page = logged_in(cast.eko).get(f"/duplicates/cases/{Pair.objects.get().case_id}/").content.decode()
    assert "<h1>220 m dari 330 m ruas yang sama</h1>" in page


def test_it_says_which_relation_is_declared(cast: Cast, pair: Pair) -> None:
    Relation.objects.create(project=pair.right, other=pair.left, kind="carried_over_from")
    page = logged_in(cast.eko).get(f"/duplicates/cases/{pair.case_id}/").content.decode()
    assert "hubungan tercatat: Lanjutan tahun lalu (DPAL)" in page


def test_it_says_which_photos_are_one_picture(cast: Cast, pair: Pair) -> None:
    photo, saved_again = PhotoFactory(), PhotoFactory()
    claim = ClaimFactory(project=pair.left, photo=photo, progress=100)
    ClaimFactory(project=pair.right, photo=photo, progress=50)
    ClaimFactory(project=pair.right, photo=saved_again, progress=0, shared_reason="Satu papan nama.")
    SamePicture.objects.create(left=photo, right=saved_again, how="near", similarity=0.84)
    page = logged_in(cast.eko).get(f"/duplicates/cases/{pair.case_id}/").content.decode()
    assert "foto 100 % tahun 2025 dan foto 50 % tahun 2026 satu gambar" in page
    assert "Berkas yang sama, byte demi byte." in page
    assert "Gambar yang sama setelah diubah (kemiripan 84 %)." in page
    assert "Dinyatakan dipakai bersama: “Satu papan nama.”" in page
    assert f'data-src="/photos/{claim.pk}/display/"' in page or "data-cut" in page


def test_it_concludes_in_two_steps_with_a_reason(cast: Cast, pair: Pair) -> None:
    client = logged_in(cast.eko)
    address = f"/duplicates/pairs/{pair.pk}/conclude/"
    assert client.post(address, {"kind": "duplicate", "reason": ""}).status_code == 422
    asked = {"kind": "partly", "metres": "363", "reason": "STA 0–363 sama."}
    first = client.post(address, asked)
    assert "Periksa sekali lagi" in first.content.decode()
    assert not Decision.objects.exists()
    client.post(address, asked | {"confirmed": "1"})
    decision = Decision.objects.get()
    assert (decision.kind, decision.metres, decision.decided_by) == ("partly", 363.0, cast.eko)
    scan_register(actor=None)
    page = client.get(f"/duplicates/cases/{pair.case_id}/").content.decode()
    assert "STA 0–363 sama." in page


def test_it_withdraws_with_a_reason(cast: Cast, pair: Pair) -> None:
    client = logged_in(cast.eko)
    asked = {"kind": "duplicate", "reason": "Satu.", "confirmed": "1"}
    client.post(f"/duplicates/pairs/{pair.pk}/conclude/", asked)
    decision = Decision.objects.get()
    client.post(f"/duplicates/decisions/{decision.pk}/withdraw/", {"reason": ""})
    assert Decision.objects.in_force().exists()
    client.post(f"/duplicates/decisions/{decision.pk}/withdraw/", {"reason": "Keliru."})
    assert not Decision.objects.in_force().exists()
    assert "Keliru." in client.get(f"/duplicates/cases/{pair.case_id}/").content.decode()


def test_it_leads_an_auditor_from_engagement_to_finding(cast: Cast, pair: Pair) -> None:
    client = logged_in(cast.fitri)
    case = f"/duplicates/cases/{pair.case_id}/"
    assert "Temuan ditulis dalam penugasan" in client.get(case).content.decode()
    form = {
        "assignment": "700/118/2026", "title": "", "places": ["35.10"], "first_year": "2025", "last_year": "2026",
        "cut_off": "2099-12-31",
    }  # fmt: skip
    client.post("/duplicates/engagements/new/", form)
    engagement = Engagement.objects.get()
    finding = {"kind": "duplicate", "reason": "Satu saluran.", "engagement": engagement.pk, "confirmed": "1"}
    client.post(f"/duplicates/pairs/{pair.pk}/conclude/", finding)
    assert Decision.objects.get().engagement == engagement
    assert "Satu saluran." in client.get(case).content.decode()
    assert "Satu saluran." not in logged_in(cast.eko).get(case).content.decode()


def test_it_does_not_let_an_auditor_use_anothers_engagement(cast: Cast, pair: Pair) -> None:
    theirs = Engagement.objects.create(
        assignment="X", first_year=2025, last_year=2026, cut_off=date(2099, 12, 31)
    )
    theirs.places.add(cast.regency)
    open_engagement(
        actor=cast.fitri, assignment="Y", title="", places=[cast.regency], first_year=2025, last_year=2026,
        cut_off=date(2099, 12, 31),
    )  # fmt: skip
    finding = {"kind": "duplicate", "reason": "Satu.", "engagement": theirs.pk, "confirmed": "1"}
    answer = logged_in(cast.fitri).post(f"/duplicates/pairs/{pair.pk}/conclude/", finding)
    assert answer.status_code == 422
    assert not Decision.objects.exists()


def test_it_refuses_an_engagement_whose_years_run_backwards(cast: Cast) -> None:
    form = {
        "assignment": "Z",
        "places": ["35.10"],
        "first_year": "2026",
        "last_year": "2025",
        "cut_off": "2099-12-31",
    }
    answer = logged_in(cast.fitri).post("/duplicates/engagements/new/", form)
    assert answer.status_code == 422
    assert not Engagement.objects.exists()


def test_it_knows_no_other_cases(cast: Cast, pair: Pair) -> None:
    client = logged_in(cast.eko)
    assert client.get("/duplicates/cases/999999/").status_code == 404
    assert client.get("/duplicates/pairs/999999/").status_code == 404


def test_it_speaks_english(cast: Cast, pair: Pair) -> None:
    client = logged_in(cast.eko)
    answer = client.get("/duplicates/", HTTP_ACCEPT_LANGUAGE="en")
    assert answer.status_code == 200


def test_it_closes_an_engagement_for_its_team_only(cast: Cast) -> None:
    engagement = open_engagement(
        actor=cast.fitri, assignment="Y", title="", places=[cast.regency], first_year=2025, last_year=2026,
        cut_off=date(2099, 12, 31),
    )  # fmt: skip
    address = f"/duplicates/engagements/{engagement.pk}/close/"
    assert logged_in(cast.eko).post(address).status_code == 404
    logged_in(cast.fitri).post(address)
    engagement.refresh_from_db()
    assert engagement.closed_at is not None
    assert logged_in(cast.fitri).post(address).status_code == 409
