"""A collection of hostile and odd inputs that the project makes for itself, each with its verdict.

`cases.json` lists them by name, expected verdict and reason; `fit.py`, `xml.py`, `tables.py` and
`archives.py` make their bytes.
"""
