"""Who calls: a person, or a program that bears an organisation's API key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypeAlias

if TYPE_CHECKING:
    from customers.models import ApiKey, User


@dataclass(frozen=True)
class KeyBearer:
    """A program signed in with a key; it is nobody's account and never staff, so it sees its organisation only."""

    key: ApiKey

    pk: ClassVar[None] = None
    is_active: ClassVar[bool] = True
    is_anonymous: ClassVar[bool] = False
    is_authenticated: ClassVar[bool] = True
    is_staff: ClassVar[bool] = False
    is_superuser: ClassVar[bool] = False

    @property
    def organisation_id(self) -> int:
        """Name the one organisation it works for."""
        return self.key.organisation_id

    def __str__(self) -> str:
        return str(self.key)


Caller: TypeAlias = "User | KeyBearer"
