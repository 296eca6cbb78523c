"""Tables in and out of spreadsheets (.xlsx, .csv): pure Python, knows nothing of the database.

Template and export: ``writing``. Reading: ``rows`` (the file), ``heads`` (where the table begins), ``cells`` (one value),
``reading`` (lines with their addresses).
"""

from jiangcheng.sheets.cells import day, narrow, normal
from jiangcheng.sheets.model import Bad, Cells, Column, Line, Unreadable
from jiangcheng.sheets.reading import MOST_BYTES, MOST_ROWS, Table, read
from jiangcheng.sheets.writing import XLSX, csv_text, export, safe, safe_csv, sheet_name, template

__all__ = [
    "MOST_BYTES", "MOST_ROWS", "XLSX", "Bad", "Cells", "Column", "Line", "Table", "Unreadable", "csv_text", "day", "export", "narrow",
    "normal", "read", "safe", "safe_csv", "sheet_name", "template",
]
