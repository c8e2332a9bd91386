"""The forms as an Excel workbook to print, sign and hand round: score board, A, B, C."""

from svcqa.report.forms.workbook import write_forms

__all__ = ["write_forms"]
