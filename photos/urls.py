"""Pages of photos: the officer's, the reviewer's, and the pictures themselves."""

from django.urls import path

from photos import field_pages, originals, review_pages

urlpatterns = [
    path("field/", field_pages.projects, name="field"),
    path("field/mine/", field_pages.mine, name="field_mine"),
    path("field/<int:pk>/", field_pages.project, name="field_project"),
    path("photos/review/", review_pages.queue, name="photo_review"),
    path("photos/<int:pk>/review/", review_pages.decide, name="claim_review"),
    path("photos/<int:pk>/withdraw/", field_pages.withdraw_claim, name="claim_withdraw"),
    path("photos/<int:pk>/original/", originals.original, name="photo_original"),
    path("photos/<int:pk>/display.jpg", originals.display, name="photo_display"),
    path("photos/<int:pk>/thumb.jpg", originals.thumb, name="photo_thumb"),
]
