"""System checks: what must not be wrong before Geomonitor serves anyone. Each has an id and a hint."""

from collections.abc import Sequence
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

LOCAL_HOSTS = {"localhost", "127.0.0.1", "[::1]", "testserver"}


@register(Tags.security)
def demo_stays_home(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """The demo shows its passwords on the log-in page, so it must not be reachable under a public name."""
    public = [host for host in settings.ALLOWED_HOSTS if not _is_local(host)]
    if settings.DEMO and public:
        return [
            Error(
                f"GEOMONITOR_DEMO is on, but GEOMONITOR_ALLOWED_HOSTS names {', '.join(public)}.",
                hint="Set GEOMONITOR_DEMO=0, or allow only localhost and addresses of this network.",
                id="geomonitor.E001",
            )
        ]
    return []


def _is_local(host: str) -> bool:
    private = ("10.", "192.168.", *(f"172.{n}." for n in range(16, 32)))
    return host in LOCAL_HOSTS or (host.startswith(private) and host.replace(".", "").isdigit())


@register(Tags.security)
def secret_key_is_made(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """A key that everybody can read in the source signs nothing."""
    if settings.SECRET_KEY.startswith("insecure"):
        return [
            Warning(
                "There is no secret key yet: sessions cannot be trusted.",
                hint="Run scripts/server once (it writes var/secret_key), or set GEOMONITOR_SECRET_KEY.",
                id="geomonitor.W002",
            )
        ]
    return []


@register()
def steps_can_be_found(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """The ordered steps in settings are dotted paths; a typing error must not surface in the middle of an import."""
    problems: list[CheckMessage] = []
    for setting in ("NEAR_STEPS", "IMPORT_ROW_STEPS"):
        for path in getattr(settings, setting):
            module, _dot, name = path.rpartition(".")
            try:
                found = hasattr(import_module(module), name)
            except ImportError:
                found = False
            if not found:
                problems.append(
                    Error(
                        f"{setting} names {path}, which cannot be imported.",
                        hint=f"Correct or remove the line in settings.{setting}.",
                        id="geomonitor.E003",
                    )
                )
    return problems
