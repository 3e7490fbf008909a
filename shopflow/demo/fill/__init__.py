"""Shops of any size, made up from the demo families by throwing seeded dice, written by COPY."""
