"""Texts of rows that exist in both languages."""

from django.db import models

from customers.times import reader_language


class Bilingual:
    """A text held in two columns, `<name>_en` and `<name>_fr`, read in the language of the reader."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, row: models.Model | None, owner: type) -> str:
        if row is None:
            return self.name
        return str(getattr(row, f"{self.name}_{reader_language()}"))
