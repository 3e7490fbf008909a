"""Draw the demo shop's pictures again (maintainers only; the shop ships the WebP files).

Motifs are Microsoft's Fluent Emoji (MIT, see docs/licences.md) on studio backdrops, rendered once
by Chromium. In a scratch folder outside the repository:

    npm install @iconify-json/fluent-emoji
    apt-get install chromium                  # any Chromium will do
    CHROMIUM=/usr/bin/chromium python <repo>/shopflow/demo/draw_pictures.py \
        node_modules/@iconify-json/fluent-emoji/icons.json [first-frost-coat ...]

What is drawn stands in `drawings.json`. It writes `pictures/*.webp` (1200 x 1500) beside itself
and `static/shop/hero.webp` (1600 x 900), or only the pictures whose names begin with one of the
words given, then prints their total size. Look at every picture before you commit it.
"""

import io
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).resolve().parent
PICTURES = HERE / "pictures"
DRAWINGS = HERE / "drawings.json"
HERO = HERE.parents[1] / "static" / "shop" / "hero.webp"
SIZE = (1200, 1500)
HERO_SIZE = (1600, 900)
LIMIT = 20_000  # bytes of one product picture; the hero has three times as much

# wall in the light, wall at the edge, floor, top of the plinth, side of the plinth
BACKDROPS = {
    "sand": ("#fbf6ef", "#e6d8c6", "#dccab4", "#fffaf3", "#e9dccb"),
    "mist": ("#f5f8fb", "#d3deea", "#c3d1e0", "#ffffff", "#dbe5ef"),
    "sage": ("#f5f8f2", "#d4e0cf", "#c3d3bd", "#fdfffb", "#dbe6d6"),
    "blush": ("#fdf5f2", "#f0d8d0", "#e6c8be", "#fffaf8", "#f2ddd6"),
    "lilac": ("#f8f5fb", "#dfd6ea", "#d1c5e0", "#fefcff", "#e5ddef"),
}
SHADOW = "drop-shadow(0 22px 26px rgba(60, 45, 35, .18))"
SHADOW_ON_WALL = "drop-shadow(30px 46px 34px rgba(60, 45, 35, .24))"


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One product in one colour: which motif, how it is tinted and where it stands.

    `look` is a CSS filter, `turn` degrees; `place` is plinth, floor or wall (it hangs there);
    `focus` is the point (per cent of the motif, from top left) the detail shot closes in on.
    """

    name: str
    motif: str
    backdrop: str
    look: str = ""
    turn: int = 0
    place: str = "plinth"
    focus: Sequence[int] = (50, 40)
    shots: Sequence[str] = ("front",)


@dataclass(frozen=True)
class Prop:
    """One motif of the hero picture: where its foot stands and how wide it is, in pixels."""

    motif: str
    left: int
    foot: int
    width: int
    look: str = ""
    turn: int = 0


HERO_PROPS = (
    Prop("potted-plant", 110, 690, 265),
    Prop("couch-and-lamp", 440, 700, 600),
    Prop("teapot", 300, 745, 235),
    Prop("backpack", 1085, 715, 250, "hue-rotate(215deg) saturate(.9) brightness(1.1)"),
    Prop("running-shoe", 1225, 765, 300, turn=-43),
    Prop("candle", 975, 760, 80),
)


def subjects() -> list[Subject]:
    """Return what is drawn, in the order of the file."""
    written = json.loads(DRAWINGS.read_text(encoding="utf-8"))
    return [Subject(**drawing) for drawing in written]


def main(icons_file: str, *names: str) -> None:
    """Draw the demo shop's pictures (all of them and the hero, or those named), over the old."""
    icons = json.loads(Path(icons_file).read_text(encoding="utf-8"))["icons"]
    PICTURES.mkdir(exist_ok=True)
    HERO.parent.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM"),
            args=["--no-sandbox", "--headless", "--disable-gpu", "--no-zygote"],
        )
        studio = Studio(browser.new_page(), icons)
        for subject in subjects():
            if not names or subject.name.startswith(names):
                for shot in subject.shots:
                    studio.shoot(subject, shot)
        if not names:
            studio.shoot_hero()
        browser.close()
    total = sum(file.stat().st_size for file in [*PICTURES.glob("*.webp"), HERO])
    sys.stdout.write(f"{total / 1024:.0f} KB in all\n")


class Studio:
    """A browser page in which scenes are built and photographed."""

    def __init__(self, page: Page, icons: dict[str, Any]) -> None:
        self.page = page
        self.icons = icons

    def shoot(self, subject: Subject, shot: str) -> None:
        """Write one picture of a product."""
        motif, ratio = self._motif(subject.motif, subject.turn)
        self._save(SIZE, _scene(subject, shot, motif, ratio), f"{subject.name}-{shot}")

    def shoot_hero(self) -> None:
        """Write the home page's picture."""
        light, edge, floor, *_ = BACKDROPS["sand"]
        things = "".join(
            f'<div style="left:{prop.left}px;bottom:{HERO_SIZE[1] - prop.foot}px;'
            f'width:{prop.width}px"><i></i><p style="filter:{prop.look}">'
            f"{self._motif(prop.motif, prop.turn)[0]}</p></div>"
            for prop in HERO_PROPS
        )
        html = f"""<style>
          body {{ margin: 0; overflow: hidden; background:
            linear-gradient({floor}00 60%, {floor} 74%),
            radial-gradient(ellipse 70% 75% at 50% 42%, {light}, {edge}) }}
          div {{ position: absolute }} p {{ margin: 0; position: relative }}
          svg {{ display: block; width: 100%; overflow: visible;
            filter: saturate(.94) drop-shadow(0 14px 16px rgba(60, 45, 35, .2)) }}
          i {{ position: absolute; left: -3%; bottom: -19px; width: 106%; height: 40px;
            border-radius: 50%;
            background: radial-gradient(closest-side, rgba(50, 38, 28, .45), transparent) }}
        </style>{things}"""
        self._save(HERO_SIZE, html, "hero")

    def _motif(self, name: str, turn: int) -> tuple[str, float]:
        """Return the motif as SVG cut to what is visible of it, and its height per width."""
        prefix = f"{name}-"
        body = self.icons[name]["body"].replace('id="', f'id="{prefix}')
        body = body.replace("url(#", f"url(#{prefix}")
        body = f'<g transform="rotate({turn} 16 16)">{body}</g>'
        self.page.set_viewport_size({"width": 960, "height": 960})
        self.page.set_content(
            f"<style>body {{ margin: 0 }}</style>"
            f'<svg width="960" viewBox="-8 -8 48 48">{body}</svg>'
        )
        seen = Image.open(io.BytesIO(self.page.screenshot(omit_background=True)))
        left, top, right, bottom = (
            edge / 20 - 8 for edge in seen.getchannel("A").getbbox() or (0, 0, 960, 960)
        )
        width, height = right - left, bottom - top
        view = f"{left} {top} {width} {height}"
        return f'<svg viewBox="{view}">{body}</svg>', height / width

    def _save(self, size: tuple[int, int], html: str, name: str) -> None:
        target = HERO if name == "hero" else PICTURES / f"{name}.webp"
        self.page.set_viewport_size({"width": size[0], "height": size[1]})
        self.page.set_content(html)
        picture = Image.open(io.BytesIO(self.page.screenshot())).convert("RGB")
        limit = LIMIT * 3 if name == "hero" else LIMIT
        for quality in (82, 74, 66, 58):
            picture.save(target, "WEBP", quality=quality, method=6)
            if target.stat().st_size <= limit:
                return
        raise ValueError(f"{name} does not fit into {limit} bytes")


def _scene(subject: Subject, shot: str, motif: str, ratio: float) -> str:
    """Return the HTML of one shot: wall, floor, plinth, shadow, motif."""
    light, edge, floor, top, side = BACKDROPS[subject.backdrop]
    on_wall = subject.place == "wall"
    width = min(900.0, (840 if subject.place == "plinth" else 900) / ratio)
    foot = 750 + width * ratio / 2 if on_wall else 1180
    plinth = '<i class="side"></i><i class="top"></i>' if subject.place == "plinth" else ""
    shade = "" if on_wall else '<i class="shade"></i>'
    return f"""<style>
      body {{ margin: 0; overflow: hidden;
        background: radial-gradient(ellipse 75% 60% at 50% 42%, {light}, {edge}) }}
      #camera, #camera > * {{ position: absolute }}
      #camera {{ inset: 0; {_camera(subject, shot, width, ratio, foot)} }}
      .floor {{ inset: 1040px -50% -50%;
        background: linear-gradient({floor}00, {floor} 160px, {floor}) }}
      .top, .side {{ left: 120px; width: 960px; height: 110px; border-radius: 50% }}
      .top {{ top: 1125px; background: {top} }}
      .side {{ top: 1180px; height: 600px; border-radius: 0;
        background: linear-gradient(90deg, {side}, {top} 45%, {side}) }}
      .shade {{ left: {600 - width * 0.56}px; width: {width * 1.12}px; height: 70px;
        top: {foot - 38}px; border-radius: 50%;
        background: radial-gradient(closest-side, rgba(50, 38, 28, .45), transparent) }}
      #subject {{ left: {600 - width / 2}px; width: {width}px; bottom: {SIZE[1] - foot}px;
        {_pose(subject, shot)} }}
      #subject svg {{ display: block; width: 100%; overflow: visible;
        filter: {subject.look} saturate(.94) {SHADOW_ON_WALL if on_wall else SHADOW} }}
    </style><div id="camera"><i class="floor"></i>{plinth}{shade}
      <div id="subject">{motif}</div></div>"""


def _camera(subject: Subject, shot: str, width: float, ratio: float, foot: float) -> str:
    if shot != "detail":
        return ""
    left, top = subject.focus
    x = 600 - width / 2 + width * left / 100
    y = foot - width * ratio * (1 - top / 100)
    return (
        f"transform-origin: {x}px {y}px; transform: translate({600 - x}px, {750 - y}px) scale(1.8);"
    )


def _pose(subject: Subject, shot: str) -> str:
    if shot != "angle":
        return ""
    if subject.place == "wall":
        return "transform: perspective(1500px) rotateY(26deg) rotateZ(-7deg);"
    return "transform-origin: 50% 100%; transform: perspective(1700px) rotateY(32deg);"


if __name__ == "__main__":
    main(*sys.argv[1:])
