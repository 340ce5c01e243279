"""`manage.py write_sbom`: what the product is made of, from the lock, as requirements/sbom.json (CycloneDX)."""

import json
import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

LOCK, SBOM = Path("requirements/base.txt"), Path("requirements/sbom.json")
PINNED = re.compile(r"^([a-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)[^\n]*\n((?:    --hash=\S+[^\n]*\n)+)", re.MULTILINE)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def bill_of_materials(lock: str) -> dict[str, Any]:
    """Each pinned package once, in the lock's order; hashes are those of its files, any of which may be installed."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "assist-portal", "bom-ref": "assist-portal"}},
        "components": [_component(*found.groups()) for found in PINNED.finditer(lock)],
    }


def _component(name: str, version: str, hashes: str) -> dict[str, Any]:
    purl = f"pkg:pypi/{name}@{version}"
    files = [{"type": "distribution", "url": purl, "hashes": _hashes(hashes)}]
    return {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl, "externalReferences": files}


def _hashes(text: str) -> list[dict[str, str]]:
    return [{"alg": "SHA-256", "content": digest} for digest in HASH.findall(text)]


class Command(BaseCommand):
    """Written again whenever the lock changes: `make lock`."""

    help = "Write requirements/sbom.json from the lock."

    def handle(self, *args: Any, **options: Any) -> None:
        """One file, the same for the same lock."""
        bill = bill_of_materials((settings.BASE_DIR / LOCK).read_text())
        (settings.BASE_DIR / SBOM).write_text(json.dumps(bill, indent=1) + "\n")
