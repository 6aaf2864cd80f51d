"""Second storey, exposure: an activity -> one row of what the runner was exposed to (load, surface, hills)."""
