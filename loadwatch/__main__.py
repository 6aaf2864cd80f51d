"""`python -m loadwatch`."""

from loadwatch.cli import main

main()
