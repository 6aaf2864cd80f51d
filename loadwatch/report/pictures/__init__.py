"""The pictures of the pages, as SVG written by hand: no script, no font, no matplotlib."""
