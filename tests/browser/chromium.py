"""Find a Chromium, or install one: `python -m tests.browser.chromium` prints its path."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MISSING = (
    "No Chromium was found and none could be installed. Install Chromium or Google Chrome with your system's package manager, "
    "or run `.venv/bin/python -m playwright install chromium`, or set CHROMIUM to the path of one."
)
APT = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}


class NoChromium(Exception):
    """Neither found nor installable; the text says what to do."""


def find() -> str | None:
    """Look at CHROMIUM, on the PATH, and among Playwright's own downloads."""
    named = os.environ.get("CHROMIUM")
    candidates = [named] if named else [*(shutil.which(name) for name in NAMES), *_of_playwright()]
    return next((path for path in candidates if path and _runs(path)), None)


def find_or_install() -> str:
    """Try Playwright's download, then, as root, Debian's package.

    :raises NoChromium: when nothing helps.
    """
    for attempt in (None, _download, _install_package):
        if attempt is not None:
            attempt()
        if path := find():
            return path
    raise NoChromium(MISSING)


def _of_playwright() -> list[str]:
    default = "~/Library/Caches/ms-playwright" if sys.platform == "darwin" else "~/.cache/ms-playwright"
    folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", default)).expanduser()
    patterns = ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*.app/Contents/MacOS/*")
    return [str(path) for pattern in patterns for path in sorted(folder.glob(pattern), reverse=True)]


def _runs(path: str) -> bool:
    return _succeeds([path, "--version"], seconds=30)


def _download() -> None:
    print("downloading a Chromium with Playwright ...", file=sys.stderr)
    _succeeds([sys.executable, "-m", "playwright", "install", "chromium"], seconds=300)


def _install_package() -> None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print("installing Debian's chromium ...", file=sys.stderr)
    _succeeds(["apt-get", "update", "-q"], seconds=300)
    _succeeds(["apt-get", "install", "-q", "-y", "--no-install-recommends", "chromium"], seconds=600)


def _succeeds(command: list[str], *, seconds: int) -> bool:
    try:
        finished = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, check=False, env=APT)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return finished.returncode == 0


if __name__ == "__main__":
    try:
        print(find_or_install())
    except NoChromium as refusal:
        sys.exit(str(refusal))
