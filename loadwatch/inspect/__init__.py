"""One file laid open for a bug report: fields, counts and ranges, nothing that says who or where."""

from loadwatch.inspect.inspection import Inspection, inspect_path

__all__ = ["Inspection", "inspect_path"]
