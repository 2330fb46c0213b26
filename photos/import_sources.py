"""[pure] Files to import, out of a folder or a ZIP: one after the other, never written under their own names.

What cannot be meant is an entry with a reason, never an exception: encrypted, a ZIP inside the ZIP, a name that
leaves its archive, too large, a link to elsewhere.
"""

import os
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from places.message import Message, message, sentences
from places.message import mark as _

PICTURES = frozenset({".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".webp", ".heic", ".heif", ".hif"})
ENTRIES_LIMIT = 100_000
MANIFEST = "manifest.csv"
_JUNK = {"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini", "@eaDir"}
_NESTED = {".zip", ".rar", ".7z", ".tar", ".gz", ".tgz"}

SENTENCES = sentences(
    {
        "import_photos.encrypted": _("Terkunci dengan kata sandi. Buka arsipnya dulu, lalu kirim foldernya."),
        "import_photos.nested": _("Arsip di dalam arsip tidak dibuka. Buka dulu, lalu kirim isinya."),
        "import_photos.outside": _("Nama berkas keluar dari arsipnya (%(name)s), jadi tidak dibaca."),
        "import_photos.too_large": _(
            "Terlalu besar: %(size_mb)s; batasnya %(limit_mb)s. Kirim foto asli dari kamera, bukan video atau arsip."
        ),
        "import_photos.link": _("Tautan ke tempat lain tidak diikuti. Salin berkasnya ke folder ini."),
        "import_photos.not_a_picture": _("Bukan berkas foto."),
        "import_photos.not_a_zip": _("%(name)s bukan folder dan bukan berkas ZIP yang utuh."),
        "import_photos.too_many": _("Lebih dari %(limit)s berkas. Bagi menjadi beberapa arsip."),
    }
)


class NotReadable(Exception):
    """The folder or ZIP as a whole cannot be read; said: why."""

    def __init__(self, said: Message) -> None:
        super().__init__(said.code)
        self.said = said


@dataclass(frozen=True)
class Entry:
    """One file. name: with folders, from the top, by "/". open: its bytes, to be closed. refusal: why it has none."""

    name: str
    size: int
    open: Callable[[], IO[bytes]]
    refusal: Message | None = None

    @property
    def base(self) -> str:
        """The name without folders."""
        return self.name.rpartition("/")[2]

    @property
    def is_picture(self) -> bool:
        return PurePosixPath(self.name.lower()).suffix in PICTURES


def entries(source: Path, *, limit: int) -> Iterator[Entry]:
    """All files of a folder or ZIP in the order of their names; limit: bytes of one file. Raises NotReadable."""
    if source.is_dir():
        yield from _in_folder(source, limit)
        return
    try:
        with zipfile.ZipFile(source) as archive:
            yield from _in_zip(archive, limit)
    except (zipfile.BadZipFile, OSError) as error:
        raise NotReadable(message("import_photos.not_a_zip", name=source.name)) from error


def _in_folder(source: Path, limit: int) -> Iterator[Entry]:
    count = 0
    for folder, below, files in os.walk(source):
        below[:] = sorted(name for name in below if name not in _JUNK and not name.startswith("."))
        for file in sorted(files):
            if file in _JUNK or file.startswith("."):
                continue
            count += 1
            if count > ENTRIES_LIMIT:
                raise NotReadable(message("import_photos.too_many", limit=ENTRIES_LIMIT))
            path = Path(folder, file)
            yield _of_path(path, path.relative_to(source).as_posix(), limit)


def _of_path(path: Path, name: str, limit: int) -> Entry:
    if path.is_symlink():
        return Entry(name, 0, _nothing, message("import_photos.link"))
    size = path.stat().st_size
    return Entry(name, size, lambda: path.open("rb"), _refusal(name, size, limit))


def _in_zip(archive: zipfile.ZipFile, limit: int) -> Iterator[Entry]:
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if len(infos) > ENTRIES_LIMIT:
        raise NotReadable(message("import_photos.too_many", limit=ENTRIES_LIMIT))
    for info in sorted(infos, key=lambda info: info.filename):
        parts = PurePosixPath(info.filename.replace("\\", "/")).parts
        if not parts or any(part in _JUNK or (part.startswith(".") and part != "..") for part in parts):
            continue
        name = "/".join(parts)
        refusal = _refusal(name, info.file_size, limit)
        if ".." in parts or parts[0] == "/" or ":" in parts[0]:
            refusal = message("import_photos.outside", name=name)
        elif info.flag_bits & 1:
            refusal = message("import_photos.encrypted")
        # The declared size is the most that zipfile reads of an entry, so that a bomb ends there.
        yield Entry(name, info.file_size, lambda info=info: archive.open(info), refusal)  # type: ignore[misc]


def _refusal(name: str, size: int, limit: int) -> Message | None:
    if PurePosixPath(name.lower()).suffix in _NESTED:
        return message("import_photos.nested")
    if size > limit:
        return message("import_photos.too_large", size_mb=size, limit_mb=limit)
    return None


def _nothing() -> IO[bytes]:
    raise FileNotFoundError("a refused entry has no bytes to read")
