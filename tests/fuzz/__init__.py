"""Mutants of every format that loadwatch reads, and the oracle that judges what becomes of them.

    python -m tests.fuzz [--seconds N | --count N] [--seed N] [FORMAT ...]

A mutant that breaks a rule is kept in `tests/fuzz/seeds`, and each file there is read again by
the tests for ever. The rules are those of docs/SECURITY.md: no error but our own three, at most
5 s of CPU, at most 512 MB, and nothing impossible handed over without a note.
"""
