"""Scans, pairs, cases, conclusions."""

from django.urls import path

from duplicates import case_views, engagement_views, scan_views, views

urlpatterns = [
    path("duplicates/", views.pair_list, name="duplicates"),
    path("duplicates/scan/", scan_views.scan_now, name="duplicates_scan"),
    path("duplicates/scans/<int:pk>/", scan_views.scan_status, name="duplicates_scan_status"),
    path("duplicates/scans/<int:pk>/cancel/", scan_views.scan_cancel, name="duplicates_scan_cancel"),
    path("duplicates/cases/", case_views.case_queue, name="duplicate_cases"),
    path("duplicates/cases/<int:pk>/", case_views.case_detail, name="duplicate_case"),
    path("duplicates/cases/<int:pk>/assign/", case_views.case_assign, name="case_assign"),
    path("duplicates/cases/<int:pk>/remarks/", case_views.case_remark, name="case_remark"),
    path("duplicates/remarks/<int:pk>/file/", case_views.remark_file, name="remark_file"),
    path("duplicates/pairs/<int:pk>/", case_views.pair_detail, name="duplicate_pair"),
    path("duplicates/pairs/<int:pk>/conclude/", case_views.conclude_pair, name="duplicate_conclude"),
    path("duplicates/decisions/<int:pk>/withdraw/", case_views.withdraw_decision, name="duplicate_withdraw"),
    path(
        "duplicates/decisions/<int:pk>/follow-ups/", case_views.follow_up_decision, name="follow_up_decision"
    ),
    path("duplicates/engagements/", engagement_views.engagement_list, name="engagements"),
    path("duplicates/engagements/new/", engagement_views.engagement_new, name="engagement_new"),
    path("duplicates/engagements/<int:pk>/", engagement_views.engagement_detail, name="engagement"),
    path("duplicates/engagements/<int:pk>/team/", engagement_views.engagement_team, name="engagement_team"),
    path("duplicates/engagements/<int:pk>/scan/", engagement_views.engagement_scan, name="engagement_scan"),
    path(
        "duplicates/engagements/<int:pk>/close/", engagement_views.engagement_close, name="engagement_close"
    ),
    path(
        "duplicates/engagements/<int:pk>/pairs/<int:pair_pk>/",
        engagement_views.engagement_pair,
        name="engagement_pair",
    ),
    path(
        "duplicates/engagements/<int:pk>/pairs/<int:pair_pk>/conclude/",
        engagement_views.engagement_conclude,
        name="engagement_conclude",
    ),
    path(
        "duplicates/engagements/<int:pk>/pairs/<int:pair_pk>/remarks/",
        engagement_views.engagement_remark,
        name="engagement_remark",
    ),
    path("duplicates/findings/<int:pk>/", engagement_views.finding_detail, name="finding"),
    path(
        "duplicates/findings/<int:pk>/withdraw/", engagement_views.finding_withdraw, name="finding_withdraw"
    ),
    path("duplicates/findings/<int:pk>/review/", engagement_views.finding_review, name="finding_review"),
    path(
        "duplicates/findings/<int:pk>/follow-ups/",
        engagement_views.finding_follow_up,
        name="finding_follow_up",
    ),
]
