"""[pure] IPTC's old records (IIM) in Photoshop's APP13 block: days, places and programs that an editor wrote.

Values are written as exiftool writes them ("2026:11:24", "09:15:00+07:00"). They are facts only: no time and no
position is concluded from them.
"""

import re
from collections.abc import Iterator

PHOTOSHOP_HEAD = b"Photoshop 3.0\0"
RECORDS_LIMIT = 200  # resources, records of one, and records that are kept
VALUE_LIMIT = 1_000  # bytes of one value

_IIM = 0x0404  # Photoshop's resource that holds the records
_NAMES = {
    55: "DateCreated", 60: "TimeCreated", 62: "DigitalCreationDate", 63: "DigitalCreationTime", 65: "OriginatingProgram",
    70: "ProgramVersion", 90: "City", 92: "Sub-location", 95: "Province-State", 101: "Country-PrimaryLocationName",
}  # fmt: skip
_DATES, _TIMES = (55, 62), (60, 63)


def records_of(blocks: list[bytes]) -> list[tuple[str, str | None, str]]:
    """(name, value, raw) of the wanted records of APP13 blocks; value None if a date or time is none."""
    found: list[tuple[str, str | None, str]] = []
    utf8 = False
    wanted = (content for number, content in _resources(_joined(blocks)) if number == _IIM)
    for resource in wanted:
        for record, number, value in _records(resource):
            if (record, number) == (1, 90):
                utf8 = value == b"\x1b%G"
            elif record == 2 and number in _NAMES and len(found) < RECORDS_LIMIT:
                raw = _text(value, utf8)
                found.append((_NAMES[number], _read(number, raw), raw))
    return found


def resources_of(blocks: list[bytes]) -> tuple[int, ...]:
    """Numbers of Photoshop's resources in APP13 blocks, in file order, each once."""
    return tuple(dict.fromkeys(number for number, _content in _resources(_joined(blocks))))


def _joined(blocks: list[bytes]) -> bytes:
    return b"".join(
        block.removeprefix(PHOTOSHOP_HEAD) for block in blocks if block.startswith(PHOTOSHOP_HEAD)
    )


def _resources(content: bytes) -> Iterator[tuple[int, bytes]]:
    """(number, content) of each of Photoshop's resources."""
    at = 0
    for _resource in range(RECORDS_LIMIT):
        if content[at : at + 4] != b"8BIM" or at + 12 > len(content):
            return
        number = int.from_bytes(content[at + 4 : at + 6], "big")
        at += 6 + (content[at + 6] + 2) // 2 * 2  # a name with its length, padded to even
        size = int.from_bytes(content[at : at + 4], "big")
        yield number, content[at + 4 : at + 4 + size]
        at += 4 + size + size % 2


def _records(content: bytes) -> Iterator[tuple[int, int, bytes]]:
    """(record, number, value) of each data set; ends at the first thing that is none."""
    at = 0
    for _record in range(RECORDS_LIMIT):
        if content[at : at + 1] != b"\x1c" or at + 5 > len(content):
            return
        record, number, size = (
            content[at + 1],
            content[at + 2],
            int.from_bytes(content[at + 3 : at + 5], "big"),
        )
        at += 5
        if size & 0x8000:  # the size is itself written in so many bytes
            wide = size & 0x7FFF
            if wide > 4:
                return
            size, at = int.from_bytes(content[at : at + wide], "big"), at + wide
        if at + size > len(content):
            return
        yield record, number, content[at : at + min(size, VALUE_LIMIT)]
        at += size


def _text(value: bytes, utf8: bool) -> str:
    text = value.decode("utf-8", "replace") if utf8 else value.decode("cp1252", "replace")
    return text.replace("\0", "").strip()


def _read(number: int, raw: str) -> str | None:
    if number in _DATES:
        return (
            re.sub(r"(\d{4})(\d\d)(\d\d)", r"\1:\2:\3", raw)
            if re.fullmatch(r"\d{8}", raw, re.ASCII)
            else None
        )
    if number in _TIMES:
        match = re.fullmatch(r"(\d\d)(\d\d)(\d\d)(?:([+-]\d\d)(\d\d))?", raw, re.ASCII)
        return (
            f"{match[1]}:{match[2]}:{match[3]}" + (f"{match[4]}:{match[5]}" if match[4] else "")
            if match
            else None
        )
    return raw or None
