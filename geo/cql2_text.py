"""The text form of CQL2, read by a LALR(1) parser: time and memory grow with the length, and nothing recurses."""

import re
from functools import cache
from typing import Any

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import LarkError, UnexpectedInput, UnexpectedToken, VisitError

from geo.cql2_tree import Constant, Node, Property, Shape, call, number, text_constant
from geo.errors import InvalidFilter

_GRAMMAR = r"""
?start: disjunction
?disjunction: conjunction ("OR"i conjunction)*
?conjunction: negation ("AND"i negation)*
?negation: "NOT"i negation -> negated
    | condition
?condition: "(" disjunction ")"
    | function
    | truth
    | scalar COMPARISON scalar -> compared
    | scalar "LIKE"i scalar -> like
    | scalar "NOT"i "LIKE"i scalar -> not_like
    | scalar "BETWEEN"i scalar "AND"i scalar -> between
    | scalar "NOT"i "BETWEEN"i scalar "AND"i scalar -> not_between
    | scalar "IN"i "(" scalar ("," scalar)* ")" -> within
    | scalar "NOT"i "IN"i "(" scalar ("," scalar)* ")" -> not_within
    | scalar "IS"i "NULL"i -> is_null
    | scalar "IS"i "NOT"i "NULL"i -> is_not_null
?scalar: function | truth | property | text | number
function: NAME "(" [operand ("," operand)*] ")"
?operand: scalar | geometry
truth: TRUE | FALSE
property: NAME | QUOTED
text: TEXT
number: NUMBER
geometry: GEOMETRY "(" part ("," part)* ")"
?part: position | "(" part ("," part)* ")" -> parts | geometry
position: NUMBER NUMBER+
TRUE: "TRUE"i
FALSE: "FALSE"i
COMPARISON: "<>" | "<=" | ">=" | "=" | "<" | ">"
GEOMETRY.2: /(?:(?:MULTI)?(?:POINT|LINESTRING|POLYGON)|GEOMETRYCOLLECTION)(?=\s*\()/i
NAME: /[a-z_][a-z0-9_.:]*/i
QUOTED: /"[^"]*"/
TEXT: /'(?:''|\\'|\\(?!')|[^'\\])*'/
NUMBER: /[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:e[+-]?[0-9]+)?/i
%ignore /[ \t\r\n]+/
"""
_KINDS = {
    kind.upper(): kind
    for kind in (
        "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection",
    )
}  # fmt: skip
_EXAMPLE = "an example: status = 'under_construction' AND area_ha > 50"


def parse(text: str) -> Node:
    """The tree of a filter in text form. Raises InvalidFilter with the place where it goes wrong."""
    try:
        tree: Any = _parser().parse(text)
    except VisitError as error:
        raise error.orig_exc from None
    except UnexpectedInput as error:
        raise InvalidFilter(_told(text, error)) from None
    except LarkError:
        raise InvalidFilter(f"The filter is no CQL2 text; {_EXAMPLE}.") from None
    if isinstance(tree, Property | Shape):
        raise InvalidFilter(f"The filter compares nothing; {_EXAMPLE}.")
    return tree  # type: ignore[no-any-return]


def _told(text: str, error: UnexpectedInput) -> str:
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        return f"The filter ends too early; {_EXAMPLE}."
    place = error.pos_in_stream or 0
    return f"The filter cannot be read from character {place + 1} on: {text[place : place + 30]!r}; {_EXAMPLE}."


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", transformer=_Tree(), maybe_placeholders=False)


@v_args(inline=True)
class _Tree(Transformer[Token, Any]):
    """Builds the tree while the parser reads, from the inside out."""

    def disjunction(self, *operands: Node) -> Node:
        return call("or", operands)

    def conjunction(self, *operands: Node) -> Node:
        return call("and", operands)

    def negated(self, operand: Node) -> Node:
        return call("not", [operand])

    def compared(self, left: Node, operator: Token, right: Node) -> Node:
        return call(str(operator), [left, right])

    def like(self, *operands: Node) -> Node:
        return call("like", operands)

    def not_like(self, *operands: Node) -> Node:
        return call("not", [call("like", operands)])

    def between(self, *operands: Node) -> Node:
        return call("between", operands)

    def not_between(self, *operands: Node) -> Node:
        return call("not", [call("between", operands)])

    def within(self, *operands: Node) -> Node:
        return call("in", operands)

    def not_within(self, *operands: Node) -> Node:
        return call("not", [call("in", operands)])

    def is_null(self, operand: Node) -> Node:
        return call("isnull", [operand])

    def is_not_null(self, operand: Node) -> Node:
        return call("not", [call("isnull", [operand])])

    def function(self, name: Token, *operands: Node) -> Node:
        return call(str(name), operands)

    def truth(self, word: Token) -> Node:
        return Constant(word.upper() == "TRUE")

    def property(self, name: Token) -> Node:
        return Property(name.strip('"'))

    def text(self, quoted: Token) -> Node:
        return text_constant(re.sub(r"''|\\'", "'", quoted[1:-1]))

    def number(self, digits: Token) -> Node:
        return number(str(digits))

    def position(self, *digits: Token) -> list[float]:
        return [float(one) for one in digits]

    def parts(self, *parts: Any) -> list[Any]:
        return list(parts)

    def geometry(self, kind: Token, *parts: Any) -> Node:
        name = _KINDS[kind.upper()]
        if name == "GeometryCollection":
            return Shape(name, tuple(parts))
        points = [part[0] if name == "MultiPoint" and _bracketed(part) else part for part in parts]
        return Shape(name, points[0] if name == "Point" and len(points) == 1 else points)


def _bracketed(part: Any) -> bool:
    return isinstance(part, list) and len(part) == 1 and isinstance(part[0], list)
