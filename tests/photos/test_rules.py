"""Severity and limits as data: which setting counts, what can be stored, and who changed it."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent
from photos import rules
from photos.checks import CHECKS
from photos.models import CheckSetting
from photos.rechecking import rejudge
from places.problems import Problem
from places.saying import say
from tests.cast import Cast
from tests.factories import ActivityFactory, ProjectFactory, UserFactory
from tests.photos.sent import photo_at, take

YEARS_AGO = datetime(2023, 3, 1, 2, 0, tzinfo=UTC)  # long before the works' window


def setting(
    code: str = "speed", activity: str = "", fund_source: str = "", severity: str = "", **limits: float
):
    return CheckSetting(
        code=code,
        activity=activity,
        fund_source=fund_source,
        severity=severity,
        limits=limits,
        reason="SE Bupati 4/2026",
    )


EXAMPLE = [
    setting(kmh=120),
    setting(fund_source="DDS", severity="warning", kmh=90),
    setting(activity="02.03", fund_source="ADD", severity="off"),
]


@pytest.mark.parametrize(
    ("activity", "sources", "severity", "kmh"),
    [
        pytest.param("02.03.12", ["DDS", "ADD"], "off", 90, id="the longer activity"),
        pytest.param("02.01.01", ["DDS", "ADD"], "warning", 90, id="one source names it"),
        pytest.param("02.01.01", ["ADD"], None, 120, id="only what is for all"),
        pytest.param("02.031", ["ADD"], None, 120, id="not the beginning of a part"),
        pytest.param("", [], None, 120, id="no activity, no source"),
    ],
)
def test_the_more_specific_setting_counts(
    activity: str, sources: list[str], severity: str | None, kmh: float
):
    found = rules.applying(EXAMPLE, activity=activity, sources=sources)
    assert found.severity.get("speed") == severity
    assert found.limits["speed"]["kmh"] == kmh


@pytest.mark.parametrize("order", [1, -1], ids=["as listed", "the other way round"])
def test_of_two_sources_the_stricter_counts(order: int):
    both = [
        setting(fund_source="ADD", severity="off", kmh=10),
        setting(fund_source="DDS", severity="failed", kmh=99),
    ]
    found = rules.applying(both[::order], activity="", sources=["ADD", "DDS"])
    assert found.severity["speed"] == "failed"
    assert found.limits["speed"]["kmh"] == 99


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        pytest.param(
            setting("sped"), "code", "Cek “sped” tidak ada. Pilihannya: has_position, ", id="no such check"
        ),
        pytest.param(
            setting(severity="fatal"), "severity", "Bobot “fatal” tidak ada.", id="no such severity"
        ),
        pytest.param(
            setting(mph=90),
            "limits",
            "Cek speed tidak punya batas “mph”. Pilihannya: kmh,",
            id="no such limit",
        ),
        pytest.param(
            setting(kmh=-1),
            "limits",
            "Batas “kmh” harus berupa angka 0 sampai 1000000, bukan “-1”.",
            id="negative",
        ),
        pytest.param(setting(kmh="90"), "limits", "Batas “kmh” harus berupa angka", id="a text"),
        pytest.param(setting(kmh=True), "limits", "Batas “kmh” harus berupa angka", id="a truth"),
        pytest.param(setting(kmh=float("nan")), "limits", "Batas “kmh” harus berupa angka", id="no number"),
        pytest.param(
            setting("complete", kmh=1),
            "limits",
            "Cek complete tidak punya batas yang dapat diatur.",
            id="no limits",
        ),
        pytest.param(
            setting(activity="02,03", kmh=1),
            "activity",
            "Kode kegiatan “02,03” bukan angka bertitik",
            id="a comma",
        ),
        pytest.param(
            setting("near_site", severity="off"),
            "severity",
            "Cek near_site menentukan hasil pemeriksaan, jadi tidak bisa diatur “tidak diperiksa”.",
            id="what a verdict is made of",
        ),
        pytest.param(
            setting("has_position", severity="warning"),
            "severity",
            "Cek has_position menentukan",
            id="nor softened",
        ),
        pytest.param(
            setting("near_site", severity="warning"),
            "severity",
            "Cek near_site menentukan",
            id="far is never near",
        ),
        pytest.param(setting(), "severity", "Aturan ini tidak mengubah apa pun", id="nothing set"),
    ],
)
def test_it_says_what_is_wrong(cast: Cast, wrong: CheckSetting, field: str, sentence: str):
    with pytest.raises(Problem) as caught:
        rules.save(actor=cast.galih, setting=wrong)
    assert list(caught.value.fields) == [field]
    assert caught.value.sentence.startswith(sentence)
    assert not CheckSetting.objects.exists()


def test_limits_that_are_no_table_and_a_missing_reason():
    wrong = setting(severity="off")
    wrong.limits, wrong.reason = ["kmh"], " "
    assert {name: said.code for name, said in rules.mistakes(wrong).items()} == {
        "limits": "rules.limits_not_a_table",
        "reason": "rules.reason_missing",
    }
    assert say(rules.mistakes(wrong)["limits"]) == 'Batas ditulis sebagai tabel JSON, misalnya {"kmh": 120}.'


def test_saving_and_removing_are_written_down(cast: Cast):
    kept = rules.save(actor=cast.galih, setting=setting(severity="warning"))
    kept.limits = {"kmh": 100}
    rules.save(actor=cast.galih, setting=kept)
    rules.remove(actor=cast.galih, setting=kept)
    saved = AuditEvent.objects.filter(action="check_setting.saved").order_by("pk")
    assert [event.data["was"] and event.data["was"]["limits"] for event in saved] == [None, {}]
    assert saved[1].data["now"]["limits"] == {"kmh": 100}
    assert AuditEvent.objects.get(action="check_setting.removed").data["was"]["code"] == "speed"


def test_a_setting_counts_at_the_door_and_at_the_recheck(cast: Cast):
    project = ProjectFactory(
        village=cast.sragi, activity=ActivityFactory(village=cast.sragi, code="02.03.12")
    )
    before = take(cast.ani, project, photo_at(taken=YEARS_AGO))
    assert before.verdict == "suspect"
    kept = rules.save(
        actor=cast.galih, setting=setting("time_plausible", activity="02.03", severity="warning")
    )
    after = take(cast.ani, project, photo_at(taken=YEARS_AGO, size=(65, 48)), progress=60)
    assert after.verdict == "verified"
    assert after.facts.get(name="settings.time_plausible").value == {"severity": "warning"}
    change = rejudge(before.pk, cause="command")
    assert change is not None
    time = next(check for check in change.checks if check.code == "time_plausible")
    assert (time.was, time.now, time.why) == ("failed", "warning", "setting")
    rules.remove(actor=cast.galih, setting=kept)
    back = rejudge(before.pk, cause="command")
    assert back is not None
    assert back.verdict_now == "suspect"


def test_a_project_without_activity_has_the_settings_for_all(cast: Cast):
    rules.save(actor=cast.galih, setting=setting("speed", severity="off"))
    found = rules.for_project(ProjectFactory(village=cast.sragi, activity=None))
    assert found.severity == {"speed": "off"}


# The admin -------------------------------------------------------------------------------------------------


def log_in(user) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def keeper(cast: Cast) -> Client:
    return log_in(UserFactory(username="teknisi", is_staff=True, is_superuser=True))


FORM = {
    "code": "speed",
    "activity": "02.03",
    "fund_source": "",
    "severity": "warning",
    "reason": "SE Bupati 4/2026",
}


def test_an_administrator_sets_and_takes_back_a_rule(keeper: Client):
    made = keeper.post(reverse("admin:photos_checksetting_add"), FORM | {"limits": '{"kmh": 90}'})
    assert made.status_code == 302
    kept = CheckSetting.objects.get()
    assert (kept.severity, kept.limits) == ("warning", {"kmh": 90})
    assert AuditEvent.objects.get(action="check_setting.saved").actor_name.endswith("(teknisi)")
    assert keeper.get(reverse("admin:photos_checksetting_changelist")).status_code == 200
    gone = keeper.post(reverse("admin:photos_checksetting_delete", args=[kept.pk]), {"post": "yes"})
    assert gone.status_code == 302
    assert AuditEvent.objects.filter(action="check_setting.removed").count() == 1


def test_several_rules_go_at_once_and_each_is_written_down(cast: Cast, keeper: Client):
    for fund_source in ("DDS", "ADD"):
        rules.save(actor=cast.galih, setting=setting(fund_source=fund_source, severity="off"))
    chosen = [str(kept.pk) for kept in CheckSetting.objects.all()]
    sent = {"action": "delete_selected", "_selected_action": chosen, "post": "yes"}
    keeper.post(reverse("admin:photos_checksetting_changelist"), sent)
    assert not CheckSetting.objects.exists()
    assert AuditEvent.objects.filter(action="check_setting.removed").count() == 2


def test_the_form_says_what_is_wrong_beside_the_field(keeper: Client):
    answer = keeper.post(reverse("admin:photos_checksetting_add"), FORM | {"limits": '{"mph": 90}'})
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors["limits"] == [
        "Cek speed tidak punya batas “mph”. Pilihannya: kmh, slack_minutes."
    ]


def test_a_staff_member_without_the_right_does_not_see_it(cast: Cast):
    client = log_in(UserFactory(username="staf", is_staff=True))
    assert client.get(reverse("admin:photos_checksetting_changelist")).status_code == 403
    assert client.post(reverse("admin:photos_checksetting_add"), FORM).status_code == 403


# The page --------------------------------------------------------------------------------------------------


def test_reviewers_read_every_check_with_what_is_set(cast: Cast):
    rules.save(actor=cast.galih, setting=setting(activity="02.03", severity="warning", kmh=90))
    answer = log_in(cast.dewi).get(reverse("photo_rules"))
    assert answer.status_code == 200
    page = answer.content.decode()
    assert all(f'id="{check.CODE}"' in page for check in CHECKS)
    assert "SE Bupati 4/2026" in page
    assert "Foto ini bertanggal …, sebelum masa pekerjaan (mulai …)." in page
    assert "%(" not in page
    assert reverse("admin:photos_checksetting_changelist") not in page


def test_officers_and_the_public_do_not(cast: Cast):
    assert log_in(cast.ani).get(reverse("photo_rules")).status_code == 403
    assert Client().get(reverse("photo_rules")).status_code in {302, 403}


def test_the_page_asks_few_queries(cast: Cast, django_assert_max_num_queries):
    client = log_in(cast.eko)
    with django_assert_max_num_queries(9):
        client.get(reverse("photo_rules"))


def test_the_page_names_checks_as_people_know_them(cast: Cast):
    page = log_in(cast.fitri).get("/photos/rules/")
    words = {row.code: row.word for row in page.context["rows"]}
    assert all(word and word != code for code, word in words.items())
    assert f"<b>{words['near_site']}</b>" in page.content.decode()
