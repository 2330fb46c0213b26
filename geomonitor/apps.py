from django.apps import AppConfig


class GeomonitorConfig(AppConfig):
    name = "geomonitor"

    def ready(self) -> None:
        from geomonitor import checks  # noqa: F401  (registers the system checks)
