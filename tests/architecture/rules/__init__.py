"""The conventions of STYLE.md and docs/architecture.md as functions.

A rule takes a Tree (the project, or a small planted one) and yields a sentence per violation,
beginning with the file and line. `test_conventions.py` runs every rule on the project,
`test_plants_*.py` prove that each rule finds what it is for.
"""
