"""[pure] Was this picture used before: for another project, another site or another progress?

The repetition is judged, not the first use: a village whose picture somebody copies later stays as it was, and its
reviewers are told. Stored sentences name no project: nobody is told of projects they may not see.
`photos.reuse.linked` finds, for one reader, those that this reader may. docs/design/photo-reuse.md has the search.
"""

from photos.evidence import CheckOutcome, Evidence, Register, Reuse
from places.message import Message, message, sentences
from places.message import mark as _

CODE = "not_reused"
TIER = "door"
RULE = 2
ASKS = "register"

SENTENCES = sentences(
    {
        "not_reused.first": _("Foto ini belum pernah dipakai."),
        "not_reused.searching": _("Berkas ini belum pernah dipakai; gambar yang serupa masih dicari."),
        "not_reused.same_stage": _("Gambar yang sama sudah pernah dikirim untuk titik dan progres ini."),
        "not_reused.shared": _("Foto ini dipakai bersama pekerjaan lain, dengan alasan yang dinyatakan."),
        "not_reused.used_later": _(
            "Foto ini kemudian dipakai lagi untuk pekerjaan, titik, atau progres lain. "
            "Yang dinilai adalah pemakaian kedua itu; foto ini tidak perlu diganti."
        ),
        "not_reused.other_project": _(
            "Foto yang sama sudah dipakai untuk pekerjaan lain. Ambil foto baru di lokasi pekerjaan ini."
        ),
        "not_reused.other_project_pixels": _(
            "Gambar yang sama, hanya disimpan ulang, sudah dipakai untuk pekerjaan lain. "
            "Ambil foto baru di lokasi pekerjaan ini."
        ),
        "not_reused.other_project_near": _(
            "Gambar yang sama, setelah diubah, sudah dipakai untuk pekerjaan lain (kemiripan %(similarity_pct)s). "
            "Ambil foto baru di lokasi pekerjaan ini."
        ),
        "not_reused.other_site": _(
            "Foto yang sama sudah dipakai untuk titik lain pada pekerjaan ini. Ambil foto baru di titik ini."
        ),
        "not_reused.other_site_pixels": _(
            "Gambar yang sama, hanya disimpan ulang, sudah dipakai untuk titik lain pada pekerjaan ini. "
            "Ambil foto baru di titik ini."
        ),
        "not_reused.other_site_near": _(
            "Gambar yang sama, setelah diubah, sudah dipakai untuk titik lain pada pekerjaan ini "
            "(kemiripan %(similarity_pct)s). Ambil foto baru di titik ini."
        ),
        "not_reused.other_progress": _(
            "Foto yang sama sudah dipakai untuk progres %(progress_pct)s. Ambil foto baru untuk progres ini."
        ),
        "not_reused.other_progress_pixels": _(
            "Gambar yang sama, hanya disimpan ulang, sudah dipakai untuk progres %(progress_pct)s. "
            "Ambil foto baru untuk progres ini."
        ),
        "not_reused.other_progress_near": _(
            "Gambar yang sama, setelah diubah, sudah dipakai untuk progres %(progress_pct)s "
            "(kemiripan %(similarity_pct)s). Ambil foto baru untuk progres ini."
        ),
        "not_reused.rejected": _(
            "Gambar yang sama sudah ditolak untuk titik dan progres ini. Ambil foto baru, jangan kirim yang lama lagi."
        ),
    }
)
_BYTES = ("server:sha256",)
_ALL = ("server:sha256", "server:same_picture", "server:received_at")


def run(evidence: Evidence) -> CheckOutcome:
    """Failed for the later of two undeclared uses; warning for the earlier; shared ones pass and say so.

    Unknown while only the bytes were compared. The measure is the similarity of the pictures, 0 to 1.
    """
    register = evidence.register or Register()
    cites = _BYTES if register.near_same is None else _ALL
    used = [(_kind(other, register), other) for other in (*register.same_bytes, *(register.near_same or ()))]
    repeated = [
        (kind, other) for kind, other in used if kind and other.earlier and not _declared(kind, other)
    ]
    if repeated:
        kind, worst = min(repeated, key=lambda found: (_ORDER.index(found[0]), -found[1].similarity))
        return CheckOutcome(CODE, "failed", _said(kind, worst), measured=worst.similarity, cites=cites)
    if any(kind and not other.earlier and not _declared(kind, other) for kind, other in used):
        return CheckOutcome(CODE, "warning", message("not_reused.used_later"), cites=cites)
    if register.near_same is None:
        return CheckOutcome(CODE, "unknown", message("not_reused.searching"), cites=cites)
    if any(kind for kind, _other in used):
        return CheckOutcome(CODE, "passed", message("not_reused.shared"), cites=cites)
    again = any(other.shot.same_project and other.shot.purpose == register.purpose for _kind, other in used)
    return CheckOutcome(
        CODE, "passed", message(f"not_reused.{'same_stage' if again else 'first'}"), cites=cites
    )


# The worst first.
_ORDER = ("other_project", "other_site", "rejected", "other_progress")


def _kind(other: Reuse, register: Register) -> str:
    """What two claims of one picture contradict each other in, "" if in nothing.

    A picture of the board may serve as picture of progress too: purposes are compared within one project only.
    The same picture again for the same stage (first stripped by a messenger, then as a document) is no reuse,
    unless people said no to it.
    """
    shot = other.shot
    if not shot.same_project:
        return "other_project"
    if shot.purpose != register.purpose or register.purpose != "progress":
        return ""
    if not shot.same_site:
        return "other_site"
    if shot.progress != register.progress:
        return "other_progress"
    return "rejected" if other.rejected and other.earlier else ""


def _declared(kind: str, other: Reuse) -> bool:
    """One heap of material may serve two works; no reason lets one picture show two stages of one site."""
    return other.shared and kind in ("other_project", "other_site")


def _said(kind: str, other: Reuse) -> Message:
    if kind == "rejected":
        return message("not_reused.rejected")
    code = f"not_reused.{kind}" if other.how == "bytes" else f"not_reused.{kind}_{other.how}"
    params: dict[str, int | float] = {}
    if kind == "other_progress":
        params["progress_pct"] = other.shot.progress
    if other.how == "near":
        params["similarity_pct"] = round(100 * other.similarity)
    return message(code, **params)
