"""A CQL2 tree → a condition in SQL: allow-listed properties and operators, every value a bound parameter."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Numeric, Text, and_, false, func, literal, literal_column, not_, or_, true

from geo.bbox import BBox
from geo.cql2_tree import FOLDINGS, SPATIAL, VALUES, Call, Constant, Node, Property, Shape
from geo.crs import CRS84, Crs
from geo.errors import InvalidBBox, InvalidFilter
from geo.moments import Period, relation, written
from geo.queryables import Kind, Queryable
from geo.shape import checked
from geo.spatial import envelope, placed

_COMPARE: dict[str, Callable[[Any, Any], ColumnElement[bool]]] = {
    "=": lambda left, right: left == right,
    "<>": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    ">": lambda left, right: left > right,
    "<=": lambda left, right: left <= right,
    ">=": lambda left, right: left >= right,
}
_PREDICATES = {
    "s_intersects": func.ST_Intersects, "s_equals": func.ST_Equals, "s_touches": func.ST_Touches,
    "s_crosses": func.ST_Crosses, "s_within": func.ST_Within, "s_contains": func.ST_Contains,
    "s_overlaps": func.ST_Overlaps,
}  # fmt: skip
_KINDS: dict[Kind, str] = {
    "text": "a text", "number": "a number", "boolean": "true or false", "date": "a date", "timestamp": "an instant",
    "geometry": "a geometry",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Value:
    """An operand in SQL. `constant`: what was written, None for what differs from feature to feature."""

    kind: Kind
    expression: ColumnElement[Any]
    constant: str | Decimal | bool | None = None
    codes: tuple[str, ...] = ()
    name: str = ""


def condition(tree: Node, properties: Mapping[str, Queryable], crs: Crs = CRS84) -> ColumnElement[bool]:
    """What a row of `feature` must fulfil. `crs`: of the coordinates that the filter writes.

    Raises InvalidFilter for a property that is not in `properties`, operands that do not fit their operator, and a
    value that is none of a property's codes.
    """
    return _Translation(properties, crs).truth(tree)


@dataclass(frozen=True, slots=True)
class _Translation:
    properties: Mapping[str, Queryable]
    crs: Crs

    def truth(self, node: Node) -> ColumnElement[bool]:
        if isinstance(node, Constant) and isinstance(node.value, bool):
            return true() if node.value else false()
        if not isinstance(node, Call):
            raise InvalidFilter("A condition was expected where a bare value or property stands; compare it: x = 1.")
        match node.op:
            case "and":
                return and_(*map(self.truth, node.operands))
            case "or":
                return or_(*map(self.truth, node.operands))
            case "not":
                return not_(self.truth(node.operands[0]))
            case op if op in SPATIAL:
                return self.spatial(op, *node.operands)
            case op if op.startswith("t_"):
                return relation(op, *map(self.period, node.operands))
            case op if op in (*FOLDINGS, *VALUES):
                raise InvalidFilter(f"{op} gives a value, not a condition; compare it: {op}(…) = ….")
        return self.comparison(node)

    def comparison(self, node: Call) -> ColumnElement[bool]:
        if node.op == "isnull":
            return self.any_value(node.operands[0]).expression.is_(None)
        first, *others = map(self.value, node.operands)
        match node.op:
            case "like":
                return self.like(first, others[0])
            case "between":
                return and_(self.compared(">=", first, others[0]), self.compared("<=", first, others[1]))
            case "in":
                return self.among(first, others)
        return self.compared(node.op, first, others[0])

    def value(self, node: Node) -> _Value:
        """A text, number, truth value or moment."""
        found = self.any_value(node)
        if found.kind == "geometry":
            raise InvalidFilter("A geometry can only be asked with s_intersects and the like, or IS NULL.")
        return found

    def any_value(self, node: Node) -> _Value:
        match node:
            case Property(name):
                known = self.properties.get(name)
                if known is None:
                    allowed = tuple(self.properties)
                    raise InvalidFilter(f"{name[:60]!r} cannot be asked for; there are: {', '.join(allowed)}.", allowed)
                return _Value(known.kind, known.expression, None, known.codes, name)
            case Constant(bool(value)):
                return _Value("boolean", true() if value else false(), value)
            case Constant(Decimal() as value):
                return _Value("number", literal(value, Numeric), value)
            case Constant(str(value)):
                return _Value("text", literal(value, Text), value)
            case Call(op="date" | "timestamp"):
                kind, moment = written(node)
                return _Value(kind, moment)
            case Call(op=op, operands=(one,)) if op in FOLDINGS:
                inner = self.value(one)
                if inner.kind != "text":
                    raise InvalidFilter(f"{op} takes a text, not {_KINDS[inner.kind]}.")
                return _Value("text", _folded(op, inner.expression), inner.constant)
            case Call(op="interval"):
                raise InvalidFilter("An interval can only be asked with t_during, t_intersects and the like.")
        raise InvalidFilter("A value was expected where a condition or a geometry stands.")

    def compared(self, op: str, left: _Value, right: _Value) -> ColumnElement[bool]:
        left, right = _of_a_kind(left, right)
        if op in ("=", "<>"):
            _known_code(left, right)
            _known_code(right, left)
        elif left.kind == "boolean":
            raise InvalidFilter(f"true and false have no order; {op} cannot compare them.")
        return _COMPARE[op](left.expression, right.expression)

    def among(self, value: _Value, others: list[_Value]) -> ColumnElement[bool]:
        pairs = [_of_a_kind(value, other) for other in others]
        for _, other in pairs:
            _known_code(value, other)
        if any(own is not value for own, _ in pairs):
            return or_(*(own.expression == other.expression for own, other in pairs))
        return value.expression.in_([other.expression for _, other in pairs])

    def like(self, text: _Value, pattern: _Value) -> ColumnElement[bool]:
        if (text.kind, pattern.kind) != ("text", "text") or not isinstance(pattern.constant, str):
            raise InvalidFilter(
                "LIKE takes a text and a written pattern: name_vi LIKE 'Cảng%' (% any, _ one character)."
            )
        if (len(pattern.constant) - len(pattern.constant.rstrip("\\"))) % 2:
            raise InvalidFilter("The pattern of LIKE ends in a backslash, which escapes nothing; write \\\\ for one.")
        return text.expression.like(pattern.expression)

    def period(self, node: Node) -> Period:
        if isinstance(node, Call) and node.op == "interval":
            ends = [self.end(one) for one in node.operands]
            return Period.between(ends[0], ends[1])
        found = self.value(node)
        if found.kind not in ("date", "timestamp"):
            raise InvalidFilter(f"A date was expected, such as DATE('2023-02-15'), where {_KINDS[found.kind]} stands.")
        return Period.at(found.kind, found.expression)

    def end(self, node: Node) -> tuple[Kind | None, ColumnElement[Any] | None]:
        """One end of an interval: kind and moment, both None where it is open."""
        if isinstance(node, Constant) and isinstance(node.value, str):
            return written(node)
        found = self.value(node)
        if found.kind not in ("date", "timestamp"):
            raise InvalidFilter("An interval takes dates, instants or '..': INTERVAL('2023-01-01','..').")
        return found.kind, found.expression

    def spatial(self, op: str, *operands: Node) -> ColumnElement[bool]:
        if op == "s_disjoint":
            return not_(self.spatial("s_intersects", *operands))
        left, right = map(self.geometries, operands)
        if op != "s_intersects" and len(left) * len(right) > 1:
            raise InvalidFilter(f"A GeometryCollection can be asked with s_intersects and s_disjoint, not with {op}.")
        return or_(*(_PREDICATES[op](one, other) for one in left for other in right))

    def geometries(self, node: Node) -> list[ColumnElement[Any]]:
        """The geometry in WGS 84, of a collection each part."""
        if isinstance(node, Shape):
            return [placed(one.wkt, self.crs, one.length) for one in checked(node, self.crs)]
        if isinstance(node, Call) and node.op == "bbox":
            numbers = [one.value for one in node.operands if isinstance(one, Constant)]
            if len(numbers) != 4 or not all(isinstance(number, Decimal) for number in numbers):
                raise InvalidFilter("BBOX takes four numbers.")
            try:
                return [envelope(BBox.of([float(number) for number in numbers], self.crs, _shown(numbers)))]
            except InvalidBBox as error:
                raise InvalidFilter(str(error)) from None
        found = self.any_value(node)
        if found.kind != "geometry":
            raise InvalidFilter(f"A geometry was expected where {_KINDS[found.kind]} stands: POINT(106.7 20.8).")
        return [found.expression]


def _of_a_kind(left: _Value, right: _Value) -> tuple[_Value, _Value]:
    """Both operands as one kind; a day and an instant are compared by the day in the city."""
    if left.kind == right.kind:
        return left, right
    kinds = {left.kind, right.kind}
    if kinds == {"date", "timestamp"}:
        one, other = (Period.at(value.kind, value.expression).by_day().start for value in (left, right))
        return _Value("date", one), _Value("date", other)
    named = left.name or right.name
    hint = " Write DATE('2023-02-15')." if kinds & {"date", "timestamp"} else ""
    raise InvalidFilter(
        f"{f'{named}: ' if named else ''}{_KINDS[left.kind]} cannot be compared with {_KINDS[right.kind]}.{hint}"
    )


def _known_code(one: _Value, other: _Value) -> None:
    """Raises InvalidFilter when a property with a closed list of codes is compared with none of them."""
    if one.codes and isinstance(other.constant, str) and other.constant not in one.codes:
        raise InvalidFilter(
            f"{one.name} is never {other.constant[:60]!r}; there are: {', '.join(one.codes)}.", one.codes
        )


def _folded(op: str, text: ColumnElement[Any]) -> ColumnElement[str]:
    """Without case or without accents, as `fold` does it; đ counts as an accent of d."""
    if op == "casei":
        return func.lower(text)
    return func.public.unaccent(literal_column("'public.unaccent'::regdictionary"), text)


def _shown(numbers: list[Any]) -> str:
    return ",".join(f"{float(number):g}" for number in numbers)
