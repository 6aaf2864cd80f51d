"""Analysis -> text in each format, one module per format; which there are: formats.py."""
