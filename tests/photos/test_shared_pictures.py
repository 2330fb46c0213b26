"""The auditor's list of pictures that serve several claims: declared or not, both sides in reach, as a page and CSV."""

import csv
import io
import re

import pytest

from photos.models import Claim, SamePicture
from photos.shared_pictures import uses
from projects import filters
from tests.cast import Cast
from tests.factories import ClaimFactory, PhotoFactory, ProjectFactory
from tests.photos.sent import log_in

NONE = filters.Filters()


@pytest.fixture
def claims(cast: Cast) -> dict[str, Claim]:
    """One board declared for two projects, and one picture under two files for projects of two villages."""
    sragi = ProjectFactory(village=cast.sragi, title="Jalan Sragi", fiscal_year=2025)
    other = ProjectFactory(village=cast.sragi, title="Drainase Sragi", fiscal_year=2026)
    bubuk = ProjectFactory(village=cast.bubuk, title="Jembatan Bubuk", fiscal_year=2026, published=False)
    board = PhotoFactory()
    found = {
        "board": ClaimFactory(photo=board, project=sragi, purpose="board", uploaded_by=cast.ani),
        "board_again": ClaimFactory(
            photo=board,
            project=other,
            purpose="board",
            shared_reason="Satu papan nama.",
            uploaded_by=cast.ani,
        ),
        "first": ClaimFactory(project=sragi, uploaded_by=cast.ani),
        "second": ClaimFactory(project=bubuk, uploaded_by=cast.catur, verdict="suspect"),
    }
    left, right = found["first"].photo, found["second"].photo
    SamePicture.objects.create(left=left, right=right, how="near", similarity=0.93)
    return found


def kinds(user, asked: filters.Filters = NONE, kind: str = "") -> set[tuple[int, int, str, str]]:
    return {(use.first, use.second, use.kind, use.how) for use in uses(user, asked, kind)}


def text(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_declared_and_undeclared_are_told_apart(cast: Cast, claims):
    declared = (claims["board"].pk, claims["board_again"].pk, "shared", "bytes")
    reused = (claims["first"].pk, claims["second"].pk, "reused", "near")
    assert kinds(cast.fitri) == {declared, reused}
    assert kinds(cast.fitri, kind="shared") == {declared}
    assert kinds(cast.fitri, kind="reused") == {reused}


def test_place_and_year_select_by_either_side(cast: Cast, claims):
    assert len(kinds(cast.fitri, filters.read({"year": "2025"}))) == 2
    assert len(kinds(cast.fitri, filters.read({"place": cast.bubuk.code}))) == 1
    assert kinds(cast.fitri, filters.read({"year": "2024"})) == set()


def test_a_pair_with_a_side_out_of_reach_is_not_there(cast: Cast, claims):
    cast.fitri.duties.update(place=cast.sragi)
    cast.fitri.__dict__.pop("duties_in_force", None)
    assert kinds(cast.fitri) == {(claims["board"].pk, claims["board_again"].pk, "shared", "bytes")}
    assert "Jembatan Bubuk" not in text(log_in(cast.fitri).get("/photos/shared/"))


def test_a_board_that_is_also_a_progress_photo_of_its_project_is_no_reuse(cast: Cast):
    project = ProjectFactory(village=cast.sragi)
    photo = PhotoFactory()
    ClaimFactory(photo=photo, project=project, purpose="board")
    ClaimFactory(photo=photo, project=project, purpose="progress")
    assert kinds(cast.fitri) == set()


def test_one_picture_for_two_stages_is_listed(cast: Cast):
    project, photo = ProjectFactory(village=cast.sragi), PhotoFactory()
    for progress in (50, 100):
        ClaimFactory(photo=photo, project=project, progress=progress)
    assert [use.kind for use in uses(cast.fitri, NONE)] == ["reused"]


def test_a_withdrawn_claim_is_not_listed(cast: Cast, claims):
    Claim.objects.filter(pk=claims["second"].pk).update(withdrawn_at=claims["second"].received_at)
    assert len(kinds(cast.fitri)) == 1


def test_the_page_shows_both_with_what_links_them(cast: Cast, claims):
    shown = text(log_in(cast.fitri).get("/photos/shared/"))
    assert "Jalan Sragi" in shown
    assert "Jembatan Bubuk" in shown
    assert "Gambar yang sama" in shown
    assert "Alasan dari Bu Ani: Satu papan nama." in shown
    assert f'href="/photos/{claims["second"].pk}/"' in shown


def test_the_page_keeps_its_filters(cast: Cast, claims):
    shown = text(log_in(cast.eko).get("/photos/shared/?kind=shared&year=2026&place=35.10.17"))
    assert "Satu papan nama." in shown
    assert "Jembatan Bubuk" not in shown
    assert "/photos/shared.csv?year=2026&amp;place=35.10.17&amp;kind=shared" in shown
    assert '<option value="2026" selected>' in shown


def test_an_empty_list_says_why(cast: Cast):
    assert "Belum ada foto yang dipakai lebih dari sekali" in text(log_in(cast.eko).get("/photos/shared/"))
    assert "Tidak ada pasangan untuk saringan ini" in text(
        log_in(cast.eko).get("/photos/shared/?kind=shared")
    )


def test_a_table_has_a_row_for_each_pair(cast: Cast, claims):
    answer = log_in(cast.fitri).get("/photos/shared.csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["kind"] for row in rows] == ["reused", "shared"]
    assert (rows[0]["first_project"], rows[0]["similarity"]) == (claims["first"].project.code, "0.93")
    assert (rows[1]["declared_by"], rows[1]["reason"]) == ("Bu Ani", "Satu papan nama.")
    assert rows[0]["second_verdict"] == "suspect"


def test_a_table_holds_no_formula(cast: Cast, claims):
    Claim.objects.filter(pk=claims["board_again"].pk).update(shared_reason="=1+1")
    assert "'=1+1" in log_in(cast.fitri).get("/photos/shared.csv?kind=shared").content.decode()


def test_an_unknown_kind_is_said(cast: Cast):
    answer = log_in(cast.eko).get("/photos/shared/?kind=palsu")
    assert answer.status_code == 400
    assert "palsu" in answer.content.decode()


@pytest.mark.parametrize("who", ["ani", "budi", "dewi", "galih", "tamu"])
def test_it_is_for_monitors_and_auditors(cast: Cast, who):
    assert log_in(getattr(cast, who)).get("/photos/shared/").status_code == 403
    assert log_in(getattr(cast, who)).get("/photos/shared.csv").status_code == 403


@pytest.mark.parametrize(
    ("who", "path"),
    [("fitri", "/projects/"), ("eko", "/photos/review/")],
    ids=["auditor: in the menu", "monitor: on the page of the queue"],
)
def test_monitors_and_auditors_find_the_list_where_they_work(cast: Cast, who: str, path: str):
    assert 'href="/photos/shared/"' in log_in(getattr(cast, who)).get(path).content.decode()


@pytest.mark.parametrize(("who", "path"), [("ani", "/field/"), ("dewi", "/photos/review/")])
def test_nobody_else_is_led_to_it(cast: Cast, who: str, path: str):
    assert 'href="/photos/shared/"' not in log_in(getattr(cast, who)).get(path).content.decode()
