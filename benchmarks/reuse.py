"""Is a picture that was used before found, and are honest shots from one viewpoint left alone? At what cost?

.venv/bin/python benchmarks/reuse.py pictures --photographs FOLDER [--sources 2000] [--each 300] [--series 1000]
.venv/bin/python benchmarks/reuse.py database [--hashes 1000000] [--photos 300000]

Everything happens in a scratch database beside the one in the settings, which is removed at the end, and through the
functions that the worker calls. Photographs: those of Debian's mate-backgrounds and plasma-workspace-wallpapers (the
drawings among their files are left out), cut into separate parts of 900 × 675:
    apt-get download mate-backgrounds plasma-workspace-wallpapers
    for file in *.deb; do dpkg -x $file FOLDER; done
Parts with fewer than 40 keypoints (sky, gradients) are left out and counted. The rest of the sources are drawn, each
another place. Every change is made to so many sources, drawn by lot, and searched among all of them. An honest
series is a place at 0, 50 and 100 % from one viewpoint, or a photograph and the same one shot again by hand.
Limits were chosen on seeds 41 and 2026; the kept figures are of seed 2027. Two processes at once; times are processor time.
"""

import argparse
import io
import multiprocessing
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from multiprocessing.pool import Pool
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "geomonitor.settings")

import cv2
import django
import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFont, ImageOps

django.setup()

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection, connections, transaction
from django.test.utils import override_settings
from django.utils import timezone

from geomonitor.demo import pictures
from photos import fingerprints, reuse
from photos.models import Fingerprint, Photo

SEED = 2027
PART = (900, 675)
PHOTOGRAPHS = (
    "Aqua Blinds Dune FreshFlower Garden GreenMeadow LadyBird RainDrops Storm TwoWings Wood YellowFlower "
    "BytheWater ColdRipple ColorfulCups DarkestHour EveningGlow FallenLeaf Grey Kite OneStandsOut Path summer_1am"
)
PLAIN = 40  # keypoints
Rng = random.Random


# What is done to a copy -------------------------------------------------------------------------------------


def jpeg(image: Image.Image, quality: int) -> Image.Image:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return Image.open(io.BytesIO(out.getvalue())).convert("RGB")


def saved_again(image: Image.Image, rng: Rng) -> Image.Image:
    return jpeg(image, rng.choice((60, 70, 80, 90)))


def scaled(image: Image.Image, rng: Rng) -> Image.Image:
    by = rng.uniform(0.35, 0.8)
    return jpeg(image.resize((round(image.width * by), round(image.height * by))), 85)


def brightness(image: Image.Image, rng: Rng) -> Image.Image:
    image = ImageEnhance.Brightness(image).enhance(rng.uniform(0.75, 1.3))
    image = ImageEnhance.Contrast(image).enhance(rng.uniform(0.8, 1.25))
    return jpeg(ImageEnhance.Color(image).enhance(rng.uniform(0.6, 1.5)), 85)


def stamp(image: Image.Image, rng: Rng) -> Image.Image:
    """Date and coordinates in a corner, as camera apps draw them, with or without a dark panel."""
    layer = Image.new("RGBA", image.size)
    pen = ImageDraw.Draw(layer)
    lines, tall = rng.randint(2, 5), round(image.height * 0.045)
    left, top = round(image.width * 0.02), round(image.height * (0.97 - 0.05 * lines))
    if rng.random() < 0.6:
        pen.rectangle((left, top - 8, left + image.width // 2, image.height * 0.98), fill=(20, 24, 22, 150))
    font = ImageFont.load_default(size=tall * 0.8)
    for line in range(lines):
        said = f"-8.2{rng.randint(1000, 9999)}, 114.{rng.randint(1000, 9999)}  {rng.randint(1, 28)}/06/2026"
        pen.text((left + 8, top + line * tall), said, font=font, fill=(255, 255, 255, 245))
    return jpeg(Image.alpha_composite(image.convert("RGBA"), layer).convert("RGB"), 85)


def watermark(image: Image.Image, rng: Rng) -> Image.Image:
    """Large pale letters across the whole picture."""
    layer = Image.new("RGBA", image.size)
    pen, font = ImageDraw.Draw(layer), ImageFont.load_default(size=image.height // 12)
    for row in range(4):
        at = (image.width * (0.1 + 0.2 * row), image.height * (0.1 + 0.2 * row))
        pen.text(at, f"PEMDES {rng.randint(1, 99)}", font=font, fill=(255, 255, 255, 60))
    return jpeg(Image.alpha_composite(image.convert("RGBA"), layer).convert("RGB"), 85)


def mirror(image: Image.Image, _rng: Rng) -> Image.Image:
    return jpeg(ImageOps.mirror(image), 85)


def quarter_turn(image: Image.Image, rng: Rng) -> Image.Image:
    return jpeg(image.rotate(rng.choice((90, 180, 270)), expand=True), 85)


def crop_to(share: float) -> Callable[[Image.Image, Rng], Image.Image]:
    def crop(image: Image.Image, rng: Rng) -> Image.Image:
        width, height = round(image.width * share), round(image.height * share)
        x, y = rng.randint(0, image.width - width), rng.randint(0, image.height - height)
        return jpeg(image.crop((x, y, x + width, y + height)), 85)

    return crop


def whatsapp(image: Image.Image, _rng: Rng) -> Image.Image:
    small = image.copy()
    small.thumbnail((1600, 1600))
    return jpeg(small, 70)


CHANGES: dict[str, Callable[[Image.Image, Rng], Image.Image]] = {
    "saved again": saved_again,
    "whatsapp": whatsapp,
    "scaled": scaled,
    "brightness": brightness,
    "stamp": stamp,
    "watermark": watermark,
    "mirror": mirror,
    "quarter turn": quarter_turn,
    "crop to 90 %": crop_to(0.9),
    "crop to 70 %": crop_to(0.7),
}


# Honest shots -----------------------------------------------------------------------------------------------


def shot_again(image: Image.Image, works: Image.Image, rng: Rng) -> Image.Image:
    """Another day, the same viewpoint: held by hand, other light and shadows, wind, works grown by a tenth.

    Turned by about 0.8° about each axis; near things shift by about 1 % of the width against far ones.
    """
    values = np.asarray(image, np.float32)
    height, width = values.shape[:2]
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    focal = width * 0.85
    lens = np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1]])
    turn = cv2.Rodrigues(np.radians([rng.gauss(0, 0.8) for _axis in range(3)]))[0]
    seen = np.stack([across, down, np.ones_like(down)], -1) @ (lens @ turn @ np.linalg.inv(lens)).T
    x, y = seen[..., 0] / seen[..., 2], seen[..., 1] / seen[..., 2]
    nearness = np.clip((down / height - 0.4) * 1.6, 0, None) + 0.25 * np.abs(smooth((height, width), 5, rng))
    x += nearness * rng.gauss(0, 0.012) * width + 0.6 * smooth((height, width), 40, rng)
    y += nearness * rng.gauss(0, 0.012) * width + 0.6 * smooth((height, width), 40, rng)
    values = cv2.remap(
        values, x.astype(np.float32), y.astype(np.float32), cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
    )
    shadow = cv2.GaussianBlur((smooth((height, width), 6, rng) > 0.6).astype(np.float32), (0, 0), 5)
    values *= (1 - 0.35 * shadow)[..., None] * rng.uniform(0.8, 1.2)
    values *= np.array([rng.uniform(0.93, 1.07), 1, rng.uniform(0.93, 1.07)], np.float32)
    noise = np.random.default_rng(rng.randrange(2**32)).normal(0, rng.uniform(2, 5), values.shape)
    again = Image.fromarray(np.clip(values + noise, 0, 255).astype(np.uint8))
    size = (round(width * rng.uniform(0.2, 0.4)), round(height * rng.uniform(0.2, 0.4)))
    corner = (rng.randint(0, width - size[0]), rng.randint(0, height - size[1]))
    again.paste(works.resize(image.size).crop((*corner, corner[0] + size[0], corner[1] + size[1])), corner)
    return jpeg(again, rng.choice((85, 90, 92)))


def smooth(shape: tuple[int, int], cells: int, rng: Rng) -> np.ndarray:
    noise = np.random.default_rng(rng.randrange(2**32)).normal(0, 1, (cells, cells)).astype(np.float32)
    return cv2.resize(noise, shape[::-1], interpolation=cv2.INTER_CUBIC)


# Sources ----------------------------------------------------------------------------------------------------


def parts_of(folder: Path) -> Iterator[Image.Image]:
    """Separate parts of every photograph in a folder, each photograph once, in its largest size."""
    largest: dict[str, Path] = {}
    for path in sorted(folder.rglob("*.jpg"), key=lambda p: (p.stat().st_size, str(p))):
        name = path.parts[-4] if path.parent.name == "images" else path.stem
        if name in PHOTOGRAPHS.split():
            largest[name] = path
    for _name, path in sorted(largest.items()):
        with Image.open(path) as image:
            whole = image.convert("RGB")
        for x in range(0, whole.width - PART[0] + 1, PART[0]):
            for y in range(0, whole.height - PART[1] + 1, PART[1]):
                yield whole.crop((x, y, x + PART[0], y + PART[1]))


def photographs(folder: Path | None) -> tuple[list[bytes], int]:
    """(parts as JPEGs at 92, how many more were too plain)."""
    parts = list(parts_of(folder)) if folder else []
    found = [as_jpeg(part) for part in parts if len(fingerprints.fingerprint_of(shown(part)).words) >= PLAIN]
    return found, len(parts) - len(found)


def drawn(no: int) -> bytes:
    return as_jpeg(pictures.draw(SEED * 1000 + no, pictures.KINDS[no % len(pictures.KINDS)], (no * 37) % 101))


def as_jpeg(image: Image.Image, quality: int = 92) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content)).convert("RGB")


def shown(image: Image.Image) -> Image.Image:
    """As the worker keeps it: at most 1000 pixels, JPEG."""
    small = image.copy()
    small.thumbnail((1000, 1000), Image.Resampling.LANCZOS)
    return jpeg(small, 82)


# The worker's look ------------------------------------------------------------------------------------------

# Filled before the processes are made; the photographs are the first of the sources.
SOURCES: list[bytes] = []
PHOTOGRAPHIC: list[bytes] = []


def looked_at(image: Image.Image, name: str) -> Photo:
    """A photo of that picture with its fingerprint, as the worker stores them (without its lock: nothing to keep)."""
    picture = shown(image)
    photo = Photo.objects.create(
        sha256=name,
        format="JPEG",
        size=1,
        width=image.width,
        height=image.height,
        original=name,
        received_at=timezone.now(),
        looked_at=timezone.now(),
        display=storages["default"].save(f"{name}.jpg", ContentFile(as_jpeg(picture, 82))),
    )
    mark = fingerprints.fingerprint_of(picture)
    Fingerprint.objects.create(
        photo=photo,
        version=mark.version,
        phash=mark.phash,
        words=list(mark.words),
        places=mark.places,
        detail=mark.detail,
    )
    return photo


def searched(photo: Photo) -> tuple[set[str], float]:
    """(names of the pictures found, milliseconds of processor time)."""
    began = time.process_time()
    pairs = reuse.search(photo)
    spent = 1000 * (time.process_time() - began)
    names = {pair.left.sha256 for pair in pairs} | {pair.right.sha256 for pair in pairs}
    return names - {photo.sha256}, spent


def asked(images: list[Image.Image]) -> list[tuple[set[str], float]]:
    """What each of these finds, one after another; all are forgotten again."""
    found, kept = [], []
    with transaction.atomic():
        for no, image in enumerate(images):
            kept.append(looked_at(image, f"asked-{os.getpid()}-{no}"))
            found.append(searched(kept[-1]))
        transaction.set_rollback(True)
    for photo in kept:
        storages["default"].delete(photo.display)
    return found


def fill_register(no: int) -> None:
    looked_at(opened(SOURCES[no]), f"source-{no}")


def copy(job: tuple[str, int]) -> tuple[str, bool, list[str], float]:
    """(change, found, wrong ones, milliseconds) of one source, changed and asked for."""
    name, no = job
    rng = Rng(f"{SEED}-{name}-{no}")
    ((names, spent),) = asked([CHANGES[name](opened(SOURCES[no]), rng)])
    own = f"source-{no}"
    return name, own in names, [f"{own} taken for {other}" for other in names - {own}], spent


def honest(no: int) -> tuple[bool, list[str], list[float]]:
    """(of a photograph, false alarms, milliseconds of each search) of one series."""
    rng = Rng(f"{SEED}-series-{no}")
    if no % 2 and PHOTOGRAPHIC:
        # The photograph itself stands in the register: it must not be found.
        source, works = (opened(PHOTOGRAPHIC[k % len(PHOTOGRAPHIC)]) for k in (no // 2, no // 2 + 7))
        found = asked([shot_again(source, works, rng)])
    else:
        seed, kind = SEED * 7000 + no, pictures.KINDS[no // 2 % len(pictures.KINDS)]
        found = asked([pictures.draw(seed, kind, stage) for stage in (0, 50, 100)])
    alarms = [f"series {no}: {name}" for names, _spent in found for name in names]
    return bool(no % 2 and PHOTOGRAPHIC), alarms, [spent for _names, spent in found]


def run_pictures(folder: Path | None, count: int, each: int, series: int) -> None:
    parts, plain = photographs(folder)
    PHOTOGRAPHIC.extend(parts[: count // 2])
    SOURCES.extend(PHOTOGRAPHIC)
    connections.close_all()
    with multiprocessing.get_context("fork").Pool(2) as pool:
        SOURCES.extend(pool.map(drawn, range(count - len(PHOTOGRAPHIC))))
    print(
        f"{len(SOURCES)} sources: {len(PHOTOGRAPHIC)} parts of photographs ({plain} too plain), the rest drawn",
        flush=True,
    )
    with multiprocessing.get_context("fork").Pool(2) as pool:
        pool.map(fill_register, range(len(SOURCES)))
    analyze()
    connections.close_all()
    with multiprocessing.get_context("fork").Pool(2) as pool:
        copies(pool, each)
        honest_series(pool, series)


def copies(pool: Pool, each: int) -> None:
    """The table of copies. Every photograph is among those asked for, the others by lot."""
    rng, times, lines = Rng(SEED), [], []
    print(
        f"{'change':14} {'copies':>6} {'found':>6} {'missed':>6} {'wrong':>6} {'recall':>7} {'precision':>9}"
    )
    for name in CHANGES:
        large = len(PHOTOGRAPHIC)
        chosen = [*range(large), *rng.sample(range(large, len(SOURCES)), len(SOURCES) - large)][:each]
        done = list(pool.imap_unordered(copy, [(name, no) for no in chosen], chunksize=4))
        right = sum(found for _name, found, _wrong, _spent in done)
        wrong = [line for _name, _found, line, _spent in done if line]
        recall, precision = right / len(done), right / max(1, right + sum(map(len, wrong)))
        missed = len(done) - right
        print(
            f"{name:14} {len(done):6} {right:6} {missed:6} {sum(map(len, wrong)):6} {recall:7.4f} {precision:9.4f}",
            flush=True,
        )
        times += [spent for *_rest, spent in done]
        lines += [f"  {name}: {line}" for found in wrong for line in found]
    print(*lines[:40], sep="\n")
    print(f"search with a copy in the register: {milliseconds(times)}")


def honest_series(pool: Pool, series: int) -> None:
    done = list(pool.imap_unordered(honest, range(series), chunksize=4))
    for large, what in ((True, "shot again by hand"), (False, "drawn at 0, 50 and 100 %")):
        some = [one for one in done if one[0] == large]
        alarms = [line for _large, found, _times in some for line in found]
        times = [spent for _large, _found, spent in some for spent in spent]
        if some:
            print(f"honest, {what}: {len(some)} series, {len(alarms)} alarms; search {milliseconds(times)}")
            print(*(f"  {line}" for line in alarms), sep="\n")


def milliseconds(times: list[float]) -> str:
    return f"median {statistics.median(times):.1f} ms, p99 {np.percentile(times, 99):.1f} ms"


# In the database --------------------------------------------------------------------------------------------


def run_database(hashes: int, photos: int) -> None:
    rng = np.random.default_rng(SEED)
    marks = [
        fingerprints.fingerprint_of(
            shown(pictures.draw(SEED * 100 + no, pictures.KINDS[no % len(pictures.KINDS)], 50))
        )
        for no in range(60)
    ]
    pool = np.concatenate([np.array(mark.words) for mark in marks])
    fill(pool, [mark.phash for mark in marks], hashes, photos, rng)
    analyze()
    print(f"{hashes} hashes, {photos} of them with words; {len(reuse.common_words())} words are too common")
    timed("hash, eight positions", [mark for mark in marks if mark.phash], reuse.near_hashes)
    timed("words, plain and mirrored", marks, reuse.sharing_words)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, pg_size_pretty(pg_relation_size(oid)) FROM pg_class "
            "WHERE relname LIKE '%fingerprint%' AND relkind IN ('r', 'i') ORDER BY relname"
        )
        for name, size in cursor.fetchall():
            print(f"{name:40} {size}")


def fill(pool: np.ndarray, phashes: list[int], hashes: int, photos: int, rng: np.random.Generator) -> None:
    """Rows as a large register has them: words as of drawn scenes with a few bits changed, hashes alike in parts."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = 'photos_fingerprint'::regclass AND contype = 'f'"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f'ALTER TABLE photos_fingerprint DROP CONSTRAINT "{name}"')
        # Built at the end: filling an index row by row takes hours.
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE indexname LIKE 'fingerprint%' "
            "AND tablename = 'photos_fingerprint'"
        )
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {name}")
        for begin in range(0, hashes, 20_000):
            out = io.StringIO()
            for no in range(begin, min(begin + 20_000, hashes)):
                out.write(row(no, pool, phashes, no < photos, rng))
            out.seek(0)
            cursor.copy_expert("COPY photos_fingerprint FROM STDIN", out)
        for _name, definition in indexes:
            cursor.execute(definition)


def row(no: int, pool: np.ndarray, phashes: list[int], with_words: bool, rng: np.random.Generator) -> str:
    flips = np.bitwise_or.reduce(1 << rng.integers(0, 63, 24, dtype=np.int64))
    phash = int(phashes[no % len(phashes)] ^ flips)
    words: list[int] = []
    if with_words:
        chosen = pool[rng.integers(0, len(pool), fingerprints.KEYPOINTS)]
        for _bit in range(4):
            bits = 1 << rng.integers(0, fingerprints.WORD_BITS, len(chosen))
            chosen = chosen ^ np.where(rng.random(len(chosen)) < 0.5, bits, 0)
        words = sorted(int(word) for word in chosen)
    places = "\\\\x" + "00" * (8 * len(words))
    return f"{no + 10_000_000}\t1\t{phash}\t{{{','.join(map(str, words))}}}\t{places}\t40\n"


def timed(
    what: str, marks: list[fingerprints.Fingerprint], ask: Callable[[fingerprints.Fingerprint], list]
) -> None:
    taken: list[float] = []
    for mark in marks[:20] + marks:
        began = time.perf_counter()
        ask(mark)
        taken.append(1000 * (time.perf_counter() - began))
    taken = taken[20:]
    print(f"{what:28} median {statistics.median(taken):.1f} ms, p99 {np.percentile(taken, 99):.1f} ms")
    with connection.execute_wrapper(explained), transaction.atomic():
        ask(marks[0])


def explained(execute, sql, params, many, context):
    """Print the plan of the two searches on the way."""
    if sql in (reuse.NEAR_HASHES, reuse.SHARING_WORDS):
        context["cursor"].execute(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {sql}", params)
        plan = [line for (line,) in context["cursor"].fetchall()]
        assert not any("Seq Scan" in line for line in plan), "\n".join(line[:200] for line in plan)
        print("\n".join("    " + line[:110] for line in plan if "Scan" in line or "Execution" in line))
    return execute(sql, params, many, context)


def analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE photos_fingerprint")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("pictures", "database"))
    parser.add_argument("--photographs", type=Path)
    parser.add_argument("--sources", type=int, default=2000)
    parser.add_argument("--each", type=int, default=300)
    parser.add_argument("--series", type=int, default=1000)
    parser.add_argument("--hashes", type=int, default=1_000_000)
    parser.add_argument("--photos", type=int, default=300_000)
    given = parser.parse_args()
    connection.settings_dict["TEST"]["NAME"] = f"reuse_benchmark_{os.getpid()}"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        with tempfile.TemporaryDirectory() as folder:
            default = {
                "BACKEND": "django.core.files.storage.FileSystemStorage",
                "OPTIONS": {"location": folder},
            }
            with override_settings(STORAGES={"default": default}):
                if given.what == "pictures":
                    run_pictures(given.photographs, given.sources, given.each, given.series)
                else:
                    run_database(given.hashes, given.photos)
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


main()
