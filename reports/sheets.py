"""Excel files written row by row to disk, so that a long list needs little memory."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from reports.cells import Value, storable


class Sheet:
    """One sheet under construction; every cell is text, whatever it begins with. Source: promises row 44"""

    def __init__(self, titles: Sequence[str]) -> None:
        self._book = Workbook(write_only=True)
        self._sheet: WriteOnlyWorksheet = self._book.create_sheet("Export")
        self._sheet.freeze_panes = "A2"
        self.add(titles)

    def add(self, row: Iterable[Value]) -> None:
        """Add one row."""
        self._sheet.append([self._cell(value) for value in row])

    def save(self, target: IO[bytes] | Path) -> None:
        """Finish the file."""
        self._book.save(target)

    def _cell(self, value: Value) -> WriteOnlyCell:
        cell = WriteOnlyCell(self._sheet)
        cell._value = storable(value)  # noqa: SLF001 - the setter would make a formula of what begins with "="
        cell.data_type = "s"
        return cell
