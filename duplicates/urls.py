"""Scans, pairs, cases, conclusions."""

from django.urls import path

from duplicates import views

urlpatterns = [
    path("duplicates/", views.pair_list, name="duplicates"),
    path("duplicates/scan/", views.scan_now, name="duplicates_scan"),
    path("duplicates/cases/<int:pk>/", views.case_detail, name="duplicate_case"),
    path("duplicates/pairs/<int:pk>/", views.pair_detail, name="duplicate_pair"),
    path("duplicates/pairs/<int:pk>/conclude/", views.conclude_pair, name="duplicate_conclude"),
    path("duplicates/decisions/<int:pk>/withdraw/", views.withdraw_decision, name="duplicate_withdraw"),
    path("duplicates/engagements/new/", views.engagement_new, name="engagement_new"),
    path("duplicates/engagements/<int:pk>/close/", views.engagement_close, name="engagement_close"),
]
