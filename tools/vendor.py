"""Refresh the vendored scripts and fonts from npm: ``python tools/vendor.py``.

For maintainers: it needs npm. With ``--check`` it only compares the files that are
here with the manifest, and needs nothing.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "common" / "static" / "vendor"
# What papers are set in: nothing that a browser loads.
FONTS = ROOT / "parts" / "papers" / "fonts"


@dataclass(frozen=True)
class Package:
    """One npm package and what we take of it: place in it → name here."""

    name: str
    version: str
    licence: str
    folder: str
    files: dict[str, str]
    shelf: Path = VENDOR


PACKAGES = (
    Package(
        "htmx.org",
        "2.0.11",
        "0BSD",
        "htmx",
        {"dist/htmx.min.js": "htmx.min.js", "LICENSE": "LICENSE"},
    ),
    Package(
        "chart.js",
        "4.6.1",
        "MIT",
        "chart.js",
        {"dist/chart.umd.min.js": "chart.umd.min.js", "LICENSE.md": "LICENSE.md"},
    ),
    Package(
        "@expo-google-fonts/noto-sans-jp",
        "0.4.3",
        "OFL-1.1",
        "noto-sans-jp",
        {
            "400Regular/NotoSansJP_400Regular.ttf": "NotoSansJP-Regular.ttf",
            "700Bold/NotoSansJP_700Bold.ttf": "NotoSansJP-Bold.ttf",
            "LICENSE_FONT": "OFL.txt",
        },
        FONTS,
    ),
    # Reads codes in the camera's picture where the browser cannot. The page says where
    # its program lies; by itself it would fetch it from another host.
    Package(
        "zxing-wasm",
        "3.1.3",
        "MIT",
        "zxing-wasm",
        {
            "dist/iife/reader/index.js": "reader.js",
            "dist/reader/zxing_reader.wasm": "zxing_reader.wasm",
            "LICENSE": "LICENSE",
        },
    ),
)
SHELVES = (VENDOR, FONTS)


def fetch(package: Package, into: Path) -> None:
    """Unpack the package below ``into``.

    Raises:
        subprocess.CalledProcessError: npm has no such version, or is not there.
    """
    subprocess.run(
        ["npm", "pack", f"{package.name}@{package.version}", "--silent"],
        cwd=into,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    (archive,) = into.glob("*.tgz")
    with tarfile.open(archive) as content:
        content.extractall(into, filter="data")


def without_map(content: bytes) -> bytes:
    """Drop the pointer to a source map that is not shipped."""
    lines = content.splitlines(keepends=True)
    return b"".join(x for x in lines if b"sourceMappingURL=" not in x[:60])


def take(package: Package) -> list[dict[str, str]]:
    place = package.shelf / package.folder
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        fetch(package, Path(folder))
        for source, name in package.files.items():
            content = (Path(folder) / "package" / source).read_bytes()
            if name.endswith(".js"):
                content = without_map(content)
            (place / name).write_bytes(content)
            rows.append(
                {
                    "name": package.name,
                    "version": package.version,
                    "licence": package.licence,
                    "file": f"{package.folder}/{name}",
                    "sha256": hashlib.sha256(content).hexdigest(),
                }
            )
    return rows


def manifest(shelf: Path) -> Path:
    return shelf / "manifest.json"


def differences() -> list[str]:
    """Return one line for each file that is not as its manifest says."""
    return [line for shelf in SHELVES for line in _differences(shelf)]


def _differences(shelf: Path) -> list[str]:
    rows = json.loads(manifest(shelf).read_text(encoding="utf-8"))
    listed = {row["file"]: row["sha256"] for row in rows}
    here = {
        str(path.relative_to(shelf)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in shelf.rglob("*")
        if path.is_file() and path != manifest(shelf)
    }
    return [
        f"{name}: {'not listed' if name not in listed else 'missing or changed'}"
        for name in sorted(here.keys() | listed.keys())
        if here.get(name) != listed.get(name)
    ]


def main(arguments: list[str]) -> int:
    if "--check" not in arguments:
        for shelf in SHELVES:
            mine = [package for package in PACKAGES if package.shelf == shelf]
            rows = [row for package in mine for row in take(package)]
            text = json.dumps(rows, indent=2) + "\n"
            manifest(shelf).write_text(text, encoding="utf-8")
    wrong = differences()
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
