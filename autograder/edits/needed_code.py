"""The part of a module that one of its functions needs, as syntax trees.

So a function of the course can be used without running the rest of its module.
"""

from __future__ import annotations

import ast


def needed(tree: ast.Module, name: str) -> list[ast.stmt]:
    """The top-level statements that define `name` and all that it uses, in their order.

    Args:
        tree: the module.
        name: a name that the module defines.
    """
    definitions: dict[str, ast.stmt] = {}
    for node in tree.body:
        definitions.update(dict.fromkeys(_defined_names(node), node))
    wanted: set[str] = set()
    queue = [name]
    while queue:
        current = queue.pop()
        if current in definitions and current not in wanted:
            wanted.add(current)
            used = ast.walk(definitions[current])
            queue += [node.id for node in used if isinstance(node, ast.Name)]
    chosen = {id(definitions[each]) for each in wanted}
    return [node for node in tree.body if id(node) in chosen]


def _defined_names(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [(alias.asname or alias.name).split(".")[0] for alias in node.names]
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return [n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)]
    return []
