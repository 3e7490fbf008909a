"""The demo shop: twelve hand-written product families with drawn pictures."""
