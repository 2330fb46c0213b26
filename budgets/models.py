"""Where a project's money comes from: fund sources, budget versions and lines, and what was spent."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from places.models import Place
from projects.models import Activity, Project, Site


class FundSource(models.Model):
    """A Siskeudes fund source; the code is stored, people see the usual short name (DD, ADD, BKP, BKK …)."""

    code = models.CharField(_("kode"), max_length=3, primary_key=True)
    name = models.CharField(_("nama"), max_length=100)
    short = models.CharField(_("nama singkat"), max_length=20)
    level = models.CharField(_("asal"), max_length=60, blank=True)
    aliases = ArrayField(
        models.CharField(max_length=40), default=list, blank=True, verbose_name=_("nama lain")
    )
    order = models.PositiveSmallIntegerField(_("urutan"), default=0)

    class Meta:
        verbose_name = _("sumber dana")
        verbose_name_plural = _("sumber dana")
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return self.short


class VersionKind(models.TextChoices):
    ORIGINAL = "original", _("APBDes murni")
    REVISION_BY_HEAD = "head_revision", _("Perkades perubahan")
    REVISED = "revised", _("P-APBDes")
    OUTSIDE = "outside", _("Anggaran dinas / pihak lain")


class BudgetVersion(models.Model):
    """One state of a village's budget for a year: kind, number, date and file of the regulation."""

    village = models.ForeignKey(
        Place, on_delete=models.PROTECT, related_name="budget_versions", verbose_name=_("desa")
    )
    fiscal_year = models.PositiveSmallIntegerField(_("tahun anggaran"))
    kind = models.CharField(
        _("jenis"), max_length=14, choices=VersionKind.choices, default=VersionKind.ORIGINAL
    )
    number = models.CharField(_("nomor"), max_length=60, blank=True)
    date = models.DateField(_("tanggal"), null=True, blank=True)
    file = models.FileField(_("berkas"), upload_to="budgets/", blank=True)

    class Meta:
        verbose_name = _("versi anggaran")
        verbose_name_plural = _("versi anggaran")
        ordering = ["village", "-fiscal_year", "-date", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="budget_version_once", fields=["village", "fiscal_year", "kind", "number"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.fiscal_year} {self.village}"


class BudgetLine(models.Model):
    """An amount of one fund source for a project (or one of its sites) in a budget version; Decimal rupiah."""

    version = models.ForeignKey(
        BudgetVersion, on_delete=models.PROTECT, related_name="lines", verbose_name=_("versi")
    )
    activity = models.ForeignKey(
        Activity,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="lines",
        verbose_name=_("kegiatan"),
    )
    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="lines", verbose_name=_("pekerjaan")
    )
    site = models.ForeignKey(
        Site,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="lines",
        verbose_name=_("titik lokasi"),
    )
    source = models.ForeignKey(
        FundSource, on_delete=models.PROTECT, related_name="lines", verbose_name=_("sumber dana")
    )
    account = models.CharField(_("kode rekening"), max_length=30, blank=True)
    amount = models.DecimalField(_("jumlah (Rp)"), max_digits=17, decimal_places=2)

    class Meta:
        verbose_name = _("baris anggaran")
        verbose_name_plural = _("baris anggaran")
        ordering = ["version", "pk"]
        constraints = [models.CheckConstraint(name="budget_line_not_negative", condition=Q(amount__gte=0))]

    def __str__(self) -> str:
        return f"{self.source} {self.amount}"


class Realisation(models.Model):
    """Money spent on a project on a day, with the document that proves it; Decimal rupiah."""

    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="realisations", verbose_name=_("pekerjaan")
    )
    source = models.ForeignKey(
        FundSource,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="realisations",
        verbose_name=_("sumber dana"),
    )
    date = models.DateField(_("tanggal"))
    amount = models.DecimalField(_("jumlah (Rp)"), max_digits=17, decimal_places=2)
    document = models.CharField(_("nomor bukti"), max_length=100, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("realisasi")
        verbose_name_plural = _("realisasi")
        ordering = ["project", "date", "pk"]

    def __str__(self) -> str:
        return f"{self.date} {self.amount}"
