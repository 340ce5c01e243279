"""PDF documents that everyone can read (PDF/UA-1: tagged, in their language, fonts inside), from a typst template and plain values."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

TEMPLATES = Path(settings.BASE_DIR) / "templates" / "pdf"


def typeset(template: str, values: Mapping[str, Any], *, language: str, title: str, made_at: datetime) -> bytes:
    """Set `templates/pdf/<template>.typ`, which reads `values` as JSON; the same values give the same bytes.

    Whatever stands in the values is text: typst never reads it as its own language.
    """
    import typst  # noqa: PLC0415  # 6 MB that few processes need

    data = {**values, "language": language, "title": title}
    pdf = typst.compile(
        TEMPLATES / f"{template}.typ",
        root=TEMPLATES,
        format="pdf",
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        timestamp=made_at,
    )
    assert isinstance(pdf, bytes)
    return pdf
