# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cells of tables put into their columns, where some reach over several rows or columns. PRIVATE to the collection.

A cell that does is told again in each place that it fills, so that a column can be read by its number. Runs in the process of
``document_program``.
"""

from __future__ import annotations

import re

from .document_building import CELLS, HEAD, ROW, Builder

_WIDEST, _LOWEST = 50, 1000  # columns and rows that one cell may fill
_MOST_BELOW = 200  # columns of a table that reach into the next row
_LONGEST_COPY, _MOST_COPIED = 500, 200_000  # characters, of one cell and of all
_DEEPEST = 50  # tables within tables
_NUMBER = re.compile(r"\s*(\d{1,6})")


class _Table:
    def __init__(self) -> None:
        self.below: dict[int, tuple[int, str]] = {}  # columns that reach into the next row: how many rows still, and their text
        self.rows = 0
        self.in_head = False
        self.bold_row: int | None = None  # the part that is its first row, if all of it is bold


class _Cell:
    def __init__(self, name: str, start: int, columns: int, rows: int) -> None:
        self.name, self.start, self.columns, self.rows = name, start, columns, rows
        self.plain = False  # whether it has words that are not bold
        self.filled = False


def spans_of(written: str | None, most: int, at_zero: int = 1) -> int:
    """A number of columns or rows as it is written; ``at_zero`` is what 0 means."""
    found = _NUMBER.match(written or "")
    return min(int(found.group(1)) or at_zero, most) if found else 1


class Layout:
    """Tells a builder rows, whose cells are all followed by ``CELLS``. A row that is one wide cell is that cell alone."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self._tables = [_Table()]
        self._copied = 0
        self.in_row = False
        self._cells: list[_Cell] = []
        self._column = 0
        self._reaching: dict[int, tuple[int, str]] = {}  # from this row into the next one

    # -- tables

    @property
    def in_table(self) -> bool:
        return len(self._tables) > 1

    def table_start(self) -> None:
        self.row_end()
        if len(self._tables) < _DEEPEST:
            self._tables.append(_Table())

    def table_end(self) -> None:
        self.row_end()
        if self.in_table:
            self._tables.pop()

    def group_start(self, *, head: bool) -> None:
        """Cells reach into no other group of rows."""
        self.row_end()
        self._tables[-1].below = {}
        self._tables[-1].in_head = head

    # -- rows

    def row_start(self) -> None:
        self.row_end()
        self.builder.row_start()
        self.in_row, self._cells, self._column, self._reaching = True, [], 0, {}

    def row_end(self) -> None:
        if not self.in_row:
            return
        table = self._tables[-1]
        self.in_row = False
        cells = self._cells
        divides = len(cells) == 1 and cells[0].columns > 1 and not table.below
        if cells and not divides:
            self._cell_end()
            self._from_above()
            self.builder.words(CELLS, 0)
        is_head = bool(cells) and (table.in_head or all(cell.name == "th" for cell in cells))
        last = self.builder.end_as(HEAD if is_head else ROW)
        bold = all(cell.filled and not cell.plain for cell in cells) and len(cells) > 1
        if not table.rows:
            table.bold_row = last if bold and not is_head else None
        elif table.bold_row is not None:  # names of columns, where there are rows that look otherwise
            if not bold:
                self.builder.as_head(table.bold_row)
            table.bold_row = None
        table.rows += 1
        table.below = {**{column: (left - 1, text) for column, (left, text) in table.below.items() if left > 1}, **self._reaching}
        self._cells, self._reaching = [], {}

    # -- cells

    def cell_start(self, name: str, line: int, columns: int = 1, rows: int = 1) -> None:
        if not self.in_row:
            self.row_start()
        if self._cells:
            self._cell_end()
        self._from_above()
        if self._column:
            self.builder.words(CELLS, line)
        self._cells.append(_Cell(name, self.builder.mark(), max(1, min(columns, _WIDEST)), max(1, min(rows, _LOWEST))))

    def said(self, *, bold: bool) -> None:
        """Words stand in the cell."""
        if self._cells:
            self._cells[-1].filled = True
            self._cells[-1].plain = self._cells[-1].plain or not bold

    def _cell_end(self) -> None:
        cell = self._cells[-1]
        first, self._column = self._column, self._column + 1
        if cell.columns == cell.rows == 1:
            return
        text = self.builder.since(cell.start)[:_LONGEST_COPY]
        for _more in range(cell.columns - 1):
            if not self._copy(text):
                break
        if cell.rows > 1:
            for column in range(first, self._column):
                if len(self._tables[-1].below) + len(self._reaching) < _MOST_BELOW:
                    self._reaching[column] = (cell.rows - 1, text)

    def _from_above(self) -> None:
        below = self._tables[-1].below
        while self._column in below:
            if not self._copy(below[self._column][1]):
                below.clear()

    def _copy(self, text: str) -> bool:
        self._copied += len(text) + len(CELLS)
        if self._copied > _MOST_COPIED:
            return False
        if self._column:
            self.builder.words(CELLS, 0)
        self.builder.words(text, 0)
        self._column += 1
        return True


__all__ = ("Layout", "spans_of")
