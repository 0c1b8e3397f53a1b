from decimal import Decimal

import pytest

from geo.cql2 import Language, parse
from geo.cql2_tree import MOST_BYTES, Call, Constant, Property, Shape, call
from geo.errors import InvalidFilter
from tests.pace import little_work

STATUS = Property("status")


def text(words: str) -> object:
    return parse(words, "cql2-text")


def json(words: str) -> object:
    return parse(words, "cql2-json")


@pytest.mark.parametrize(
    ("words", "same"),
    [
        ("status = 'completed'", '{"op":"=","args":[{"property":"status"},"completed"]}'),
        ("area_ha >= 1.5e2", '{"op":">=","args":[{"property":"area_ha"},150]}'),
        ("a <> TRUE", '{"op":"<>","args":[{"property":"a"},true]}'),
        (
            "a = 1 AND b = 2 OR NOT c = 3",
            '{"op":"or","args":[{"op":"and","args":[{"op":"=","args":[{"property":"a"},1]},'
            '{"op":"=","args":[{"property":"b"},2]}]},{"op":"not","args":[{"op":"=","args":[{"property":"c"},3]}]}]}',
        ),
        (
            "name_vi NOT LIKE 'Cảng%'",
            '{"op":"not","args":[{"op":"like","args":[{"property":"name_vi"},"Cảng%"]}]}',
        ),
        ("a between 1 and 2", '{"op":"between","args":[{"property":"a"},1,2]}'),
        ("a in ('x','y')", '{"op":"in","args":[{"property":"a"},["x","y"]]}'),
        ("a is not null", '{"op":"not","args":[{"op":"isNull","args":[{"property":"a"}]}]}'),
        (
            "CASEI(a) = Casei('X')",
            '{"op":"=","args":[{"op":"casei","args":[{"property":"a"}]},{"op":"casei","args":["X"]}]}',
        ),
        (
            "S_INTERSECTS(geometry,POINT(106.5 20.5))",
            '{"op":"s_intersects","args":[{"property":"geometry"},{"type":"Point","coordinates":[106.5,20.5]}]}',
        ),
        (
            "s_within(geometry, POLYGON((0 0,1 0,1 1,0 0)))",
            '{"op":"s_within","args":[{"property":"geometry"},'
            '{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}]}',
        ),
        (
            "s_intersects(geometry,bbox(1,2,3,4))",
            '{"op":"s_intersects","args":[{"property":"geometry"},{"bbox":[1,2,3,4]}]}',
        ),
        (
            "T_DURING(valid_from,INTERVAL('2023-01-01','..'))",
            '{"op":"t_during","args":[{"property":"valid_from"},{"interval":["2023-01-01",".."]}]}',
        ),
        (
            "valid_from < DATE('2023-01-01')",
            '{"op":"<","args":[{"property":"valid_from"},{"date":"2023-01-01"}]}',
        ),
        (
            "t_finishedby(a,TIMESTAMP('2023-01-01T00:00:00Z'))",
            '{"op":"t_finishedBy","args":[{"property":"a"},{"timestamp":"2023-01-01T00:00:00Z"}]}',
        ),
    ],
)
def test_both_languages_say_the_same(words: str, same: str) -> None:
    assert text(words) == json(same)


def test_a_word_that_begins_like_a_keyword_is_a_property() -> None:
    assert text("order = notes") == Call("=", (Property("order"), Property("notes")), 1)
    assert text('"and" = 1') == Call("=", (Property("and"), Constant(Decimal("1.0"))), 1)


@pytest.mark.parametrize(
    ("quoted", "meant"), [("'it''s'", "it's"), (r"'it\'s'", "it's"), (r"'100\%'", r"100\%"), ("'Đồ Sơn'", "Đồ Sơn")]
)
def test_a_text_may_hold_a_quote(quoted: str, meant: str) -> None:
    assert text(f"status = {quoted}") == call("=", [STATUS, Constant(meant)])


def test_text_is_compared_in_the_one_form_that_the_store_keeps() -> None:
    assert text("status = 'Đồ'") == call("=", [STATUS, Constant("Đồ")])


def test_geometries_of_every_kind_are_read() -> None:
    collection = text(
        "s_intersects(geometry, GEOMETRYCOLLECTION(POINT(1 2),MULTIPOINT((1 2),(3 4)),LINESTRING(1 2,3 4)))"
    )
    assert isinstance(collection, Call)
    assert collection.operands[1] == Shape(
        "GeometryCollection",
        (
            Shape("Point", [1, 2]),
            Shape("MultiPoint", [[1, 2], [3, 4]]),
            Shape("LineString", [[1, 2], [3, 4]]),
        ),
    )
    assert text("s_intersects(g, MULTIPOINT(1 2,3 4))") == text("s_intersects(g, MULTIPOINT((1 2),(3 4)))")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("status = ", "ends too early"),
        ("status = 'x", "character 10"),
        ("status", "ends too early|cannot be read"),
        ("status == 'x'", "character 9"),
        ("status = 'x'; DROP TABLE feature", "character 13"),
        ("pg_sleep(10)", "'pg_sleep' is no operator or function here; there are: and, or"),
        ("status = pg_read_file('x')", "pg_read_file"),
        ("casei(a, b) = 'x'", "takes 1 operands, not 2"),
        ("a = 1e999", "out of range"),
        ("POINT(1 2)", "cannot be read"),
    ],
)
def test_what_is_no_filter_is_refused_where_it_goes_wrong(words: str, said: str) -> None:
    with pytest.raises(InvalidFilter, match=said):
        text(words)


@pytest.mark.parametrize(
    "words",
    [
        "null", "[]", "{}", "[1]", '{"op":"="}', '{"op":"=","args":{}}', '{"op":"=","args":[1]}', '{"op":1,"args":[]}',
        '{"op":"pg_sleep","args":[1]}', '{"property":1}', '{"op":"and","args":[true]}', '{"a":1}', "{", "nan", "1e999",
        '{"op":"=","args":[{"property":"a"},"\\u0000"]}', '{"op":"=","args":[{"property":"a"},null]}', '{"date":1}',
        '{"op":"date","args":["2023-01-01"]}', '{"type":"GeometryCollection","geometries":1}', "'", "status = 'x'",
        '{"op":"=","args":[{"property":"a","x":1},1]}',
    ],
)  # fmt: skip
def test_json_that_says_nothing_is_refused(words: str) -> None:
    with pytest.raises(InvalidFilter):
        json(words)


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("(" * 51 + "a=1" + ")" * 51, "cql2-text"),
        ("(" * 2000 + "a=1" + ")" * 2000, "cql2-text"),
        ("NOT " * 1000 + "a=1", "cql2-text"),
        ("casei(" * 500 + "a" + ")" * 500 + "='x'", "cql2-text"),
        (r"'\\'='x' and " + "(" * 1000 + "a=1" + ")" * 1000, "cql2-text"),
        ("[" * 4000, "cql2-json"),
        ('{"op":"not","args":[' * 200 + "true" + "]}" * 200, "cql2-json"),
        ('{"a":' * 800 + "1" + "}" * 800, "cql2-json"),
        ("(" * 10_000 + "a=1" + ")" * 10_000, "cql2-text"),
        ("[" * 10_000 + "]" * 10_000, "cql2-json"),
    ],
)
def test_nesting_is_refused_before_it_can_hurt(words: str, language: Language) -> None:
    with little_work(1), pytest.raises(InvalidFilter, match=r"nested deeper than 50|at most 4096|cannot be read"):
        parse(words, language)


def test_a_long_row_of_conditions_is_no_nesting_and_read_at_once() -> None:
    words = " AND ".join(["a=1"] * 500)
    assert len(words) < MOST_BYTES
    parse(words, "cql2-text")
    with little_work(1):
        tree = text(words)
    assert isinstance(tree, Call)
    assert (len(tree.operands), tree.depth) == (500, 2)


def test_a_filter_has_at_most_four_kilobytes() -> None:
    with pytest.raises(InvalidFilter, match="at most 4096"):
        text("status = '" + "đ" * 2045 + "'")
