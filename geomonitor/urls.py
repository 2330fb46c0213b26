"""Every URL of Geomonitor, and which slice answers it."""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import DefaultRouter

import photos.api
import places.api
import projects.api
from geomonitor import health, views

router = DefaultRouter()
router.include_format_suffixes = False
for prefix, viewset, basename in (
    *places.api.router_entries,
    *projects.api.router_entries,
    *photos.api.router_entries,
):
    router.register(prefix, viewset, basename=basename)

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
    path("", include("projects.urls")),
    path("", include("budgets.urls")),
    path("", include("photos.urls")),
    path("", include("duplicates.urls")),
    path("", include("monitoring.urls")),
    path("", include("maps.urls")),
    path("", include("reports.urls")),
]

handler400 = "geomonitor.errors.bad_request"
handler403 = "geomonitor.errors.permission_denied"
handler404 = "geomonitor.errors.page_not_found"
handler500 = "geomonitor.errors.server_error"
