"""How the database is: measured by itself, judged by the limits of seed 001, section 10.1."""

from shopflow.health.database import Health, examine
from shopflow.health.measure import Level, Measure

__all__ = ["Health", "Level", "Measure", "examine"]
