"""[pure] What people call the fields of a project that acts tell of (audit events with "changes")."""

from collections.abc import Mapping

from places.message import mark as _

FIELD_NAMES: Mapping[str, str] = {
    "title": _("Nama"),
    "public_title": _("Nama untuk publik"),
    "work_type": _("Jenis pekerjaan"),
    "activity": _("Kegiatan anggaran"),
    "status": _("Status"),
    "published": _("Tampil untuk publik"),
    "volume": _("Volume"),
    "unit": _("Satuan"),
    "executor": _("Cara pelaksanaan"),
    "executor_name": _("Pelaksana"),
    "planned_start": _("Rencana mulai"),
    "planned_end": _("Rencana selesai"),
    "tolerance_m": _("Batas jarak foto"),
}
