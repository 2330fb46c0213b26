"""Scans, pairs, cases, conclusions."""

from django.urls import path

from duplicates import case_views, engagement_views, scan_views, views

urlpatterns = [
    path("duplicates/", views.pair_list, name="duplicates"),
    path("duplicates/scan/", scan_views.scan_now, name="duplicates_scan"),
    path("duplicates/scans/<int:pk>/", scan_views.scan_status, name="duplicates_scan_status"),
    path("duplicates/scans/<int:pk>/cancel/", scan_views.scan_cancel, name="duplicates_scan_cancel"),
    path("duplicates/cases/<int:pk>/", case_views.case_detail, name="duplicate_case"),
    path("duplicates/pairs/<int:pk>/", case_views.pair_detail, name="duplicate_pair"),
    path("duplicates/pairs/<int:pk>/conclude/", case_views.conclude_pair, name="duplicate_conclude"),
    path("duplicates/decisions/<int:pk>/withdraw/", case_views.withdraw_decision, name="duplicate_withdraw"),
    path("duplicates/engagements/new/", engagement_views.engagement_new, name="engagement_new"),
    path(
        "duplicates/engagements/<int:pk>/close/", engagement_views.engagement_close, name="engagement_close"
    ),
]
