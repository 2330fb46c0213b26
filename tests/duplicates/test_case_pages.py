"""The case: queue by money, two at once, merge in two steps, remarks with files, follow-ups, whose turn it is."""

import hashlib
import re
from datetime import date
from decimal import Decimal

import pytest
from django.contrib.gis.geos import Point
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEvent, Role
from duplicates import handling, reasons, remarks
from duplicates.decisions import conclude, withdraw
from duplicates.engagements import open_engagement
from duplicates.models import Case, Decision, DecisionKind, Engagement, FollowUp, Merge, Pair, Remark, Scan
from duplicates.reopening import look
from photos.models import Claim
from places.problems import Problem
from projects.models import Project, Status
from tests.cast import Cast
from tests.factories import (
    ClaimFactory,
    DutyFactory,
    FundSourceFactory,
    PhotoFactory,
    ProjectFactory,
    SiteFactory,
    UserFactory,
)

PDF = b"%PDF-1.7\nBerita acara"


def a_case(cast: Cast, money: int = 100_000_000, years: tuple[int, int] = (2025, 2026), **known) -> Pair:
    """Two like projects as a scan leaves them: a pair in a case with its money."""
    left, right = sorted(
        (
            ProjectFactory(
                **{
                    "village": cast.sragi, "fiscal_year": year, "title": "Drainase Gang Kenanga RT 2",
                    "work_type": "drain", "point": Point(114.2, -8.25, srid=4326), "planned": Decimal(money),
                } | known
            )
            for year in years
        ),
        key=lambda project: project.code,
    )  # fmt: skip
    said = {"code": "case.same_spot", "params": {}}
    return Pair.objects.create(
        left=left, right=right, scan=Scan.objects.create(), case=Case.objects.create(money=money),
        distance_m=0, weight=6, probability=0.98,
        signals=[{"signal": "distance", "level": "same_spot", "weight": 4.0, "message": said}],
    )  # fmt: skip


@pytest.fixture
def pair(cast: Cast) -> Pair:
    return a_case(cast)


@pytest.fixture
def engagement(cast: Cast) -> Engagement:
    return open_engagement(
        actor=cast.fitri, assignment="700/118/2026", title="", places=[cast.regency], first_year=2025,
        last_year=2026, cut_off=date(2099, 12, 31),
    )  # fmt: skip


def logged_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page_of(person, pair: Pair) -> str:
    return logged_in(person).get(f"/duplicates/cases/{pair.case_id}/").content.decode()


# ---- the queue


def queued(person, query: str = "") -> list[int]:
    answer = logged_in(person).get(f"/duplicates/cases/?{query}")
    return [case.pk for case, _pairs in answer.context["rows"]]


def test_it_queues_cases_by_money(cast: Cast) -> None:
    small, large = a_case(cast, 50_000_000), a_case(cast, 900_000_000)
    assert queued(cast.eko) == [large.case_id, small.case_id]
    assert "Rp900.000.000" in logged_in(cast.eko).get("/duplicates/cases/").content.decode()


def test_it_filters_the_queue_by_year_district_name_and_turn(cast: Cast) -> None:
    old, new = a_case(cast, 1, (2023, 2024)), a_case(cast, 2, title="Paving Gang Mawar")
    Case.objects.filter(pk=new.case_id).update(assigned_to=cast.eko)
    assert queued(cast.eko, "year=2023") == [old.case_id]
    assert queued(cast.eko, "place=35.10.17&q=mawar") == [new.case_id]
    assert queued(cast.eko, "state=mine") == queued(cast.fitri, "state=assigned") == [new.case_id]
    assert queued(cast.fitri, "state=mine") == []
    form = logged_in(cast.eko).get("/duplicates/cases/").context["form"]
    assert [value for value, _label in form.fields["year"].choices] == ["", "2026", "2025", "2024", "2023"]


def test_a_concluded_case_leaves_the_queue_and_comes_back_when_its_data_change(
    cast: Cast, pair: Pair
) -> None:
    conclude(pair=pair, kind="elsewhere", reason="Beda gang.", actor=cast.eko)
    assert queued(cast.eko) == []
    assert queued(cast.eko, "state=concluded") == [pair.case_id]
    assert queued(cast.fitri) == [pair.case_id]  # triage is not her finding
    Project.objects.filter(pk=pair.left_id).update(title="Drainase Gang Mawar")
    look([pair.left_id])
    assert queued(cast.eko) == [pair.case_id]
    page = page_of(cast.eko, pair)
    assert "karena datanya berubah" in page
    assert "nama: Drainase Gang Kenanga RT 2 → Drainase Gang Mawar" in page


@pytest.mark.parametrize("who", ["ani", "dewi", "galih", "tamu"])
def test_it_refuses_all_but_monitors_and_auditors(cast: Cast, pair: Pair, who: str) -> None:
    client = logged_in(getattr(cast, who))
    assert client.get("/duplicates/cases/").status_code == 403
    for address in ("assign", "remarks"):
        assert client.post(f"/duplicates/cases/{pair.case_id}/{address}/", {"text": "x"}).status_code == 403
    assert not Remark.objects.exists()


def waiting(person) -> int:
    """What the menu shows beside "Indikasi ganda"."""
    menu = logged_in(person).get("/duplicates/cases/").context["nav"]
    return next(item["count"] for item in menu if item["url"] == "/duplicates/")


def test_the_menu_counts_the_cases_that_wait_for_the_person(cast: Cast, pair: Pair) -> None:
    assert (waiting(cast.eko), waiting(cast.fitri)) == (1, 1)
    conclude(pair=pair, kind="elsewhere", reason="Beda gang.", actor=cast.eko)
    assert (waiting(cast.eko), waiting(cast.fitri)) == (0, 1)  # triage is not her finding


def test_the_menu_counts_a_conclusion_that_was_opened_again(cast: Cast, pair: Pair) -> None:
    conclude(pair=pair, kind="elsewhere", reason="Beda gang.", actor=cast.eko)
    Project.objects.filter(pk=pair.left_id).update(title="Drainase Gang Mawar")
    look([pair.left_id])
    assert waiting(cast.eko) == 1


def test_the_menu_leaves_out_what_another_monitor_has(cast: Cast, pair: Pair) -> None:
    other = UserFactory(username="indra")
    DutyFactory(user=other, role=Role.MONITOR, place=cast.regency)
    assert (waiting(cast.eko), waiting(other)) == (1, 1)
    handling.assign(case=pair.case, to=other, seen=0, actor=cast.eko)
    assert (waiting(cast.eko), waiting(other), waiting(cast.fitri)) == (0, 1, 1)


def cost(person, address: str) -> int:
    """Queries of a page; what the menu counts is remembered from the one before, for half a minute."""
    client = logged_in(person)
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


@pytest.mark.parametrize("who", ["eko", "fitri"])
def test_the_page_costs_no_more_with_more_on_it(
    cast: Cast, pair: Pair, engagement: Engagement, who: str
) -> None:
    case, lists = f"/duplicates/cases/{pair.case_id}/", "/duplicates/cases/"
    FundSourceFactory(code="PBK", short="BKK")
    for progress in (0, 50, 100):
        for project in (pair.left, pair.right):
            ClaimFactory(project=project, progress=progress, photo=PhotoFactory())
    for number in range(6):
        a_case(cast, number)
        remarks.write(case=pair.case, actor=cast.eko, text=f"Catatan {number}")
        conclude(pair=pair, kind="field_check", reason=f"Lihat {number}", actor=cast.eko)
    Project.objects.filter(pk=pair.left_id).update(sources=["PBK"])
    look([pair.left_id])
    assert cost(getattr(cast, who), lists) <= 12
    assert cost(getattr(cast, who), case) <= 12


# ---- conclusions


def test_nothing_is_chosen_beforehand_and_the_length_is_filled_in(cast: Cast, pair: Pair) -> None:
    page = page_of(cast.eko, pair)
    assert "checked" not in page
    assert "Contoh alasan" in page


def test_facts_come_first_and_the_score_stands_last_in_three_words(cast: Cast, pair: Pair) -> None:
    Project.objects.filter(pk=pair.right_id).update(title="Saluran Gang Kenanga RT 2 sisi utara")
    remarks.write(case=pair.case, actor=cast.eko, text="Catatan.")
    conclude(pair=pair, kind="field_check", reason="Lihat.", actor=cast.eko)
    page = page_of(cast.eko, pair)
    order = [
        "<h1>Dua pekerjaan di titik yang sama</h1>", "tahun 2025 dan 2026", "case-side case-left", "data-pair-map",
        "Tahun anggaran", "Pagu", "Rencana", "Foto berpasangan", "Catatan kasus", 'id="conclude"',
        "Riwayat kesimpulan", "Kemiripan tinggi", "rincian metode", "Hanya untuk urutan pemeriksaan, bukan bukti.",
    ]  # fmt: skip
    places = [page.find(words) for words in order]
    assert -1 not in places, order[places.index(-1)]
    assert places == sorted(places)
    assert '<details class="score">' in page  # folded
    assert "<mark>" in page
    assert page.count("Rp100.000.000") >= 2


@pytest.mark.parametrize(
    ("probability", "words"),
    [(0.05, "Kemiripan rendah"), (0.5, "Kemiripan sedang"), (0.9, "Kemiripan tinggi")],
)
def test_likeness_has_three_words(cast: Cast, pair: Pair, probability: float, words: str) -> None:
    Pair.objects.filter(pk=pair.pk).update(probability=probability)
    assert words in page_of(cast.eko, pair)


def test_every_conclusion_of_the_design_is_offered_and_has_a_template(cast: Cast, pair: Pair) -> None:
    page = page_of(cast.eko, pair)
    for kind in DecisionKind.values:
        assert f'type="radio" name="kind" value="{kind}"' in page
    facts = dict.fromkeys(reasons.FACTS, "…")
    assert {template.kind for template in reasons.reasons_for(facts)} == set(DecisionKind.values)
    assert "Pekerjaan tahun 2025 dilanjutkan tahun 2026 dengan DPAL nomor … tanggal …" in page


def test_a_template_without_its_facts_is_left_out(cast: Cast, pair: Pair) -> None:
    assert "tumpang tindih, dari STA" not in page_of(cast.eko, pair)  # two points share no stretch


def test_two_at_once_never_overwrite_each_other(cast: Cast, pair: Pair) -> None:
    first, second = logged_in(cast.eko), logged_in(cast.eko)
    address = f"/duplicates/pairs/{pair.pk}/conclude/"
    asked = {"kind": "elsewhere", "reason": "Beda gang, lihat gambar.", "seen": "0", "confirmed": "1"}
    assert (
        first.post(
            address, {"kind": "duplicate", "reason": "Satu.", "seen": "0", "confirmed": "1"}
        ).status_code
        == 302
    )
    answer = second.post(address, asked)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Pak Eko menyimpulkan pasangan ini" in page
    assert "“Satu.”" in page
    assert "Beda gang, lihat gambar." in page  # nothing typed is lost
    newest = Decision.objects.get().pk
    assert f'name="seen" value="{newest}"' in page
    assert second.post(address, asked | {"seen": str(newest)}).status_code == 302
    assert Decision.objects.count() == 2


def test_it_merges_two_records_in_two_steps(cast: Cast, pair: Pair) -> None:
    client, address = logged_in(cast.eko), f"/duplicates/pairs/{pair.pk}/conclude/"
    asked = {"kind": "same_record", "reason": "Lewat impor dan dengan tangan."}
    assert client.post(address, asked).status_code == 422  # which lives, and whose money
    ClaimFactory(project=pair.left, progress=50)
    asked |= {"kept": pair.right.pk, "money": "once"}
    page = client.post(address, asked).content.decode()
    assert f"{pair.left.code} digabung ke {pair.right.code}. Yang pindah:" in page
    assert "1 foto" in page
    assert not Merge.objects.exists()
    client.post(address, asked | {"confirmed": "1"})
    assert Merge.objects.get().kept == pair.right
    page = page_of(cast.eko, pair)
    assert f"{pair.left.code} digabung ke {pair.right.code}." in page
    assert "Tarik dan pisahkan lagi" in page
    client.post(f"/duplicates/decisions/{Decision.objects.get().pk}/withdraw/", {"reason": "Ternyata dua."})
    pair.left.refresh_from_db()
    assert pair.left.status == Status.PLANNED


def test_a_merge_that_cannot_be_is_said_on_the_form(cast: Cast, pair: Pair) -> None:
    Project.objects.filter(pk=pair.right_id).update(status=Status.CANCELLED)
    asked = {
        "kind": "same_record",
        "reason": "Dobel.",
        "kept": pair.right_id,
        "money": "once",
        "confirmed": "1",
    }
    answer = logged_in(cast.eko).post(f"/duplicates/pairs/{pair.pk}/conclude/", asked)
    assert answer.status_code == 409
    assert "tidak dapat menjadi catatan yang dilanjutkan" in answer.content.decode()
    assert not Decision.objects.exists()


def test_an_auditor_is_not_asked_to_merge(cast: Cast, pair: Pair, engagement: Engagement) -> None:
    assert "Catatan yang dilanjutkan" not in page_of(cast.fitri, pair)
    asked = {"kind": "same_record", "reason": "Dobel.", "engagement": engagement.pk, "confirmed": "1"}
    logged_in(cast.fitri).post(f"/duplicates/pairs/{pair.pk}/conclude/", asked)
    assert Decision.objects.get().engagement == engagement
    assert not Merge.objects.exists()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"kind": ""}, "Bidang ini harus diisi."),
        ({"reason": "   "}, "Bidang ini harus diisi."),
        ({"reason": "x" * 2001}, "paling banyak 2000 karakter (sekarang 2001 karakter)"),
        ({"kind": "partly", "metres": ""}, "Isi panjang yang sama dalam meter."),
        ({"kind": "partly", "metres": "banyak"}, "Masukkan sebuah bilangan."),
        ({"kind": "partly", "metres": "-3"}, "lebih besar dari atau sama dengan 0.1"),
        ({"kind": "same_record"}, "Pilih catatan mana yang dilanjutkan."),
        ({"kind": "same_record", "kept": "1", "money": "half"}, "Pilih apakah uangnya sama atau berbeda."),
        (
            {"kind": "mungkin"},
            "Masukkan pilihan yang valid. mungkin bukan salah satu dari pilihan yang tersedia.",
        ),
    ],
)
def test_it_says_what_a_conclusion_lacks_and_keeps_what_was_typed(
    cast: Cast, pair: Pair, given: dict[str, str], said: str
) -> None:
    asked = {"kind": "elsewhere", "reason": "Beda gang, lihat gambar rencana."} | given
    answer = logged_in(cast.eko).post(f"/duplicates/pairs/{pair.pk}/conclude/", asked)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert asked["reason"].strip() in page
    assert not Decision.objects.exists()


def test_it_says_so_in_the_reader_s_language(cast: Cast, pair: Pair) -> None:
    client = logged_in(cast.eko)
    client.cookies["django_language"] = "en"
    answer = client.post(f"/duplicates/pairs/{pair.pk}/conclude/", {"kind": "elsewhere", "reason": ""})
    assert "This field is required." in answer.content.decode()


def test_a_refused_form_leaves_the_other_pairs_of_the_case_on_the_page(cast: Cast, pair: Pair) -> None:
    weaker = a_case(cast)
    Pair.objects.filter(pk=weaker.pk).update(case=pair.case, weight=1)
    answer = logged_in(cast.eko).post(f"/duplicates/pairs/{weaker.pk}/conclude/", {"reason": "Beda."})
    assert [other.pk for other, _decided in answer.context["pairs"]] == [pair.pk, weaker.pk]
    assert answer.context["shown"].pair == weaker


def test_the_way_back_from_the_second_look_loses_nothing(cast: Cast, pair: Pair) -> None:
    asked = {"kind": "partly", "metres": "120", "reason": "Dari STA 0 sampai 120."}
    client, address = logged_in(cast.eko), f"/duplicates/pairs/{pair.pk}/conclude/"
    assert 'name="back"' in client.post(address, asked).content.decode()
    page = client.post(address, asked | {"back": "1"}).content.decode()
    assert "Dari STA 0 sampai 120." in page
    assert re.search(r'value="partly"[^>]* checked', page)
    assert not Decision.objects.exists()


def forms_of(pair: Pair, decision: Decision) -> list[tuple[str, str, dict[str, str]]]:
    """(what is gone, address, what was typed) for every form of a case."""
    return [
        (
            "pair",
            f"/duplicates/pairs/{pair.pk}/conclude/",
            {"kind": "elsewhere", "reason": "Sudah saya tulis."},
        ),
        ("decision", f"/duplicates/decisions/{decision.pk}/withdraw/", {"reason": "Sudah saya tulis."}),
        (
            "decision",
            f"/duplicates/decisions/{decision.pk}/follow-ups/",
            {"follow-kind": "other", "follow-on": "2026-11-20", "follow-note": "Sudah saya tulis."},
        ),
        ("case", f"/duplicates/cases/{pair.case_id}/remarks/", {"text": "Sudah saya tulis."}),
    ]


@pytest.mark.parametrize("number", range(4), ids=["conclude", "withdraw", "follow_up", "remark"])
def test_what_was_typed_comes_back_when_its_case_is_gone(cast: Cast, pair: Pair, number: int) -> None:
    decision = conclude(pair=pair, kind="duplicate", reason="Satu.", actor=cast.eko)
    _what, address, typed = forms_of(pair, decision)[number]
    client = logged_in(cast.eko)
    Decision.objects.all().delete()
    Pair.objects.all().delete()
    Case.objects.all().delete()
    answer = client.post(address, typed)
    page = answer.content.decode()
    assert answer.status_code == 404
    assert "Kasus ini tidak ada lagi" in page
    assert "Sudah saya tulis." in page


def test_a_case_that_is_gone_is_said_to_who_hands_it_over(cast: Cast, pair: Pair) -> None:
    Pair.objects.update(case=None)
    answer = logged_in(cast.eko).post(f"/duplicates/cases/{pair.case_id}/assign/", {"to": ""})
    assert answer.status_code == 404
    assert "Kasus ini tidak ada lagi" in answer.content.decode()


@pytest.mark.parametrize(
    ("reason", "said"), [("", "Bidang ini harus diisi."), ("x" * 501, "paling banyak 500 karakter")]
)
def test_it_asks_why_a_conclusion_is_taken_back(cast: Cast, pair: Pair, reason: str, said: str) -> None:
    decision = conclude(pair=pair, kind="duplicate", reason="Satu.", actor=cast.eko)
    address = f"/duplicates/decisions/{decision.pk}/withdraw/"
    answer = logged_in(cast.eko).post(address, {"reason": reason})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert reason in answer.content.decode()
    decision.refresh_from_db()
    assert decision.withdrawn_at is None


def test_what_was_taken_back_meanwhile_is_said_beside_what_was_typed(cast: Cast, pair: Pair) -> None:
    decision = conclude(pair=pair, kind="duplicate", reason="Satu.", actor=cast.eko)
    withdraw(decision=decision, reason="Keliru.", actor=cast.eko)
    note = {"follow-kind": "other", "follow-on": "2026-11-20", "follow-note": "Sudah ditanyakan."}
    late = logged_in(cast.eko).post(f"/duplicates/decisions/{decision.pk}/follow-ups/", note)
    assert late.status_code == 409
    assert "tindak lanjut tidak dapat ditambahkan" in late.content.decode()
    assert "Sudah ditanyakan." in late.content.decode()
    answer = logged_in(cast.eko).post(
        f"/duplicates/decisions/{decision.pk}/withdraw/", {"reason": "Salah pasang."}
    )
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Kesimpulan ini sudah ditarik." in page
    assert "Salah pasang." in page


def test_the_reason_comes_back_when_a_merge_can_no_longer_be_undone(cast: Cast, pair: Pair) -> None:
    ClaimFactory(project=pair.left, progress=50)
    asked = {"pair": pair, "kind": "same_record", "reason": "Dobel.", "actor": cast.eko}
    decision = conclude(**asked, kept=pair.right, money="once")
    Claim.objects.update(site=SiteFactory(project=pair.right, no=9))
    answer = logged_in(cast.eko).post(
        f"/duplicates/decisions/{decision.pk}/withdraw/", {"reason": "Ternyata dua."}
    )
    page = answer.content.decode()
    assert answer.status_code == 409
    assert f"foto pada {pair.right.code}" in page
    assert "Ternyata dua." in page


# ---- what follows


def test_it_records_what_follows_a_duplicate(cast: Cast, pair: Pair) -> None:
    decision = conclude(pair=pair, kind="duplicate", reason="Satu.", actor=cast.eko)
    address = f"/duplicates/decisions/{decision.pk}/follow-ups/"
    letter = {"follow-kind": "letter", "follow-on": "2026-11-20", "follow-document": "700/41/2026"}
    assert logged_in(cast.eko).post(address, letter).status_code == 302
    stopped = {"follow-kind": "money_stopped", "follow-on": "2026-11-21", "follow-amount": "100000000"}
    assert logged_in(cast.eko).post(address, stopped).status_code == 302
    page = page_of(cast.eko, pair)
    assert "700/41/2026" in page
    assert "Dana dihentikan" in page
    assert AuditEvent.objects.filter(action="follow_up.recorded").count() == 2


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"follow-kind": "letter"}, "Isi nomor suratnya."),
        ({"follow-kind": "money_stopped"}, "Isi nilai rupiahnya, lebih dari nol."),
        ({"follow-kind": "lives"}, "Pilih pekerjaan yang dilanjutkan."),
        ({"follow-kind": "other"}, "Tulis uraiannya."),
        ({"follow-kind": "letter", "follow-document": "1", "follow-on": "2099-01-01"}, "belum tiba"),
        ({"follow-kind": "letter", "follow-document": "1", "follow-due": "2026-01-01"}, "mendahului"),
    ],
    ids=["letter", "money", "lives", "other", "future", "due"],
)
def test_it_asks_for_what_a_follow_up_lacks(cast: Cast, pair: Pair, given: dict, said: str) -> None:
    decision = conclude(pair=pair, kind="duplicate", reason="Satu.", actor=cast.eko)
    answer = logged_in(cast.eko).post(
        f"/duplicates/decisions/{decision.pk}/follow-ups/", {"follow-on": "2026-11-20"} | given
    )
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not FollowUp.objects.exists()


# ---- remarks and files


def test_it_keeps_a_file_by_content_and_gives_it_back_as_a_download(cast: Cast, pair: Pair) -> None:
    client, address = logged_in(cast.eko), f"/duplicates/cases/{pair.case_id}/remarks/"
    file = SimpleUploadedFile("../Berita acara <1>.pdf", PDF)
    assert client.post(address, {"text": "Lihat lampiran.", "file": file}).status_code == 302
    remark = Remark.objects.get()
    assert remark.sha256 == hashlib.sha256(PDF).hexdigest()
    assert remark.file == f"case-files/{remark.sha256[:2]}/{remark.sha256}.pdf"
    assert "Lihat lampiran." in page_of(cast.eko, pair)
    answer = client.get(f"/duplicates/remarks/{remark.pk}/file/")
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert (answer["X-Content-Type-Options"], answer["Cache-Control"]) == ("nosniff", "private, no-store")
    assert "sandbox" in answer["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("x.html", b"<script>", "tidak dapat dilampirkan"),
        ("x.pdf", b"<script>", "bukan PDF seperti namanya"),
        ("x.csv", b"\x00\x01", "bukan CSV seperti namanya"),
        ("noname", b"%PDF-", "tidak dapat dilampirkan"),
    ],
)
def test_it_refuses_files_that_are_not_what_they_say(cast: Cast, pair: Pair, name, content, said) -> None:
    answer = logged_in(cast.eko).post(
        f"/duplicates/cases/{pair.case_id}/remarks/",
        {"text": "Catatan panjang.", "file": SimpleUploadedFile(name, content)},
    )
    assert answer.status_code in {400, 422}
    assert said in answer.content.decode()
    assert "Catatan panjang." in answer.content.decode()  # what was typed is still there
    assert not Remark.objects.exists()


def test_it_refuses_a_file_that_is_too_large(cast: Cast, pair: Pair, monkeypatch) -> None:
    monkeypatch.setattr(remarks, "MOST_BYTES", 10)
    with pytest.raises(Problem) as caught:
        remarks.write(case=pair.case, actor=cast.eko, upload=SimpleUploadedFile("x.pdf", PDF))
    assert (caught.value.code, caught.value.status) == ("remark.too_large", 413)


def test_it_does_not_hand_out_bytes_that_were_changed(cast: Cast, pair: Pair) -> None:
    remark = remarks.write(case=pair.case, actor=cast.eko, upload=SimpleUploadedFile("x.pdf", PDF))
    Remark.objects.update(sha256="0" * 64)
    assert logged_in(cast.eko).get(f"/duplicates/remarks/{remark.pk}/file/").status_code == 404


def test_remarks_of_an_engagement_are_its_team_s(cast: Cast, pair: Pair, engagement: Engagement) -> None:
    remark = remarks.write(
        case=pair.case, actor=cast.fitri, text="Rahasia tim.", upload=SimpleUploadedFile("x.pdf", PDF),
        engagement=engagement,
    )  # fmt: skip
    other = UserFactory(username="hari")
    DutyFactory(user=other, role=Role.AUDITOR, place=cast.regency)
    assert "Rahasia tim." in page_of(cast.fitri, pair)
    for stranger in (cast.eko, other):
        assert "Rahasia tim." not in page_of(stranger, pair)
        assert logged_in(stranger).get(f"/duplicates/remarks/{remark.pk}/file/").status_code == 404


# ---- whose turn it is


def test_a_monitor_gives_a_case_to_a_monitor(cast: Cast, pair: Pair) -> None:
    client, address = logged_in(cast.eko), f"/duplicates/cases/{pair.case_id}/assign/"
    client.post(address, {"to": cast.eko.pk, "seen": "0"})
    assert Case.objects.get().assigned_to == cast.eko
    assert "Ditangani Pak Eko." in page_of(cast.fitri, pair)
    answer = client.post(address, {"to": "", "seen": "0"})  # seen before somebody else gave it away
    assert answer.status_code == 409
    assert "Kasus ini baru saja diserahkan kepada Pak Eko." in answer.content.decode()
    client.post(address, {"to": "", "seen": cast.eko.pk})
    assert Case.objects.get().assigned_to is None


def test_others_do_not_assign_and_nobody_else_is_assigned(cast: Cast, pair: Pair) -> None:
    address = f"/duplicates/cases/{pair.case_id}/assign/"
    assert logged_in(cast.fitri).post(address, {"to": cast.eko.pk}).status_code == 403
    logged_in(cast.eko).post(address, {"to": cast.ani.pk})
    assert Case.objects.get().assigned_to is None
