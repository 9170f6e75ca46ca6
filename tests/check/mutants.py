"""Small wrong versions of a module, made from its syntax tree: one change each, aimed at reassurance."""

from __future__ import annotations

import ast
import copy
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE,
    ast.GtE: ast.Gt, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """A changed module: where, what was done, the line as it reads now."""

    line: int
    what: str
    tree: ast.Module

    def load(self, original: ModuleType) -> ModuleType:
        """Execute the changed module beside the original."""
        module = ModuleType(original.__name__)
        module.__file__ = original.__file__
        before = sys.modules[original.__name__]
        sys.modules[original.__name__] = module
        try:
            exec(compile(self.tree, f"<mutant {self.line}>", "exec"), module.__dict__)  # noqa: S102
        finally:
            sys.modules[original.__name__] = before
        return module


def mutants_of(module: ModuleType, *, functions: tuple[str, ...] = ()) -> Iterator[Mutant]:
    """Yield every mutant of a module, or of some of its functions."""
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    kept = [
        node for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and (not functions or node.name in functions)
    ]  # fmt: skip
    places = [(f, n) for f in kept for n in _decisions(f)]
    for number in range(len(places)):
        for at in range(len(list(_changes(places[number][1])))):
            changed = copy.deepcopy(tree)
            again = [
                node for node in ast.walk(changed)
                if isinstance(node, ast.FunctionDef) and (not functions or node.name in functions)
            ]  # fmt: skip
            function, node = [(f, n) for f in again for n in _decisions(f)][number]
            what, new = list(_changes(node))[at]
            _Swap(node, new).visit(function)
            yield Mutant(
                getattr(node, "lineno", 0), f"{function.name}: {what}",
                ast.fix_missing_locations(changed),
            )  # fmt: skip


def _decisions(function: ast.FunctionDef) -> Iterator[ast.AST]:
    """Walk the statements of a function, in one order, without annotations and the words of messages."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.JoinedStr | ast.Subscript):
            continue
        yield node
        if isinstance(node, ast.AnnAssign):
            waiting += [node.value] if node.value else []
        else:
            waiting += ast.iter_child_nodes(node)


class _Swap(ast.NodeTransformer):
    """Put one node in the place of another."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self.new if node is self.old else self.generic_visit(node)


def _changes(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Yield what a node may wrongly be: told in words, and as a node."""
    yield from _of_logic(node)
    yield from _of_values(node)


def _of_logic(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Conditions turned round, weakened, decided."""
    told = ast.unparse(node)[:90] if isinstance(node, ast.expr) else ""
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _OPPOSITE:
        new = copy.deepcopy(node)
        new.ops = [_OPPOSITE[type(node.ops[0])]()]
        yield f"{told} → {ast.unparse(new)[:90]}", new
    if isinstance(node, ast.BoolOp):
        other = copy.deepcopy(node)
        other.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield f"{told} → {ast.unparse(other)[:90]}", other
        for at in range(len(node.values)):
            rest = [v for n, v in enumerate(node.values) if n != at]
            less = rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
            yield f"{told} → {ast.unparse(less)[:90]}", copy.deepcopy(less)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield f"{told} → {ast.unparse(node.operand)[:90]}", copy.deepcopy(node.operand)
    if isinstance(node, ast.If):
        for value in (True, False):
            new_if = copy.deepcopy(node)
            new_if.test = ast.Constant(value)
            yield f"if {ast.unparse(node.test)[:90]} → if {value}", new_if


def _of_values(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Values turned round, left out, or set to "clear"."""
    told = ast.unparse(node)[:90] if isinstance(node, ast.expr) else ""
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield f"{told} → {not node.value}", ast.Constant(not node.value)
    if isinstance(node, ast.IfExp):
        yield f"{told} → {ast.unparse(node.body)[:90]}", copy.deepcopy(node.body)
        yield f"{told} → {ast.unparse(node.orelse)[:90]}", copy.deepcopy(node.orelse)
    if (
        isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
        and node.value.id == "Outcome" and node.attr != "CLEAR"
    ):  # fmt: skip
        clear = copy.deepcopy(node)
        clear.attr = "CLEAR"
        yield f"{told} → Outcome.CLEAR", clear
    if isinstance(node, ast.List | ast.Tuple) and isinstance(node.ctx, ast.Load):
        for at in range(len(node.elts)):
            fewer = copy.deepcopy(node)
            del fewer.elts[at]
            yield f"{told} without {ast.unparse(node.elts[at])[:60]}", fewer
    if isinstance(node, ast.AugAssign):
        yield f"{ast.unparse(node)[:90]} → pass", ast.Pass()
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield f"{ast.unparse(node)[:90]} → pass", ast.Pass()
    if isinstance(node, ast.comprehension) and node.ifs:
        new_comp = copy.deepcopy(node)
        new_comp.ifs = []
        yield "comprehension without its condition", new_comp
