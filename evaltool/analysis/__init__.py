"""The analyst's tools: checks and tables of the survey data, with pandas; used by commands only."""

from evaltool.analysis.consistency import check_consistency
from evaltool.analysis.tables import UnknownTable, table_text

__all__ = ["UnknownTable", "check_consistency", "table_text"]
