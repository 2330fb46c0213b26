"""Titles as they were read, kept by project: reading one takes long, so it is done once, not at every scan."""

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.db import OperationalError, connection, transaction

from duplicates import title_words, titles
from duplicates.titles import Frequencies, Title, read_title

CHUNK = 5000
PATIENCE_MS = 300  # how long a save waits for words that another transaction is making


def _version() -> int:
    """Changes with the tables and rules of reading, so that what was read by older ones is read anew."""
    sources = (Path(str(module.__file__)).read_bytes() for module in (titles, title_words))
    return zlib.crc32(b"".join(sources)) >> 1


VERSION = _version()

# A full pass over projects and readings by their primary keys.
UNREAD = """
SELECT project.id, project.title, hashtextextended(project.title, 0)
FROM projects_project AS project
LEFT JOIN duplicates_readtitle AS reading ON reading.project_id = project.id
WHERE (reading.project_id IS NULL
       OR reading.title_hash <> hashtextextended(project.title, 0)
       OR reading.version <> %(version)s)
  AND (%(projects)s::bigint[] IS NULL OR project.id = ANY(%(projects)s::bigint[]))
ORDER BY project.id
LIMIT %(most)s
"""

KEEP = """
INSERT INTO duplicates_readtitle (project_id, title_hash, version, words, marks, built)
SELECT project_id, title_hash, %(version)s, words::int[], marks, built
FROM unnest(
    %(projects)s::bigint[], %(hashes)s::bigint[], %(words)s::text[], %(marks)s::text[], %(built)s::text[]
) AS just_read (project_id, title_hash, words, marks, built)
ON CONFLICT (project_id) DO UPDATE
SET title_hash = EXCLUDED.title_hash, version = EXCLUDED.version, words = EXCLUDED.words,
    marks = EXCLUDED.marks, built = EXCLUDED.built
"""

NEW_WORDS = """
INSERT INTO duplicates_titleword (word) SELECT unnest(%s::text[])
ON CONFLICT (word) DO NOTHING
"""

# In how many works' titles each word stands.
FREQUENCIES = """
SELECT word.word, count(*)
FROM projects_project AS project
JOIN duplicates_readtitle AS reading ON reading.project_id = project.id
CROSS JOIN LATERAL (SELECT DISTINCT unnest(reading.words) AS id) AS held
JOIN duplicates_titleword AS word ON word.id = held.id
WHERE project.status <> ALL(%(left_out)s)
GROUP BY word.word
"""


def titles_written(*, project_ids: Sequence[int]) -> None:
    """Read the titles of these projects in the transaction that wrote them (settings.TITLE_STEPS).

    A word that another transaction is just making keeps nobody waiting: the next scan reads what is left unread.
    """
    with suppress(OperationalError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = %s", [f"{PATIENCE_MS}ms"])
        refresh(project_ids)
        cursor.execute("SET LOCAL lock_timeout TO DEFAULT")


def refresh(projects: Sequence[int] | None = None) -> int:
    """Read the titles that were not read yet, or not as they stand now. Returns how many.

    projects: only these primary keys; None = all.
    """
    if projects is not None:
        parts = [list(projects[at : at + CHUNK]) for at in range(0, len(projects), CHUNK)]
        numbers: dict[str, int] = {}
        return sum(_read_some(part, numbers) for part in parts)
    done, numbers = 0, dict(_words())
    while True:
        some = _read_some(None, numbers)
        done += some
        if some < CHUNK:
            return done


def _read_some(projects: list[int] | None, numbers: dict[str, int]) -> int:
    """Read up to CHUNK unread titles. numbers: of the words known so far, which grows."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(UNREAD, {"version": VERSION, "projects": projects, "most": CHUNK})
        unread = [(key, read_title(title), hashed) for key, title, hashed in cursor.fetchall()]
        if unread:
            _number_words({word.text for _key, title, _hash in unread for word in title.words}, numbers)
            _keep(unread, numbers)
    return len(unread)


def _words() -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT word, id FROM duplicates_titleword")
        return [(word, number) for word, number in cursor.fetchall()]


def _number_words(words: set[str], numbers: dict[str, int]) -> None:
    """Give every word its number; another process may be doing the same."""
    wanted = "SELECT word, id FROM duplicates_titleword WHERE word = ANY(%s::text[])"
    with connection.cursor() as cursor:
        for attempt in ("are there", "were made"):
            new = sorted(words - numbers.keys())
            if new and attempt == "were made":
                cursor.execute(NEW_WORDS, [new])
            if new:
                cursor.execute(wanted, [new])
                numbers.update(cursor.fetchall())


def _keep(read: list[tuple[int, Title, int]], numbers: dict[str, int]) -> None:
    values: dict[str, Any] = {
        "version": VERSION,
        "projects": [key for key, _title, _hash in read],
        "hashes": [hashed for _key, _title, hashed in read],
        "words": [_array(numbers[word.text] for word in title.words) for _key, title, _hash in read],
        "marks": [marks_text(title) for _key, title, _hash in read],
        "built": [",".join(sorted(title.built)) for _key, title, _hash in read],
    }
    with connection.cursor() as cursor:
        cursor.execute(KEEP, values)


def _array(numbers: Iterable[int]) -> str:
    return f"{{{','.join(map(str, numbers))}}}"


def marks_text(title: Title) -> str:
    """A title's marks as kept."""
    if not title.marks:
        return ""
    return json.dumps([[kind, sorted(title.marks[kind])] for kind in sorted(title.marks)], ensure_ascii=False)


def read_marks(text: str) -> dict[str, frozenset[str]]:
    """Kept marks as a title has them."""
    return {kind: frozenset(values) for kind, values in json.loads(text)} if text else {}


def read_built(text: str) -> frozenset[str]:
    """What a title names as built, as kept."""
    return frozenset(text.split(",")) if text else frozenset()


def frequencies(left_out: list[str]) -> Frequencies:
    """Words of the titles of all works: those of projects in none of the states left out."""
    values = {"left_out": left_out}
    with connection.cursor() as cursor:
        cursor.execute(FREQUENCIES, values)
        counts = dict(cursor.fetchall())
        cursor.execute(
            "SELECT count(*) FROM projects_project AS project WHERE project.status <> ALL(%(left_out)s)",
            values,
        )
        (number,) = cursor.fetchone()
    return Frequencies(number, counts)


def vocabulary() -> Iterator[tuple[str, int]]:
    """Every word that was ever read, with its number."""
    yield from _words()
