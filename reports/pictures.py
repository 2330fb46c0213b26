"""Which photos a paper shows as small pictures; all others stand in its tables with their hashes and links."""

from collections.abc import Callable, Iterable

from duplicates.project_as_of import PhotoAsOf

Read = Callable[[str], bytes]  # SHA-256 of the original → JPEG, b"" when there is no picture

MOST_OF_A_FINDING = 12
MOST_OF_A_PAPER = 240  # about 5 MB


def no_picture(_sha256: str) -> bytes:
    """For papers without pictures."""
    return b""


class Album:
    """The pictures of one paper: each file is read once, and no more of them than a paper can carry."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._seen: dict[str, bytes] = {}

    def picture(self, photo: PhotoAsOf) -> bytes:
        """The picture of a photo, b"" when there is none."""
        if photo.sha256 not in self._seen:
            self._seen[photo.sha256] = self._read(photo.sha256)
        return self._seen[photo.sha256]

    def chosen(self, photos: Iterable[PhotoAsOf]) -> list[PhotoAsOf]:
        """Those of a finding to show, in their order: first what counts, progress before boards and materials."""
        every = list(photos)
        ranked = sorted(every, key=lambda one: (not one.stands, one.purpose != "progress"))
        if len(self._seen) >= MOST_OF_A_PAPER:
            ranked = [one for one in ranked if one.sha256 in self._seen]
        kept = {one.claim for one in ranked[:MOST_OF_A_FINDING]}
        return [one for one in every if one.claim in kept]
