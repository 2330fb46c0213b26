"""Every URL of Geomonitor, and which slice answers it."""

from importlib import import_module
from importlib.util import find_spec

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import DefaultRouter

from geomonitor import health, views

router = DefaultRouter()
for _slice in ("places", "projects", "budgets", "photos", "duplicates"):
    if find_spec(f"{_slice}.api") and hasattr(import_module(f"{_slice}.api"), "router_entries"):
        for _prefix, _viewset, _basename in import_module(f"{_slice}.api").router_entries:
            router.register(_prefix, _viewset, basename=_basename)

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("", include("django_prometheus.urls")),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/v1/", include(router.urls)),
    path("", include("accounts.urls")),
    *[
        path("", include(f"{_slice}.urls"))
        for _slice in (
            "places",
            "projects",
            "budgets",
            "photos",
            "duplicates",
            "monitoring",
            "maps",
            "reports",
        )
        if find_spec(f"{_slice}.urls")
    ],
]

handler400 = "geomonitor.errors.bad_request"
handler403 = "geomonitor.errors.permission_denied"
handler404 = "geomonitor.errors.page_not_found"
handler500 = "geomonitor.errors.server_error"
