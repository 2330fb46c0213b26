"""import_projects: every kind of file, every mistake, loading again, splits."""

import csv
import io
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import geopandas
import openpyxl
import pytest
from django.core.management import CommandError, call_command
from shapely.geometry import LineString, Point

from accounts.models import AuditEvent
from budgets.models import BudgetLine, BudgetVersion, VersionKind
from budgets.splitting import Part, split_into_projects, split_over_sites
from places.saying import say
from projects.imports import ImportRefused, Outcome, import_projects, mistakes_csv, near_warnings
from projects.models import ActivityCode, ImportMapping, Project, SiteSource, Status
from projects.saving import SiteDraft, edit_project, set_sites
from tests.cast import Cast
from tests.factories import FundSourceFactory, PlaceFactory, ProjectFactory

HEADER = "village,fiscal_year,source_key,title,work_type,lon,lat,fund_source,amount"
ROAD = '35.10.17.2001,2026,A1,Rabat beton Gang Melati,road,114.20,-8.25,DDS,"184.500.000"'
WELL = "35.10.17.2001,2026,A2,Sumur bor Dusun Krajan,water,114.21,-8.25,ADD,95000000"


@pytest.fixture(autouse=True)
def _sources(db: None) -> None:
    FundSourceFactory()
    FundSourceFactory(code="ADD", name="Alokasi Dana Desa", short="ADD")
    FundSourceFactory(code="PBP", name="Bantuan Keuangan Provinsi", short="BKP", aliases=["BANKEU_PROV"])


@pytest.fixture
def load(cast: Cast, tmp_path: Path):
    """load(text, …): import a CSV of this text as Bu Ani."""

    def load_(*lines: str, name: str = "kegiatan.csv", **options: object) -> Outcome:
        path = tmp_path / name
        path.write_text("\n".join(lines), encoding="utf-8")
        return import_projects(path, **({"actor": cast.ani} | options))  # type: ignore[arg-type]

    return load_


def counts(outcome: Outcome) -> tuple[int, int, int]:
    return outcome.new, outcome.changed, outcome.same


def codes(refused: pytest.ExceptionInfo[ImportRefused]) -> list[str]:
    return [mistake.reason.code for mistake in refused.value.mistakes]


def test_it_makes_projects_with_site_and_money(load) -> None:
    outcome = load(HEADER, ROAD, WELL)
    assert counts(outcome) == (2, 0, 0)
    assert outcome.totals == {"amount": Decimal(279_500_000)}
    road = Project.objects.get(source_key="A1")
    assert (road.code, road.status, road.planned, road.sources) == (
        "35.10.17.2001/2026/0001", Status.PLANNED, Decimal(184_500_000), ["DDS"],
    )  # fmt: skip
    version = road.sites.get().versions.get()
    assert (version.point.coords, version.source, version.document) == (
        (114.2, -8.25),
        "planned",
        "kegiatan.csv",
    )
    assert AuditEvent.objects.filter(action="project.imported").count() == 2


def test_loading_again_doubles_nothing(load) -> None:
    load(HEADER, ROAD, WELL)
    assert counts(load(HEADER, ROAD, WELL)) == (0, 0, 2)
    assert Project.objects.count() == 2
    assert BudgetLine.objects.count() == 2
    assert AuditEvent.objects.count() == 2


def test_loading_again_without_keys_doubles_nothing(load) -> None:
    header = "village,fiscal_year,title,work_type"
    row = "35.10.17.2001,2026,Sumur bor,water"
    load(header, row)
    assert counts(load(header, row)) == (0, 0, 1)
    assert Project.objects.count() == 1


def test_loading_again_changes_what_the_file_changed_and_nothing_else(load, cast: Cast) -> None:
    load(HEADER, ROAD)
    project = Project.objects.get()
    edit_project(
        actor=cast.ani,
        project=project,
        changes={"volume": Decimal(412), "title": "Rabat beton Gang Melati RT 2"},
    )
    outcome = load(HEADER, ROAD.replace("184.500.000", "190.000.000"))
    project.refresh_from_db()
    assert counts(outcome) == (0, 1, 0)
    assert project.planned == 190_000_000
    assert (project.title, project.volume) == ("Rabat beton Gang Melati RT 2", Decimal(412))
    load(HEADER, ROAD.replace("Gang Melati", "Gang Kenanga"))
    project.refresh_from_db()
    assert project.title == "Rabat beton Gang Kenanga"


def test_a_moved_point_moves_the_planned_site_but_not_a_surveyed_one(load, cast: Cast) -> None:
    load(HEADER, ROAD)
    project = Project.objects.get()
    load(HEADER, ROAD.replace("114.20,", "114.201,"))
    project.refresh_from_db()
    assert project.point.coords == (114.201, -8.25)
    assert project.sites.get().versions.count() == 2
    site = project.sites.get()
    survey = SiteDraft(pk=site.pk, point=(114.202, -8.251), source=SiteSource.SURVEYED)
    set_sites(actor=cast.ani, project=project, sites=[survey])
    outcome = load(HEADER, ROAD.replace("114.20,", "114.199,"))
    project.refresh_from_db()
    assert project.point.coords == (114.202, -8.251)
    assert "import.position_kept" in [note.code for note in outcome.notes]


def test_it_knows_a_project_by_our_own_code(load, cast: Cast) -> None:
    project = ProjectFactory(village=cast.sragi, number=7, title="Lama")
    assert counts(load("code,title", f"{project.code},Baru")) == (0, 1, 0)
    project.refresh_from_db()
    assert project.title == "Baru"


def test_a_project_made_by_hand_with_the_same_name_is_taken_for_the_row(load, cast: Cast) -> None:
    project = ProjectFactory(village=cast.sragi, title="Rabat beton Gang Melati", fiscal_year=2026)
    outcome = load(HEADER, ROAD)
    project.refresh_from_db()
    assert counts(outcome) == (0, 1, 0)
    assert project.source_key == "A1"
    assert project.planned == 184_500_000


def test_a_rehearsal_stores_nothing(load) -> None:
    assert counts(load(HEADER, ROAD, dry_run=True)) == (1, 0, 0)
    assert not Project.objects.exists()
    assert not BudgetVersion.objects.exists()


MISTAKES = {
    "no village": ("35.10.17.2999,2026,A1,X,road,,,DDS,1", "village", "import.village_unknown"),
    "empty village": (",2026,A1,X,road,,,DDS,1", "village", "import.empty_cell"),
    "another's village": ("35.10.17.2002,2026,A1,X,road,,,DDS,1", "village", "import.not_your_village"),
    "year": ("35.10.17.2001,26,A1,X,road,,,DDS,1", "fiscal_year", "import.year"),
    "no title": ("35.10.17.2001,2026,A1,,road,,,DDS,1", "title", "import.empty_cell"),
    "household data": ("35.10.17.2001,2026,A1,Rumah 3510171234560001,house,,,DDS,1", "title", "project.nik"),
    "kind": ("35.10.17.2001,2026,A1,X,castle,,,DDS,1", "work_type", "import.choice"),
    "no kind": ("35.10.17.2001,2026,A1,X,,,,DDS,1", "work_type", "import.work_type_missing"),
    "half a point": ("35.10.17.2001,2026,A1,X,road,114.2,,DDS,1", "lat", "import.half_a_point"),
    "not degrees": ("35.10.17.2001,2026,A1,X,road,timur,-8.25,DDS,1", "lon", "import.not_degrees"),
    "swapped": ("35.10.17.2001,2026,A1,X,road,-8.25,114.2,DDS,1", "lat", "places.outside_regency.swapped"),
    "sign lost": ("35.10.17.2001,2026,A1,X,road,114.2,8.25,DDS,1", "lat", "places.outside_regency.sign_lost"),
    "zero": ("35.10.17.2001,2026,A1,X,road,0,0,DDS,1", "lat", "places.outside_regency.zero"),
    "ambiguous": ("35.10.17.2001,2026,A1,X,road,,,DDS,1.250", "amount", "money.ambiguous"),
    "negative": ("35.10.17.2001,2026,A1,X,road,,,DDS,-5", "amount", "money.negative"),
    "no source": ("35.10.17.2001,2026,A1,X,road,,,,5", "fund_source", "import.source_missing"),
    "unknown source": ("35.10.17.2001,2026,A1,X,road,,,XYZ,5", "fund_source", "import.source_unknown"),
    "sources don't add up": (
        "35.10.17.2001,2026,A1,X,road,,,DDS=3;ADD=1,5", "amount", "import.amounts_differ",
    ),
    "more cells than headers": ("35.10.17.2001,2026,A1,X,road,,,DDS,5,6", "", "import.surplus_cells"),
}  # fmt: skip


@pytest.mark.parametrize(("row", "column", "code"), MISTAKES.values(), ids=MISTAKES)
def test_it_says_what_is_wrong_where_and_loads_nothing(load, row: str, column: str, code: str) -> None:
    with pytest.raises(ImportRefused) as refused:
        load(HEADER, WELL, row)
    (mistake,) = refused.value.mistakes
    assert (mistake.row, mistake.column, mistake.reason.code) == (3, column, code)
    assert say(mistake.reason) != code
    assert not Project.objects.exists()


WIDE = "village,fiscal_year,title,work_type,status,lon,lat,volume,tolerance_m,planned_start,planned_end,radius_m,extent"
UNSTORABLE = {
    "volume": ("planned,114.2,-8.25,1234567890123,,,,,", "volume", "import.number_range"),
    "tolerance": ("planned,114.2,-8.25,,90000,,,,", "tolerance_m", "import.number_range"),
    "dates": ("planned,114.2,-8.25,,,2026-05-01,2026-01-31,,", "planned_end", "project.dates"),
    "rough too late": ("in_progress,114.2,-8.25,,,,,500,", "radius_m", "sites.area_too_late"),
    "empty shape": ("planned,,,,,,,,LINESTRING EMPTY", "extent", "sites.extent"),
    "shape elsewhere": (
        'planned,114.2,-8.25,,,,,,"LINESTRING (114.2 -8.25, 10 10)"', "extent", "places.outside_regency",
    ),
    "crossing itself": (
        'planned,114.2,-8.25,,,,,,"POLYGON ((114.2 -8.25, 114.21 -8.26, 114.21 -8.25, 114.2 -8.26, 114.2 -8.25))"',
        "extent", "sites.extent",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("cells", "column", "code"), UNSTORABLE.values(), ids=UNSTORABLE)
def test_what_the_form_refuses_a_file_cannot_bring_in(load, cells: str, column: str, code: str) -> None:
    with pytest.raises(ImportRefused) as refused:
        load(WIDE, f"35.10.17.2001,2026,Rabat,road,{cells}")
    assert [(m.column, m.reason.code) for m in refused.value.mistakes] == [(column, code)]


def test_heights_in_a_shape_are_left_out(load) -> None:
    load(WIDE, '35.10.17.2001,2026,Rabat,road,,,,,,,,,"LINESTRING Z (114.2 -8.25 9, 114.201 -8.25 9)"')
    assert not Project.objects.get().sites.get().extent.hasz


@pytest.mark.parametrize(
    ("status", "published", "row"), [("draft", False, "published,ya"), ("planned", True, "status,draft")]
)
def test_no_file_makes_a_published_draft(load, cast: Cast, status: str, published: bool, row: str) -> None:
    project = ProjectFactory(village=cast.sragi, status=status, published=published)
    name, value = row.split(",")
    with pytest.raises(ImportRefused) as refused:
        load(f"code,{name}", f"{project.code},{value}", actor=None)
    assert [(m.column, m.reason.code) for m in refused.value.mistakes] == [(name, "import.published_draft")]


def test_only_those_who_publish_take_back_what_is_published(load, cast: Cast) -> None:
    project = ProjectFactory(village=cast.sragi, published=True)
    with pytest.raises(ImportRefused) as refused:
        load("code,published", f"{project.code},tidak")
    assert codes(refused) == ["import.may_not_publish"]
    assert counts(load("code,published", f"{project.code},ya")) == (0, 0, 1)


def test_rows_that_only_name_our_codes_stay_apart(load, cast: Cast) -> None:
    projects = [ProjectFactory(village=cast.sragi, source_key="") for _number in range(2)]
    assert counts(load("code,volume", *(f"{project.code},12" for project in projects))) == (0, 2, 0)
    assert list(Project.objects.values_list("source_key", flat=True)) == ["", ""]


def test_a_code_cannot_take_the_key_of_another_project(load, cast: Cast) -> None:
    load(HEADER, ROAD)
    other = ProjectFactory(village=cast.sragi, fiscal_year=2026, title="Lain", source_key="")
    with pytest.raises(ImportRefused) as refused:
        load("code,source_key", f"{other.code},A1")
    assert codes(refused) == ["import.key_taken"]


def test_it_finds_all_mistakes_at_once(load) -> None:
    with pytest.raises(ImportRefused) as refused:
        load(HEADER, "35.10.17.2001,26,A1,X,road,,,DDS,1.250", "x,2026,A2,X,road,,,DDS,1")
    assert sorted(codes(refused)) == ["import.village_unknown", "import.year", "money.ambiguous"]


def test_the_same_row_twice_is_a_mistake(load) -> None:
    with pytest.raises(ImportRefused) as refused:
        load(HEADER, WELL, WELL)
    assert codes(refused) == ["import.key_twice"]
    with pytest.raises(ImportRefused) as refused:
        load("village,fiscal_year,title,work_type", *["35.10.17.2001,2026,Sumur,water"] * 2)
    assert codes(refused) == ["import.row_twice"]


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (["village,title", "35.10.17.2001,X"], "import.columns_missing"),
        ([HEADER], "import.empty"),
        (["village,desa,fiscal_year,title", "a,b,c,d"], "import.column_meant_twice"),
        (["village,Village,fiscal_year,title", "a,b,c,d"], "import.header_twice"),
    ],
    ids=["column missing", "empty", "two headers mean one", "same header twice"],
)
def test_it_refuses_a_file_as_a_whole(load, lines: list[str], code: str) -> None:
    with pytest.raises(ImportRefused) as refused:
        load(*lines)
    assert codes(refused) == [code]


def test_it_refuses_other_kinds_of_file(load) -> None:
    with pytest.raises(ImportRefused) as refused:
        load("x", name="kegiatan.pdf")
    assert codes(refused) == ["import.format"]
    with pytest.raises(ImportRefused) as refused:
        load("not a workbook", name="kegiatan.xlsx")
    assert codes(refused) == ["import.unreadable"]


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("utf-8", ","), ("utf-8-sig", ";"), ("cp1252", ";"), ("utf-8", "\t")]
)
def test_it_reads_the_usual_kinds_of_csv(cast: Cast, tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "kegiatan.csv"
    cells = [
        ["village", "fiscal_year", "title", "work_type"],
        ["35.10.17.2001", "2026", "Café – sumur", "water"],
    ]
    path.write_text("\r\n".join(delimiter.join(row) for row in cells), encoding=encoding)
    import_projects(path, actor=cast.ani)
    assert Project.objects.get().title == "Café – sumur"


def test_it_reads_a_workbook_with_its_numbers_and_dates(cast: Cast, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append([*HEADER.split(","), "planned_start", "volume"])
    book.active.append(
        ["Sragi", 2026, "A1", "Rabat beton", "Jalan", 114.2, -8.25, "DD", 184500000, date(2026, 3, 1), 412.5]
    )
    book.save(tmp_path / "kegiatan.xlsx")
    import_projects(tmp_path / "kegiatan.xlsx", actor=cast.ani)
    project = Project.objects.get()
    assert (project.planned, project.work_type, project.planned_start, project.volume) == (
        Decimal(184_500_000), "road", date(2026, 3, 1), Decimal("412.50"),
    )  # fmt: skip


@pytest.mark.parametrize(("name", "crs"), [("k.geojson", 4326), ("k.gpkg", 4326), ("k.gpkg", 32750)])
def test_it_reads_geometry_in_any_reference_system(cast: Cast, tmp_path: Path, name: str, crs: int) -> None:
    frame = geopandas.GeoDataFrame(
        {"village": ["35.10.17.2001"] * 2, "fiscal_year": [2026] * 2, "title": ["Jalan", "Sumur"],
         "work_type": ["road", "water"], "geometry": [LineString([(114.2, -8.25), (114.202, -8.25)]), Point(114.2, -8.26)]},
        crs=4326,
    )  # fmt: skip
    frame.to_crs(crs).to_file(tmp_path / name)
    import_projects(tmp_path / name, actor=cast.ani)
    road, well = Project.objects.order_by("title")
    assert road.sites.get().extent.geom_type == "LineString"
    assert road.point.coords == pytest.approx((114.201, -8.25), abs=1e-6)
    assert well.point.coords == pytest.approx((114.2, -8.26), abs=1e-6)
    assert well.sites.get().extent is None


def test_an_uncertain_name_of_a_village_is_refused_and_the_district_makes_it_certain(
    load, cast: Cast
) -> None:
    PlaceFactory(code="35.10.18", name="Licin", parent=cast.regency)
    PlaceFactory(code="35.10.18.2001", name="Sragi")
    with pytest.raises(ImportRefused) as refused:
        load(HEADER, WELL.replace("35.10.17.2001", "Sragi"))
    assert codes(refused) == ["import.village_several"]
    load(
        HEADER.replace(",", ";"),
        WELL.replace(",", ";").replace("35.10.17.2001", "Desa Sragi, Songgon".replace("Desa ", "")),
    )
    assert Project.objects.get().village == cast.sragi


def test_a_point_outside_the_village_is_a_warning(load) -> None:
    outcome = load(HEADER, ROAD.replace("114.20,", "114.23,"))
    (note,) = outcome.notes
    assert note.code == "import.outside_village"
    assert "Desa Bubuk" in say(note)


def test_the_kind_of_work_follows_from_the_activity_code(load) -> None:
    ActivityCode.objects.create(code="02.03.12", level="activity", name="Jalan Usaha Tani", work_type="road")
    load("village,fiscal_year,title,activity", "35.10.17.2001,2026,Rabat,2.3.12.")
    project = Project.objects.get()
    assert (project.work_type, project.activity.code, project.activity.name) == (
        "road",
        "02.03.12",
        "Jalan Usaha Tani",
    )


def test_a_file_may_give_each_source_its_amount(load) -> None:
    load(HEADER, ROAD.replace('DDS,"184.500.000"', "DDS=100000000;BANKEU_PROV=84500000,"))
    project = Project.objects.get()
    assert project.planned == 184_500_000
    assert {line.source_id: line.amount for line in project.lines.all()} == {
        "DDS": 100_000_000,
        "PBP": 84_500_000,
    }


def test_the_error_file_is_a_table_that_no_spreadsheet_executes(load) -> None:
    with pytest.raises(ImportRefused) as refused:
        load(HEADER, '35.10.17.2001,2026,A1,X,"=HYPERLINK(1)",,,DDS,5')
    header, row = list(csv.reader(io.StringIO(mistakes_csv(refused.value.mistakes).lstrip("\ufeff"))))
    assert header == ["baris", "kolom", "nilai", "alasan"]
    assert row[:3] == ["2", "work_type", "'=HYPERLINK(1)"]


SISKEUDES = "Tahun;Kd_Desa;Kd_Bid;Kd_Keg;ID_Keg;Nama_Kegiatan;Pagu;Pagu_PAK;Lokasi;Sumberdana"
ROW = "2026;17.2001.;02.;17.2001.02.03.12.;02.03.12.;Jalan Usaha Tani;184500000.0000;184500000.0000;RT 2;DDS, PBP"
SALARY = "2026;17.2001.;01.;17.2001.01.01.01.;01.01.01.;Penghasilan Tetap;60000000;60000000;;ADD"


def test_siskeudes_makes_one_draft_of_each_activity_row(load) -> None:
    outcome = load(SISKEUDES, ROW, SALARY, mapping="siskeudes")
    assert counts(outcome) == (2, 0, 0)
    project = Project.objects.get(source_key="17.2001.02.03.12")
    assert (project.village_id, project.fiscal_year, project.status) == ("35.10.17.2001", 2026, "draft")
    assert (project.title, project.activity.code) == ("Jalan Usaha Tani – RT 2", "02.03.12")
    assert (project.planned, project.sources) == (Decimal(184_500_000), ["DDS", "PBP"])
    assert [v.kind for v in BudgetVersion.objects.all()] == [VersionKind.ORIGINAL]
    assert "import.sources_undivided" in [note.code for note in outcome.notes]


def test_siskeudes_headers_are_read_without_regard_to_case(load) -> None:
    assert load(SISKEUDES.upper(), ROW, mapping="siskeudes").new == 1


def test_a_revision_becomes_the_newest_version(load) -> None:
    revised = ROW.replace("184500000.0000;RT", "150000000.0000;RT")
    load(SISKEUDES, revised, SALARY, mapping="siskeudes")
    project = Project.objects.get(source_key="17.2001.02.03.12")
    assert project.planned == 150_000_000
    assert BudgetVersion.objects.count() == 2
    assert counts(load(SISKEUDES, revised, SALARY, mapping="siskeudes")) == (0, 0, 2)


def test_an_unknown_village_of_siskeudes_is_named(load) -> None:
    with pytest.raises(ImportRefused) as refused:
        load(SISKEUDES, ROW.replace("17.2001.;02.;", "17.2077.;02.;"), mapping="siskeudes")
    (mistake,) = refused.value.mistakes
    assert (mistake.column, mistake.value) == ("Kd_Desa", "35.10.17.2077")


def split(cast: Cast) -> tuple[Project, Project]:
    whole = Project.objects.get(source_key="17.2001.02.03.12")
    first, second = split_into_projects(
        actor=cast.ani,
        project=whole,
        parts=[
            Part("Rabat beton RT 2", {"DDS": Decimal(100_000_000), "PBP": Decimal(0)}),
            Part("Rabat beton RT 3", {"DDS": Decimal(84_500_000), "PBP": Decimal(0)}),
        ],
    )
    return first, second


def test_loading_again_keeps_a_split_into_projects(load, cast: Cast) -> None:
    load(SISKEUDES, ROW, mapping="siskeudes")
    first, second = split(cast)
    assert counts(load(SISKEUDES, ROW, mapping="siskeudes")) == (0, 0, 1)
    first.refresh_from_db()
    assert (first.title, first.planned) == ("Rabat beton RT 2", 100_000_000)
    assert second.planned == 84_500_000
    assert Project.objects.count() == 2


def test_a_changed_amount_is_divided_by_the_shares_of_the_split(load, cast: Cast) -> None:
    load(SISKEUDES, ROW, mapping="siskeudes")
    first, second = split(cast)
    outcome = load(SISKEUDES, ROW.replace("184500000.0000", "200000001"), mapping="siskeudes")
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.planned, second.planned) == (Decimal(108_401_085), Decimal(91_598_916))
    assert first.planned + second.planned == 200_000_001
    assert "import.split_rescaled" in [note.code for note in outcome.notes]


def test_loading_again_keeps_a_split_over_sites(load, cast: Cast) -> None:
    load(HEADER, ROAD)
    project = Project.objects.get()
    site = project.sites.get()
    set_sites(
        actor=cast.ani,
        project=project,
        sites=[SiteDraft(pk=site.pk, point=(114.20, -8.25)), SiteDraft(point=(114.202, -8.25))],
    )
    first, second = project.sites.order_by("no")
    shares = {first.pk: {"DDS": Decimal(100_000_000)}, second.pk: {"DDS": Decimal(84_500_000)}}
    split_over_sites(actor=cast.ani, project=project, amounts=shares)
    assert counts(load(HEADER, ROAD)) == (0, 0, 1)
    assert project.sites.count() == 2
    assert [line.amount for line in project.lines.order_by("pk")] == [100_000_000, 84_500_000]


def test_a_saved_mapping_and_a_file_name_other_columns(load, cast: Cast, tmp_path: Path) -> None:
    columns = {"village": "Desa", "fiscal_year": {"value": "2026"}, "title": "Uraian", "work_type": "Bidang"}
    rows = ("Desa,Uraian,Bidang", "Sragi,Sumur bor,water")
    ImportMapping.objects.create(name="desa-kita", columns=columns)
    assert load(*rows, mapping="desa-kita").new == 1
    (tmp_path / "peta.json").write_text(json.dumps(columns))
    assert load(*rows, mapping=str(tmp_path / "peta.json")).same == 1
    with pytest.raises(ImportRefused) as refused:
        load(*rows, mapping="tidak-ada")
    assert codes(refused) == ["import.mapping_unknown"]
    (tmp_path / "salah.json").write_text('{"benteng": "Desa"}')
    with pytest.raises(ImportRefused) as refused:
        load(*rows, mapping=str(tmp_path / "salah.json"))
    assert codes(refused) == ["import.mapping_form"]


def test_the_command_tells_counts_and_totals(cast: Cast, tmp_path: Path, capsys) -> None:
    path = tmp_path / "kegiatan.csv"
    path.write_text("\n".join([HEADER, ROAD]))
    call_command("import_projects", str(path), "--dry-run")
    assert "amount: Rp184.500.000" in capsys.readouterr().out
    call_command("import_projects", str(path))
    assert "1 baru, 0 berubah, 0 sama." in capsys.readouterr().out


def test_the_command_names_works_like_a_new_one(cast: Cast, tmp_path: Path, capsys) -> None:
    place = "SRID=4326;POINT(114.20 -8.2505)"
    for year, source in ((2024, "DDS"), (2025, "PBP")):
        ProjectFactory(
            village=cast.sragi,
            title="Rabat beton Gang Melati",
            fiscal_year=year,
            sources=[source],
            point=place,
        )
    path = tmp_path / "kegiatan.csv"
    path.write_text("\n".join([HEADER, ROAD, WELL]))
    for options in (["--dry-run"], []):  # a real import names them too, but not the new project itself
        call_command("import_projects", str(path), *options)
        said = capsys.readouterr().out.splitlines()
        assert "Baris 2: Mirip: 2 pekerjaan dalam 55 m (2024, DD; 2025, BKP)." in said
        assert len([line for line in said if line.startswith("Baris ")]) == 3
    call_command("import_projects", str(path))  # nothing is new
    assert "Mirip" not in capsys.readouterr().out


def test_the_command_names_only_what_its_user_may_see(cast: Cast, tmp_path: Path, capsys) -> None:
    hidden = {"village": cast.bubuk, "published": False, "point": "SRID=4326;POINT(114.20 -8.25)"}
    ProjectFactory(title="Rabat beton Gang Melati", **hidden)
    path = tmp_path / "kegiatan.csv"
    path.write_text("\n".join([HEADER, ROAD]))
    call_command("import_projects", str(path), "--dry-run", "--user", cast.ani.username)
    assert "Mirip" not in capsys.readouterr().out
    call_command("import_projects", str(path), "--dry-run")
    assert "Mirip" in capsys.readouterr().out


def test_a_row_is_compared_along_its_whole_stretch(load, cast: Cast) -> None:
    at_the_other_end = {"fiscal_year": 2025, "point": "SRID=4326;POINT(114.204 -8.25)"}
    ProjectFactory(village=cast.sragi, title="Rabat beton Gang Melati", **at_the_other_end)
    line = ROAD.replace(",114.20,-8.25,", ',114.20,-8.25,"LINESTRING(114.20 -8.25, 114.204 -8.25)",')
    header = HEADER.replace("lon,lat", "lon,lat,extent")
    [said] = near_warnings(cast.ani, load(header, line, dry_run=True).rows)
    assert say(said).endswith("0 cm dari sini.")


def test_it_says_how_many_rows_were_not_compared(load, cast: Cast) -> None:
    [said] = near_warnings(cast.ani, load(HEADER, ROAD, WELL, dry_run=True).rows, most=1)
    assert "Hanya 1 baris baru pertama dibandingkan dengan yang sudah ada; 1 lainnya belum." in say(said)


def test_the_command_writes_the_error_file(cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "kegiatan.csv"
    path.write_text("\n".join([HEADER, WELL.replace("95000000", "1.250")]))
    with pytest.raises(CommandError, match=r"baris 2, kolom amount, “1\.250”"):
        call_command("import_projects", str(path))
    assert "1.250" in (tmp_path / "kegiatan.errors.csv").read_text(encoding="utf-8-sig")
    with pytest.raises(CommandError, match="tidak ada"):
        call_command("import_projects", str(tmp_path / "hilang.csv"))


@pytest.mark.parametrize(
    ("before", "after", "allowed"),
    [
        ("planned", "completed", True),
        ("handed_over", "in_progress", True),
        ("completed", "draft", False),
        ("cancelled", "in_progress", False),
        ("merged", "in_progress", False),
    ],
)
def test_a_file_moves_a_status_on_but_undoes_no_decision(
    load, before: str, after: str, allowed: bool
) -> None:
    row = "35.10.17.2001,2026,A1,Rabat beton Gang Melati,road,114.20,-8.25"
    header = "village,fiscal_year,source_key,title,work_type,lon,lat,status"
    load(header, f"{row},planned")
    Project.objects.update(status=before)
    if allowed:
        assert counts(load(header, f"{row},{after}")) == (0, 1, 0)
    else:
        with pytest.raises(ImportRefused) as refused:
            load(header, f"{row},{after}")
        assert codes(refused) == ["status.not_allowed"]
    assert Project.objects.get().status == (after if allowed else before)
