"""Finds the names that code binds and the names that it uses, without running it.

This shows when a change to one cell cannot affect the checks of another. If it cannot be determined
(`exec`, `global`, a magic), the code is `opaque`: it counts as affecting everything.
"""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

PURE = frozenset(
    "abs all any bool check check_examples check_learned check_raises dir display float help id "
    "int isinstance len list max min print range repr round set sorted str sum tuple type "
    "zip".split()
)
"""Functions that do not change their arguments. Functions whose name begins with `show` do not
either.
"""
OPAQUE_CALLS = frozenset("eval exec setattr delattr vars locals reload get_ipython".split())
HARMLESS_MAGICS = frozenset("matplotlib load_ext reload_ext autoreload config pip conda".split())
"""Line magics that bind no name. Shell commands bind no name either."""
ALWAYS = frozenset("module os|module sys|module warnings|module random".split("|"))
"""Modules whose settings affect code that never names them."""


@dataclass(frozen=True)
class Names:
    """The names of one piece of code.

    `sets` are always bound, `touches` may be bound or changed. `uses` are read when the code runs,
    `later` when a function that it defines is called.
    """

    sets: frozenset[str] = frozenset()
    touches: frozenset[str] = frozenset()
    uses: frozenset[str] = frozenset()
    later: frozenset[str] = frozenset()
    opaque: bool = False
    has_magic: bool = False
    readable: bool = True

    @property
    def changes(self) -> frozenset[str]:
        """The names that are bound or changed, certainly or perhaps."""
        return self.sets | self.touches

    @property
    def always(self) -> bool:
        """Whether the code runs for every check."""
        return self.opaque or self.has_magic or not self.readable or bool(self.changes & ALWAYS)


@dataclass
class _Found:
    sets: set[str] = field(default_factory=set)
    touches: set[str] = field(default_factory=set)
    uses: set[str] = field(default_factory=set)
    opaque: bool = False


def modules_of(sources: Iterator[str] | tuple[str, ...]) -> dict[str, str]:
    """Map the names that imports bind to their modules: `np` to "module numpy"."""
    known: dict[str, str] = {}
    for source in sources:
        tree = _tree(source)
        for node in ast.walk(tree) if tree else ():
            if isinstance(node, ast.Import):
                for alias in node.names:
                    known[alias.asname or alias.name.split(".")[0]] = _module(alias.name)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for alias in node.names:
                    known[alias.asname or alias.name] = _module(node.module)
    return known


def _module(name: str) -> str:
    return "module " + name.split(".")[0]


def names(source: str, modules: Mapping[str, str]) -> Names:
    """Find the names in the source of a cell.

    Args:
        source: plain Python. Anything else is marked as not `readable`.
        modules: the result of `modules_of` for all code together.
    """
    tree = _tree(source)
    if tree is None:
        return Names(readable=False)
    try:
        table = symtable.symtable(source, "cell", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Names(readable=False)
    later, opaque = _in_functions(table)
    found = _Found(opaque=opaque)
    for statement in tree.body:
        _statement(statement, found, modules)
    found.opaque |= _is_opaque(tree)
    has_magic = any(_is_harmless_magic(node) for node in ast.walk(tree))
    later |= _imported(tree)
    known = {modules[name] for name in found.uses | later if name in modules}
    imported = {modules[name] for name in found.sets | found.touches if name in modules}
    return Names(
        frozenset(found.sets),
        frozenset(found.touches - found.sets),
        frozenset(found.uses | known | imported),
        frozenset(later | _named_in_strings(tree)),
        found.opaque,
        has_magic,
    )


def _tree(source: str) -> ast.Module | None:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _imported(tree: ast.Module) -> set[str]:
    """The modules that are imported anywhere, also inside functions."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {_module(alias.name) for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(_module(node.module))
    return found


def _in_functions(table: symtable.SymbolTable) -> tuple[set[str], bool]:
    """The global names that functions and classes use, and whether one of them changes a global."""
    used: set[str] = set()
    changed = False
    for inner in table.get_children():
        for symbol in inner.get_symbols():
            if symbol.is_global():
                used.add(symbol.get_name())
                changed |= symbol.is_assigned()
            elif inner.get_type() == "class" and symbol.is_referenced():
                used.add(symbol.get_name())
        nested, nested_changed = _in_functions(inner)
        used |= nested
        changed |= nested_changed
    return used, changed


def _statement(node: ast.stmt, found: _Found, modules: Mapping[str, str]) -> None:
    """Add what one top-level statement does, after those before it in the same code."""
    used, sets, touches = set[str](), set[str](), set[str]()
    variables = _of_comprehensions(node)
    for part in _run_now(node):
        if isinstance(part, ast.Name) and id(part) in variables:
            continue
        if isinstance(part, ast.Name):
            (used if isinstance(part.ctx, ast.Load) else sets).add(part.id)
        elif isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            sets.add(part.name)
        elif isinstance(part, ast.Import | ast.ImportFrom):
            sets |= {alias.asname or alias.name.split(".")[0] for alias in part.names}
        elif isinstance(part, ast.ExceptHandler) and part.name:
            sets.add(part.name)
        elif isinstance(part, ast.AugAssign) and isinstance(part.target, ast.Name):
            used.add(part.target.id)
        elif isinstance(part, ast.Attribute | ast.Subscript):
            if not isinstance(part.ctx, ast.Load) and (root := _root(part)):
                touches |= {root, modules.get(root, root)}
        elif isinstance(part, ast.Call):
            touches |= _touched_by_call(part, isinstance(node, ast.Expr), modules)
    found.uses |= (used | touches) - found.sets
    certain = isinstance(
        node,
        ast.Assign
        | ast.AnnAssign
        | ast.FunctionDef
        | ast.AsyncFunctionDef
        | ast.ClassDef
        | ast.Import
        | ast.ImportFrom,
    )
    found.touches |= touches if certain else touches | sets
    if certain:
        found.sets |= sets


def _of_comprehensions(node: ast.AST) -> set[int]:
    """The identities of the name nodes that are variables of a comprehension."""
    found: set[int] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            targets = {
                name.id
                for each in part.generators
                for name in ast.walk(each.target)
                if isinstance(name, ast.Name)
            }
            found |= {
                id(name)
                for name in ast.walk(part)
                if isinstance(name, ast.Name) and name.id in targets
            }
    return found


def _run_now(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the node and the nodes in it that run at the same time; not the bodies of functions."""
    yield node
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        inside: list[ast.AST] = [*node.decorator_list, *node.args.defaults]
        inside += [default for default in node.args.kw_defaults if default is not None]
    elif isinstance(node, ast.ClassDef):
        inside = [*node.decorator_list, *node.bases, *(word.value for word in node.keywords)]
    elif isinstance(node, ast.Lambda):
        inside = [*node.args.defaults]
    elif isinstance(node, ast.comprehension):  # its variable is no name of the cell
        inside = [node.iter, *node.ifs]
    else:
        inside = list(ast.iter_child_nodes(node))
    for child in inside:
        yield from _run_now(child)


def _touched_by_call(call: ast.Call, alone: bool, modules: Mapping[str, str]) -> set[str]:
    """The names whose objects a call may change: the receiver and the arguments."""
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    if name in PURE or name.startswith("show"):
        return set()
    touched = {argument.id for argument in call.args if isinstance(argument, ast.Name)}
    touched |= {word.value.id for word in call.keywords if isinstance(word.value, ast.Name)}
    root = _root(call.func)
    if root and root not in modules:
        touched.add(root)
    elif root and alone:  # `np.random.seed(0)` changes a module, `x = np.ones(3)` does not
        touched |= {root, modules[root]}
    return {name for name in touched if name not in modules or alone}


def _root(node: ast.AST) -> str:
    """The name at the beginning of `a.b[c].d`; "" if it begins with something else."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call | ast.Starred):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _is_opaque(tree: ast.Module) -> bool:
    """Whether the code may bind or use any name."""
    harmless = {id(node.func.value) for node in ast.walk(tree) if _is_harmless_magic(node)}  # type: ignore[attr-defined]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and id(node) not in harmless:
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            method = isinstance(node.func, ast.Attribute) and called not in ("reload",)
            if called in OPAQUE_CALLS and not method:
                return True
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
            return True
        if not isinstance(node, ast.Subscript | ast.Attribute) or _root(node) != "globals":
            continue
        if not isinstance(node.ctx, ast.Load) or getattr(node, "attr", "") == "update":
            return True
    return False


def _is_harmless_magic(node: ast.AST) -> bool:
    """Whether it is `get_ipython().run_line_magic("matplotlib", …)`, or a shell command."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    if not isinstance(node.func.value, ast.Call) or _root(node.func.value) != "get_ipython":
        return False
    if node.func.attr in ("system", "getoutput"):
        return True
    first = node.args[0] if node.args else None
    name = first.value if isinstance(first, ast.Constant) else ""
    return node.func.attr == "run_line_magic" and name in HARMLESS_MAGICS


def _named_in_strings(tree: ast.Module) -> set[str]:
    """Names inside strings, as in `"x" in globals()`."""
    reads = any(isinstance(node, ast.Name) and node.id == "globals" for node in ast.walk(tree))
    return {
        node.value
        for node in ast.walk(tree)
        if reads
        and isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.isidentifier()
    }
