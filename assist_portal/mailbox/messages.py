"""Read the messages of the development mailbox."""

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import MIMEPart
from pathlib import Path
from typing import Self

KEY = re.compile(r"\d+-[0-9a-f]{8}")


@dataclass(frozen=True)
class Attachment:
    """A part with a name, or one that is neither the text nor the HTML."""

    number: int
    name: str
    kind: str
    content: bytes


@dataclass(frozen=True)
class Letter:
    """One received message."""

    key: str
    subject: str
    sender: str
    to: str
    date: str
    text: str
    html: str
    attachments: tuple[Attachment, ...]

    @classmethod
    def of(cls, key: str, raw: bytes) -> Self:
        """Take the message apart; a broken part shows as empty, never as an error."""
        message = message_from_bytes(raw, policy=policy.default)
        text, html = message.get_body(("plain",)), message.get_body(("html",))
        others = [part for part in message.walk() if not part.is_multipart() and part not in (text, html)]
        return cls(
            key=key,
            subject=str(message.get("Subject", "")),
            sender=str(message.get("From", "")),
            to=str(message.get("To", "")),
            date=str(message.get("Date", "")),
            text=_text_of(text),
            html=_text_of(html),
            attachments=tuple(
                Attachment(number, part.get_filename() or f"part-{number}", part.get_content_type(), _bytes_of(part))
                for number, part in enumerate(others, start=1)
            ),
        )


def newest_letters(folder: Path, at_most: int = 200) -> list[Letter]:
    """Newest first."""
    paths = sorted(folder.glob("*.eml"), reverse=True)[:at_most]
    return [Letter.of(path.stem, path.read_bytes()) for path in paths]


def find_letter(folder: Path, key: str) -> Letter | None:
    """Return one message by the name of its file."""
    path = folder / f"{key}.eml"
    if not KEY.fullmatch(key) or not path.is_file():
        return None
    return Letter.of(key, path.read_bytes())


def _text_of(part: MIMEPart | None) -> str:
    return _bytes_of(part).decode(part.get_content_charset() or "utf-8", errors="replace") if part else ""


def _bytes_of(part: MIMEPart) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""
