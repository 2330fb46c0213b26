"""Pages of photos: the officer's, the reviewer's, and the pictures themselves."""

from django.urls import path

from photos import field_pages, ledger_pages, originals, review_pages, rules_page
from photos.ledger_api import LedgerView

urlpatterns = [
    path("field/", field_pages.projects, name="field"),
    path("field/mine/", field_pages.mine, name="field_mine"),
    path("field/mine/read/", field_pages.read_notices, name="notices_read"),
    path("field/<int:pk>/", field_pages.project, name="field_project"),
    path("photos/review/", review_pages.queue, name="photo_review"),
    path("photos/review/bulk/", review_pages.bulk, name="review_bulk"),
    path("photos/rules/", rules_page.listing, name="photo_rules"),
    path("photos/<int:pk>/review/", review_pages.decide, name="claim_review"),
    path("photos/<int:pk>/refile/", field_pages.refile_claim, name="claim_refile"),
    path("photos/<int:pk>/share/", field_pages.share_claim, name="claim_share"),
    path("photos/<int:pk>/withdraw/", field_pages.withdraw_claim, name="claim_withdraw"),
    path("photos/shared/", ledger_pages.shared, name="photos_shared"),
    path("photos/shared.csv", ledger_pages.shared_csv, name="photos_shared_csv"),
    path("photos/<int:pk>/", ledger_pages.claim_ledger, name="claim_ledger"),
    path("photos/<int:pk>/original/remove/", ledger_pages.remove_original, name="original_remove"),
    path("api/v1/photos/<int:pk>/ledger/", LedgerView.as_view(), name="photo_ledger"),
    path("photos/<int:pk>/original/", originals.original, name="photo_original"),
    path("photos/<int:pk>/display.jpg", originals.display, name="photo_display"),
    path("photos/<int:pk>/thumb.jpg", originals.thumb, name="photo_thumb"),
]
