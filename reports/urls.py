"""Files to take away."""

from django.urls import path

from reports import views

urlpatterns = [
    path("duplicates/pairs.csv", views.pairs_csv, name="pairs_csv"),
    path("duplicates/pairs.xlsx", views.pairs_xlsx, name="pairs_xlsx"),
]
