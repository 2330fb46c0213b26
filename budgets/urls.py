"""Pages about one project's money."""

from django.urls import path

from budgets import views

urlpatterns = [
    path("projects/<int:pk>/money/", views.project_money, name="project_money"),
    path("projects/<int:pk>/split/", views.project_split, name="project_split"),
]
