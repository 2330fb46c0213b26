"""[pure] Whether one picture is claimed for both works. docs/signals/pictures.md."""

import numpy as np
from numpy.typing import NDArray

from duplicates.comparison import Comparison, Finding
from duplicates.works import Batch
from places.message import mark as _
from places.message import message, sentences

SHOWN = _("Foto")
SENTENCES = sentences(
    {
        "pictures.unknown": _("Foto tidak dapat dibandingkan: salah satunya belum punya foto."),
        "pictures.exact": _(
            "%(count)s foto yang sama dipakai di keduanya, tanpa pernyataan dipakai bersama."
        ),
        "pictures.near": _("%(count)s gambar di keduanya berasal dari satu foto."),
        "pictures.none": _("Tidak ada foto yang sama: %(left)s dan %(right)s foto."),
    }
)
LEVELS = ("unknown", "exact", "near", "none")


def compare(pair: Comparison) -> Finding:
    """Level by shared pictures whose sharing is not declared; "unknown" where one has no picture."""
    left, right = pair.left, pair.right
    exact, near = left.pictures & right.pictures, left.picture_groups & right.picture_groups
    if exact:
        return Finding("exact", message("pictures.exact", count=len(exact)))
    if near:
        return Finding("near", message("pictures.near", count=len(near)))
    if not left.pictures or not right.pictures:
        return Finding("unknown", message("pictures.unknown"))
    return Finding("none", message("pictures.none", left=len(left.pictures), right=len(right.pictures)))


def levels(batch: Batch) -> NDArray[np.int8]:
    """The levels of many pairs, as indices into LEVELS."""
    works = batch.works
    both = works.pictured[batch.left] & works.pictured[batch.right]
    found = np.where(both, LEVELS.index("none"), 0).astype(np.int8)
    found[batch.among(works.shared_groups)] = LEVELS.index("near")
    found[batch.among(works.shared_pictures)] = LEVELS.index("exact")
    return found
