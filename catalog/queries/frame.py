"""What stands around every page: the tree of categories and the links that staff keep.

One statement, and none as long as neither a category, a page nor a menu changes.
"""

import json
from typing import Any

from django.db import connection

from shopflow.lib.cache import MENU, remembered


def frame() -> dict[str, list[dict[str, Any]]]:
    """Return the tree under `menu`, and the links of all places and languages under `links`.

    Below a hidden category nothing shows; links to what is hidden are left out.
    """
    kept: dict[str, list[dict[str, Any]]] = json.loads(
        remembered("frame", scopes=[MENU], make=_written)
    )
    return kept


def _written() -> str:
    with connection.cursor() as cursor:
        cursor.execute("""SELECT
            (SELECT jsonb_agg(jsonb_build_object(
                        'id', id, 'parent', parent_id, 'name', name, 'slug', slug)
                    ORDER BY nlevel(path), sort_order, name, id)
             FROM categories WHERE is_active)::text,
            (SELECT jsonb_agg(jsonb_build_object(
                        'id', i.id, 'parent', i.parent_id, 'code', m.code, 'language', m.language,
                        'label', i.label, 'url', i.url, 'category', i.category_id, 'page', p.slug)
                    ORDER BY i.parent_id IS NOT NULL, i.sort_order, i.id)
             FROM menu_items i JOIN menus m ON m.id = i.menu_id
             LEFT JOIN content_pages p ON p.id = i.page_id
             WHERE i.page_id IS NULL OR p.is_active)::text""")
        [[categories, items]] = cursor.fetchall()
    tree, paths = _tree(json.loads(categories or "[]"))
    return json.dumps({"menu": tree, "links": _links(json.loads(items or "[]"), paths)})


def _tree(rows: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Return the roots, and each visible category's path of slugs by its id; parents come first."""
    nodes: dict[str, dict[str, Any]] = {}
    roots: list[dict[str, Any]] = []
    for row in rows:
        parent = nodes.get(row["parent"])
        if row["parent"] and parent is None:
            continue
        path = f"{parent['slug_path']}/{row['slug']}" if parent else row["slug"]
        node = {"id": row["id"], "name": row["name"], "slug_path": path, "children": []}
        nodes[row["id"]] = node
        (parent["children"] if parent else roots).append(node)
    return roots, {node_id: node["slug_path"] for node_id, node in nodes.items()}


def _links(rows: list[dict[str, Any]], paths: dict[str, str]) -> list[dict[str, Any]]:
    made: dict[str, dict[str, Any]] = {}
    roots: list[dict[str, Any]] = []
    for row in rows:
        if row["category"] and row["category"] not in paths:
            continue
        link = {
            "label": row["label"],
            "page": row["page"] or "",
            "category": paths.get(row["category"], ""),
            "url": row["url"],
            "children": [],
        }
        made[row["id"]] = link
        if row["parent"] is None:
            roots.append({"code": row["code"], "language": row["language"], "link": link})
        elif row["parent"] in made:
            made[row["parent"]]["children"].append(link)
    return roots
