"""Every URL of Geomonitor, and which slice answers it."""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from geomonitor import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("", include("django_prometheus.urls")),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
]

handler400 = "geomonitor.errors.bad_request"
handler403 = "geomonitor.errors.permission_denied"
handler404 = "geomonitor.errors.page_not_found"
handler500 = "geomonitor.errors.server_error"
