"""Pages that create and change projects (the register and the project page are monitoring's)."""

from django.urls import path

from projects import import_views, views

urlpatterns = [
    path("projects/new/", views.project_new, name="project_new"),
    path("projects/near/", views.project_near, name="project_near"),
    path("projects/import/", import_views.project_import, name="project_import"),
    path("projects/import/confirm/", import_views.project_import_confirm, name="project_import_confirm"),
    path("projects/import/errors.csv", import_views.project_import_errors, name="project_import_errors"),
    path("projects/<int:pk>/edit/", views.project_edit, name="project_edit"),
    path("projects/<int:pk>/status/", views.project_status, name="project_status"),
    path("projects/<int:pk>/publish/", views.project_publish, name="project_publish"),
    path("projects/<int:pk>/delete/", views.project_delete, name="project_delete"),
]
