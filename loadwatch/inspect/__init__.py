"""Files described for a bug report: fields, counts and ranges, without person or place."""

from loadwatch.inspect.inspection import Inspection, inspect_path

__all__ = ["Inspection", "inspect_path"]
