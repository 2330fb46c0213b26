from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PhotosConfig(AppConfig):
    name = "photos"
    verbose_name = _("Foto")

    def ready(self) -> None:
        """Load every module that registers sentences, so that stored messages can be said anywhere."""
        from photos import (  # noqa: F401
            conclusions,
            importing,
            intake,
            refiling,
            removing,
            reviewing,
            shared_pictures,
            suggesting,
            verifying,
            withdrawing,
        )
