"""What the portal's processes find in their environment when they run on one machine."""

import hashlib
import os
import secrets
import socket
from collections.abc import Mapping
from pathlib import Path

HOST = "127.0.0.1"
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own in it
SHARED = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DEVELOPMENT", "EMAIL_URL", "PORTAL_URL", "MAILBOX_DIR", "WEBEX_BASE_URL")


def surroundings(given: Mapping[str, str], *, var: Path, port: int) -> dict[str, str]:
    """Fill in what development needs and nobody gave; what was given always wins."""
    mailbox = {} if "EMAIL_URL" in given else {"EMAIL_URL": f"smtp://{HOST}:{free_port()}", "MAILBOX_DIR": str(var / "mailbox")}
    webex = {} if "WEBEX_BASE_URL" in given else {"WEBEX_BASE_URL": f"http://{HOST}:{free_port()}/v1", "WEBEX_SIMULATED": "true"}
    return {
        "DEVELOPMENT": "true",
        "SECRET_KEY": given.get("SECRET_KEY") or secret_key(var),
        "PORTAL_URL": f"http://{HOST}:{port}",
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": "assist_portal.settings",
        "PROMETHEUS_MULTIPROC_DIR": str(metrics_folder(var)),
        **mailbox,
        **webex,
        **given,
        "VAR": str(var),
    }


def metrics_folder(var: Path) -> Path:
    """Where the web processes count: in memory where there is such a place, which nobody else has taken.

    They write to mapped files, and on a disk without room that kills whoever writes.
    """
    folder = MEMORY / f"assist-metrics-{hashlib.sha256(str(var).encode()).hexdigest()[:16]}"
    try:
        is_ours = folder.lstat().st_uid == os.geteuid()
    except FileNotFoundError:
        is_ours = os.access(MEMORY, os.W_OK)
    return folder if is_ours else var / "run" / "metrics"


def secret_key(var: Path) -> str:
    """Make the key of this installation once; sessions outlive a restart."""
    path = var / "secret_key"
    if not path.exists():
        _write_private(path, secrets.token_urlsafe(50))
    return path.read_text()


def share(environment: Mapping[str, str], var: Path) -> None:
    """Leave the addresses where the settings look, so that `manage.py shell` finds the running servers."""
    lines = [f"{name}={environment[name]}" for name in SHARED if name in environment]
    _write_private(var / "portal.env", "\n".join(lines) + "\n")


def free_port() -> int:
    """Ask the kernel for a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def is_taken(port: int) -> bool:
    """Whether somebody listens there already."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def fresh_metrics(path: Path) -> None:
    """Make the folder if it is not there, and take away what was counted before."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in path.glob("*.db"):
        old.unlink()


def _write_private(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
