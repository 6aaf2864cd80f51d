"""`loadwatch serve`: the same analysis as local pages with forms; needs the extra `web`."""
