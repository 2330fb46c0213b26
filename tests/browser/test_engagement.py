"""An engagement in the browser, on a phone: pairs, the state at the cut-off, the sheet, the second pair of eyes."""

import re
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import Role, User
from duplicates.decisions import conclude
from duplicates.engagements import open_engagement
from duplicates.models import Case, Criterion, Decision, Pair, Remark, Scan
from projects.models import Project
from projects.saving import edit_project
from tests.cast import Cast
from tests.factories import DutyFactory, ProjectFactory, UserFactory


@pytest.fixture
def hana(cast: Cast) -> User:
    user = UserFactory(username="hana", name="Bu Hana")
    DutyFactory(user=user, role=Role.AUDITOR, place=cast.regency)
    return user


@pytest.fixture
def finding(cast: Cast, hana: User) -> Decision:
    """A lane paid from two years; the village renamed one after the cut-off."""
    with time_machine.travel("2026-06-30T03:00:00Z"):
        made = found(cast, hana)
    edit_project(actor=cast.ani, project=made.pair.right, changes={"title": "Drainase Krajan"})
    return made


def found(cast: Cast, hana: User) -> Decision:
    left = ProjectFactory(
        village=cast.sragi,
        title="Rabat beton jalan usaha tani Krajan RT 02/RW 01 " * 3,
        fiscal_year=2025,
    )
    right = ProjectFactory(village=cast.sragi, title="Pemb. jalan rabat cor JUT Krajan", fiscal_year=2026)
    Project.objects.filter(pk__in=[left.pk, right.pk]).update(
        planned=Decimal("999999999999"), sources=["DDS"]
    )
    engagement = open_engagement(
        actor=cast.fitri,
        assignment="700/118/2026",
        title="Dana Desa",
        objective="Menguji apakah satu pekerjaan dianggarkan dua kali.",
        places=[cast.regency],
        first_year=2025,
        last_year=2026,
        cut_off=date(2026, 6, 30),
        team=[hana],
    )
    case = Case.objects.create()
    pair = Pair.objects.create(left=left, right=right, case=case, distance_m=0, weight=5, probability=0.97)
    Criterion.objects.create(
        code="p",
        title="Permendagri 20/2018 tentang Pengelolaan Keuangan Desa",
        text="Tertib dan disiplin anggaran.",
        valid_from=date(2018, 5, 8),
    )
    Remark.objects.create(case=case, engagement=engagement, text="Cek lapangan 2 Juli.", author=cast.fitri)
    Scan.objects.create(engagement=engagement, state="done", projects=2, stored=1)
    return conclude(pair=pair, kind="duplicate", reason="Satu ruas.", actor=cast.fitri, engagement=engagement)


def fits(page: Page) -> None:
    """Nothing sticks out to the right; asked of the page that a click has led to."""
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("width", [390, 1440])
def test_a_finding_is_written_reviewed_and_answered(
    open_page, cast: Cast, hana: User, finding: Decision, width: int
) -> None:
    engagement = finding.engagement
    assert engagement is not None
    page = open_page(reverse("engagement", args=[engagement.pk]), user=cast.fitri, width=width)
    for tab in ("Temuan", "Pemindaian", "Catatan", "Pasangan"):
        page.locator(".tabs").get_by_role("link", name=tab).click()
        expect(page.locator(".tabs [aria-current]")).to_have_text(re.compile(tab))
        fits(page)
    page.locator(".pair-link").click()
    expect(page.get_by_text("Pemb. jalan rabat cor JUT Krajan → Drainase Krajan")).to_be_visible()
    fits(page)
    page.get_by_role("link", name="Ganda", exact=True).click()
    expect(page.get_by_label("Kondisi")).not_to_have_value("")
    page.get_by_label("Permendagri 20/2018").check()
    page.get_by_label("Sebab").fill("Data desa dan dinas tidak dibandingkan.")
    page.get_by_label("Rekomendasi").fill("Hentikan salah satu anggaran.")
    page.get_by_role("button", name="Simpan lembar").click()
    expect(page.get_by_text("Lembar temuan tersimpan.")).to_be_visible()
    expect(page.get_by_text("Draf: menunggu diperiksa anggota lain.")).to_be_visible()
    expect(page.get_by_role("button", name="Nyatakan diperiksa")).to_have_count(0)
    fits(page)

    second = open_page(reverse("finding", args=[finding.pk]), user=hana, width=width)
    second.get_by_role("button", name="Nyatakan diperiksa").click()
    expect(second.get_by_text("Temuan diperiksa; masuk laporan.")).to_be_visible()
    second.get_by_text("Catat tanggapan atau tindak lanjut").click()
    second.get_by_label("Tindak lanjut").select_option("reply")
    second.get_by_label("Uraian").fill("Kami kembalikan.")
    second.get_by_role("button", name="Catat", exact=True).click()
    expect(second.get_by_text("Kami kembalikan.")).to_be_visible()
    fits(second)
    finding.refresh_from_db()
    assert finding.reviewed_by == hana
    assert finding.sheet.recommendation == "Hentikan salah satu anggaran."
