"""One file laid open for a bug report: fields, counts and ranges, nothing that says who or where."""
