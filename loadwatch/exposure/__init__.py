"""Second storey, exposure: one activity -> one row of distance, load, surface and hills."""
