"""What generated products are put together from: the hand-written families and a few more words."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import Any

from django.utils.text import slugify

from shopflow.demo.load import HERE

# What else a family makes beside that one product; in a big shop no word is every tenth's.
NOUNS = {
    "harbour-tee": "Tee Jersey Henley Polo Tunic Vest Singlet Longsleeve",
    "long-walk-scarf": "Scarf Shawl Snood Wrap Stole Neckerchief Muffler Bandana",
    "pocket-mending-kit": "Mending-Kit Sewing-Box Darning-Set Needle-Book Thread-Case Button-Tin",
    "kerbside-trainer": "Trainer Sneaker Runner Slipper Loafer Plimsoll Boot Sandal",
    "daytrip-backpack": "Backpack Rucksack Satchel Tote Holdall Duffel Daypack Pannier",
    "cloudburst-umbrella": "Umbrella Parasol Raincoat Poncho Cape Rainhat Brolly Galosh",
    "sunday-teapot": "Teapot Kettle Mug Jug Pitcher Caddy Infuser Saucer",
    "settle-in-sofa": "Sofa Settee Armchair Daybed Ottoman Loveseat Bench Recliner",
    "slow-evening-candle": "Candle Taper Tealight Votive Incense Diffuser Snuffer Lamp",
    "windowsill-rubber-fig": "Rubber-Fig Monstera Calathea Aloe Palm Ivy Orchid Cactus",
    "unhurried-notebook": "Notebook Journal Sketchbook Diary Planner Ledger Notepad Folio",
    "quiet-hours-headphones": "Headphones Earbuds Speaker Radio Turntable Soundbar Headset Amp",
}
FIRST_WORDS = (
    "Harbour Kerbside Daytrip Cloudburst Sunday Windowsill Unhurried Quiet Pocket Morning Meadow "
    "Northern Lantern Hearth Orchard Paper Copper Velvet Timber Coastal Garden Market Station "
    "Evening Autumn Frost Ember Willow Linden Marble Cobble Ferry Attic Lakeside Hillside Cinder "
    "Clover Thistle Drift Pebble"
).split()
SECOND_WORDS = (
    "Linen Oak Cedar Wool Stone Salt Honey Amber Slate Birch Cotton Heather Clay Maple Brass Cork "
    "Juniper Walnut Sage Indigo Hazel Flax Pine Opal Chalk Saffron Ivory Rowan Basil Plum"
).split()
LEAVES = (
    "Everyday Weekend Travel Winter Summer Classic Little Large Gift Handmade Mended Outdoor "
    "Evening Office Studio Holiday Family Guest Vintage Limited"
).split()
MAKERS = (
    "Fennwick Orla Kestrow Tarn Pottle Nook Margin Hushling Alder Bracken Corran Dovecote Elmet "
    "Fallow Garth Hollin Inver Jessop Kirkby Larkin"
).split()
PARTNERS = (
    "Sons Moss Whin Thorne Ash Hythe Dunlin Rook Wren Tansy Yarrow Sedge Burnet Teasel Vetch Rush "
    "Plover Curlew Heron Finch"
).split()
COLOURS = "Ocean Meadow Coral Cherry Violet Moss Lilac Mint Raspberry Lagoon Fern Slate".split()
MATERIALS = ("Organic cotton", "Lambswool", "Stoneware", "Recycled mesh", "Waxed canvas", "Beech")
COUNTRIES = ("Portugal", "Scotland", "Estonia", "Italy", "Germany", "Japan", "Denmark", "Wales")
SEASONS = ("spring", "summer", "autumn", "winter")
MATERIAL, MADE_IN = "material", "made-in"


@dataclass(frozen=True)
class Facts:
    """The attributes of a product, as JSON, and where it is made."""

    document: str
    country: str


@dataclass(frozen=True)
class Family:
    """A kind of product; `price` is in cents, texts are as COPY wants them."""

    nouns: Sequence[str]
    code: str
    shelf: str  # its address, as clothing/tops
    price: int
    grams: int
    options: Sequence[tuple[str, str]]  # a variant's name, and its option values as JSON
    facts: Sequence[Facts]
    tags: Sequence[str]
    sentences: Sequence[str]
    pictures: Sequence[tuple[str, str]]  # file and alternative text
    attributes: Mapping[str, str]  # slug to name


def families() -> list[Family]:
    """Return the kinds of products that there are words for, in the order of the file."""
    content = json.loads((HERE / "catalogue.json").read_text(encoding="utf-8"))
    return [_family(written) for written in content["products"] if written["slug"] in NOUNS]


def brand_names() -> list[str]:
    """Return the names of all generated makers; the first sell most, and share no word."""
    count = len(PARTNERS)
    return [
        f"{MAKERS[(number + turn) % count]} & {PARTNERS[number]}"
        for turn in range(len(MAKERS))
        for number in range(count)
    ]


def product_name(family: Family, number: int) -> str:
    """Return what the product of this number is called."""
    return f"{style_name(family, number)} No. {number % 97 + 1}"


def style_name(family: Family, number: int) -> str:
    """Return the same without the number at its end."""
    mixed = number * 0x9E3779B1 & 0xFFFFFFFF  # Fibonacci hashing: neighbours get unlike words
    first = FIRST_WORDS[(mixed >> 8) % len(FIRST_WORDS)]
    second = SECOND_WORDS[(mixed >> 16) % len(SECOND_WORDS)]
    return f"{first} {second} {family.nouns[(mixed >> 24) % len(family.nouns)]}"


def _family(written: Mapping[str, Any]) -> Family:
    attributes = {slugify(name): name for name in [*written["attributes"], "Material", "Made in"]}
    return Family(
        nouns=[noun.replace("-", " ") for noun in NOUNS[written["slug"]].split()],
        code=written["sku"].rpartition("-")[2],
        shelf=written["category"],
        price=int(Decimal(written["variants"][0]["price"]) * 100),
        grams=written["variants"][0]["grams"],
        options=_options(written["variants"]),
        facts=_facts(written["attributes"]),
        tags=[_tags([*written["tags"], season]) for season in SEASONS],
        sentences=_sentences(written["description"]),
        pictures=[(picture["file"], picture["alt"]) for picture in written["pictures"]],
        attributes=attributes,
    )


def _options(variants: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    axes: dict[str, list[str]] = {"Colour": list(COLOURS)}
    for variant in variants:
        for name, value in variant["options"].items():
            values = axes.setdefault(name, [])
            if value not in values:
                values.append(value)
    return [
        (" / ".join(values), _json(dict(zip(axes, values, strict=True))))
        for values in product(*axes.values())
    ]


def _facts(written: Mapping[str, str]) -> list[Facts]:
    fixed = {slugify(name): value for name, value in written.items()}
    materials = dict.fromkeys([fixed.get(MATERIAL, MATERIALS[0]), *MATERIALS])
    return [
        Facts(
            document=_json({**fixed, MATERIAL: material, MADE_IN: country}),
            country=country,
        )
        for material, country in product(materials, COUNTRIES)
    ]


def _tags(tags: Sequence[str]) -> str:
    return "{" + ",".join(f'"{tag}"' for tag in tags) + "}"


def _sentences(description: str) -> list[str]:
    text = " ".join(re.findall(r"<p>(.*?)</p>", description))
    return [sentence.strip() for sentence in re.findall(r"[^.]+\.", text)]


def _json(values: Mapping[str, str]) -> str:
    return json.dumps(values, ensure_ascii=False)
