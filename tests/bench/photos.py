"""What a 12-megapixel photo costs: `python -m tests.bench photos`, in processes of their own, without a database."""

import argparse
import io
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.bench.report import BEGIN_PHOTOS, END_PHOTOS, write_between

ROOT = Path(__file__).resolve().parent.parent.parent
WIDTH, HEIGHT = 4032, 3024
SOURCES = 5
MOST_GROWTH_MIB = 200


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench photos")
    parser.add_argument("--photos", type=int, default=50)
    parser.add_argument("--no-document", action="store_true", help="leave docs/ as it is")
    options = parser.parse_args(arguments)
    one, many = measured(1), measured(options.photos)
    figures = table(one, many)
    print(figures)
    if not options.no_document:
        write_between(BEGIN_PHOTOS, END_PHOTOS, figures)
    if many["growth_mib"] >= MOST_GROWTH_MIB:
        raise SystemExit(f"a worker grew by {many['growth_mib']:.0f} MiB")


def measured(n_photos: int) -> dict[str, Any]:
    """What a child process says that has made so many photos."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        places = {"MEDIA_ROOT": f"{folder}/media", "PRIVATE_ROOT": f"{folder}/private"}
        # Drawn here, so that the child's peak is of the shop's work alone.
        for n in range(min(n_photos, SOURCES)):
            Path(folder, f"{n}.jpg").write_bytes(a_photo(n))
        run = subprocess.run(
            [sys.executable, "-m", "tests.bench.photos", str(n_photos), folder],
            cwd=ROOT,
            env={**os.environ, **places},
            check=True,
            capture_output=True,
            text=True,
        )
    answer: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return answer


def table(one: dict[str, Any], many: dict[str, Any]) -> str:
    return (
        "| step, a 12 MP JPEG | wall, ms | CPU, ms |\n|---|---|---|\n"
        f"| upload: three WebP, placeholder, original kept | {many['upload_ms']:.0f} | {many['upload_cpu_ms']:.0f} |\n"
        f"| job: four widths in AVIF, WebP and JPEG | {many['job_ms']:.0f} | {many['job_cpu_ms']:.0f} |\n\n"
        f"Medians of {many['n']} photos of {many['source_kb']:.0f} kB; all 12 files of one {many['files_kb']:.0f} kB. "
        f"Peak memory of a process that makes one photo: {one['peak_mib']:.0f} MiB, "
        f"{one['peak_mib'] - one['start_mib']:.0f} above what it begins with. "
        f"After {many['n']} photos in one process it is {many['growth_mib']:.0f} MiB larger than after the first."
    )


def child(n_photos: int, folder: Path) -> dict[str, Any]:
    import django

    django.setup()
    from django.core.files.base import ContentFile
    from django.core.files.storage import default_storage

    from shop.pictures import FORMATS, WIDTHS, picture_path
    from vendors.stalls.photos import Cut, make_all_sizes, placeholder_of, store_photo

    sources = [path.read_bytes() for path in sorted(folder.glob("*.jpg"))]
    forget_peak()
    start, after_first = resident_mib(), 0.0
    uploads, jobs = [], []
    for n in range(n_photos):
        # Another tail makes another key: the same five pictures are drawn again and again.
        content = sources[n % len(sources)] + str(n).encode()
        begun = clocks()
        key = store_photo(upload=ContentFile(content))
        placeholder_of(key)
        uploads.append(since(begun))
        begun = clocks()
        make_all_sizes(key=key, cut=Cut())
        jobs.append(since(begun))
        after_first = after_first or resident_mib()
    files = [default_storage.size(picture_path(key, w, kind)) for w in WIDTHS for kind in FORMATS]
    return {
        "n": n_photos,
        "start_mib": start,
        "peak_mib": peak_mib(),
        "growth_mib": resident_mib() - after_first,
        "upload_ms": statistics.median(wall for wall, _cpu in uploads),
        "upload_cpu_ms": statistics.median(cpu for _wall, cpu in uploads),
        "job_ms": statistics.median(wall for wall, _cpu in jobs),
        "job_cpu_ms": statistics.median(cpu for _wall, cpu in jobs),
        "source_kb": statistics.mean(map(len, sources)) / 1000,
        "files_kb": sum(files) / 1000,
    }


def a_photo(seed: int) -> bytes:
    """Soft shapes with a little noise, turned by its EXIF, as large as a telephone's."""
    from PIL import Image, ImageFilter

    small = Image.effect_noise((WIDTH // 12, HEIGHT // 12), 90 + seed).convert("RGB")
    soft = small.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)
    grain = Image.effect_noise((WIDTH, HEIGHT), 18).convert("RGB")
    picture = Image.blend(soft, grain, 0.12).filter(ImageFilter.GaussianBlur(0.6))
    exif = Image.Exif()
    exif[0x0112] = 6
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=90, exif=exif)
    return file.getvalue()


def clocks() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def since(begun: tuple[float, float]) -> tuple[float, float]:
    wall, cpu = clocks()
    return (wall - begun[0]) * 1000, (cpu - begun[1]) * 1000


def forget_peak() -> None:
    """Begin the peak anew: a child starts with that of the process it came from."""
    Path("/proc/self/clear_refs").write_text("5")


def peak_mib() -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1024**2


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
    print(json.dumps(child(int(sys.argv[1]), Path(sys.argv[2]))))
