"""A payment provider of our own for development and tests: a stand-alone process.

It imports nothing of the shop, so that what it says about a payment is a second, independent book.
Its HTTP interface is described in `docs/sandbox-provider.md`.
"""
