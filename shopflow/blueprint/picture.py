"""The tables as a picture: one band per app, from the top of the architecture to its bottom."""

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from shopflow.blueprint.schema import APPS, Table

WIDTH, BOX_HEIGHT, GAP, BAND_HEAD = 1520, 26, 12, 30
LETTER = 7.2
COLOURS = {
    "lib": "#6b7280", "accounts": "#0f766e", "catalog": "#1d4ed8", "inventory": "#b45309",
    "promotions": "#be185d", "shipping": "#4d7c0f", "carts": "#7c3aed", "orders": "#b91c1c",
    "payments": "#0e7490",
}  # fmt: skip


class Box(NamedTuple):
    x: float
    y: float
    width: float
    app: str

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


def picture(tables: list[Table]) -> str:
    """Return an SVG: a box per table, a line from each foreign key to the table it names."""
    boxes, bands, height = _places(tables)
    lines = [
        *_bands(bands),
        *(
            line
            for table in tables
            for parent in sorted(set(table.parents.values()) - {table.name})
            if parent in boxes
            for line in _line(boxes[table.name], boxes[parent])
        ),
        *(part for name, box in boxes.items() for part in _box(name, box)),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        'font-family="system-ui, sans-serif" font-size="13">\n'
        f'<title>The tables of the shop</title>\n<rect width="{WIDTH}" height="{height}" '
        'fill="#ffffff"/>\n' + "\n".join(lines) + "\n</svg>\n"
    )


def _places(tables: list[Table]) -> tuple[dict[str, Box], list[tuple[str, float, float]], int]:
    boxes: dict[str, Box] = {}
    bands: list[tuple[str, float, float]] = []
    y = 10.0
    by_app = {app: list(members) for app, members in groupby(tables, key=lambda table: table.app)}
    for app in reversed(APPS):
        top, x, y = y, 24.0, y + BAND_HEAD
        for table in by_app.get(app, []):
            width = len(table.name) * LETTER + 20
            if x + width > WIDTH - 24:
                x, y = 24.0, y + BOX_HEIGHT + GAP
            boxes[table.name] = Box(x, y, width, app)
            x += width + GAP
        y += BOX_HEIGHT + GAP
        bands.append((app, top, y))
        y += 34
    return boxes, bands, int(y)


def _bands(bands: list[tuple[str, float, float]]) -> Iterator[str]:
    for app, top, bottom in bands:
        colour = COLOURS[app]
        yield (
            f'<rect x="10" y="{top:.0f}" width="{WIDTH - 20}" height="{bottom - top:.0f}" rx="8" '
            f'fill="{colour}" fill-opacity="0.07" stroke="{colour}" stroke-opacity="0.35"/>'
        )
        yield (f'<text x="24" y="{top + 20:.0f}" font-weight="600" fill="{colour}">{app}</text>')


def _line(child: Box, parent: Box) -> Iterator[str]:
    start = child.y + BOX_HEIGHT if parent.y > child.y else child.y
    end = parent.y if parent.y > child.y else parent.y + BOX_HEIGHT
    bend = (start + end) / 2
    yield (
        f'<path d="M{child.middle:.0f} {start:.0f} C{child.middle:.0f} {bend:.0f} '
        f'{parent.middle:.0f} {bend:.0f} {parent.middle:.0f} {end:.0f}" fill="none" '
        f'stroke="{COLOURS[child.app]}" stroke-opacity="0.45"/>'
    )


def _box(name: str, box: Box) -> Iterator[str]:
    yield (
        f'<rect x="{box.x:.0f}" y="{box.y:.0f}" width="{box.width:.0f}" height="{BOX_HEIGHT}" '
        f'rx="5" fill="#ffffff" stroke="{COLOURS[box.app]}"/>'
    )
    yield (
        f'<text x="{box.middle:.0f}" y="{box.y + 17:.0f}" text-anchor="middle" '
        f'fill="#111827">{name}</text>'
    )
