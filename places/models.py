"""Provinces, regencies, districts and villages by their Kemendagri code."""

import re

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Concat, Greatest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

_KIND_WORDS = re.compile(
    r"\b(provinsi|kabupaten|kab\.|kota|kecamatan|kec\.|desa|kelurahan|kel\.)(?=\s|$)", re.IGNORECASE
)


class Level(models.TextChoices):
    """The four levels of a Kemendagri code."""

    PROVINCE = "province", _("provinsi")
    REGENCY = "regency", _("kabupaten")
    DISTRICT = "district", _("kecamatan")
    VILLAGE = "village", pgettext_lazy("tingkat wilayah", "desa / kelurahan")


class Kind(models.TextChoices):
    """What a place is called; a kelurahan has no APBDes and no Dana Desa."""

    PROVINSI = "provinsi", _("provinsi")
    KABUPATEN = "kabupaten", _("kabupaten")
    KOTA = "kota", _("kota")
    KECAMATAN = "kecamatan", _("kecamatan")
    DESA = "desa", _("desa")
    KELURAHAN = "kelurahan", _("kelurahan")


class PlaceQuerySet(models.QuerySet["Place"]):
    def within(self, code: str) -> "PlaceQuerySet":
        """The place with this code and everything below it (a code is a prefix of its children's)."""
        return self.filter(Q(pk=code) | Q(pk__startswith=f"{code}."))

    def villages(self) -> "PlaceQuerySet":
        return self.filter(level=Level.VILLAGE)

    def districts(self) -> "PlaceQuerySet":
        return self.filter(level=Level.DISTRICT)

    def at_level(self, level: str) -> "PlaceQuerySet":
        return self.filter(level=level)

    def search(self, text: str) -> "PlaceQuerySet":
        """Places whose name or code people mean by a text, the likeliest first; each knows its parent.

        Tolerates typing errors (index place_name_trgm), a leading kind ("Desa Tamansari") and the district
        behind the name ("Tamansari, Licin"), which tells homonyms apart.
        """
        words = _KIND_WORDS.sub(" ", text).replace(",", " ").split()
        if not words:
            return self.none()
        name = " ".join(words)
        every_word = Q()
        for word in words:
            every_word &= Q(name__icontains=word) | Q(parent__name__icontains=word)
        named = Q(name__icontains=name) | Q(name__trigram_similar=name)
        found = self.filter(named | every_word | Q(pk__startswith=name)).select_related("parent")
        return found.defer("boundary", "parent__boundary").order_by(
            Case(When(name__iexact=name, then=0), When(name__istartswith=name, then=1), default=2),
            Greatest(
                TrigramSimilarity("name", name),
                TrigramSimilarity(Concat("name", Value(" "), "parent__name"), name),
            ).desc(),
            "code",
        )


class Place(models.Model):
    """One place. The code is the key, so that "in this place" is a prefix query without a join.

    point and boundary: WGS 84, lon lat. Boundaries are indicative: published sources draw them differently,
    so a position outside one is a warning and never a rejection.
    """

    code = models.CharField(_("kode wilayah"), max_length=13, primary_key=True)
    level = models.CharField(_("tingkat"), max_length=8, choices=Level.choices)
    kind = models.CharField(_("jenis"), max_length=10, choices=Kind.choices)
    name = models.CharField(_("nama"), max_length=100)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("induk"),
    )
    point = models.PointField(_("titik"), geography=False, null=True, blank=True)
    boundary = models.MultiPolygonField(_("batas"), geography=False, null=True, blank=True)

    objects = PlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("wilayah")
        verbose_name_plural = _("wilayah")
        ordering = ["code"]
        constraints = [
            # Importers: a code that is not two to four groups of digits would break every prefix query.
            models.CheckConstraint(
                name="place_code_form",
                condition=Q(code__regex=r"^\d\d(\.\d\d(\.\d\d(\.\d{4})?)?)?$"),
            )
        ]
        indexes = [
            # The place search of the register and the map, which tolerates typing errors.
            GinIndex(name="place_name_trgm", fields=["name"], opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The name with its kind as people say it: "Desa Sragi", "Kec. Songgon", "Kabupaten Banyuwangi"."""
        prefix = {"desa": "Desa", "kelurahan": "Kelurahan", "kecamatan": "Kec.", "kabupaten": "Kabupaten"}
        return f"{prefix.get(self.kind, self.get_kind_display().title())} {self.name}"

    @property
    def label(self) -> str:
        """The title with the place above, which tells homonyms apart: "Desa Tamansari, Kec. Licin".

        Reads `parent`: use `select_related("parent")`, as `search` and `locate` do.
        """
        return f"{self.title}, {self.parent.title}" if self.parent else self.title

    @property
    def has_village_budget(self) -> bool:
        """Whether the place has an APBDes and Dana Desa: desa have, kelurahan don't."""
        return self.kind == Kind.DESA
