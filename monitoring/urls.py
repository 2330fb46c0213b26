"""The register and the project page."""

from django.urls import path

from monitoring import views

urlpatterns = [
    path("projects/", views.project_register, name="register"),
    path("projects/<int:pk>/", views.project_page, name="project"),
]
