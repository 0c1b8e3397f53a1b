from typing import Any

import pytest

from geo.settings import REPOSITORY
from layers.catalog import Catalog
from layers.schema import json_schema, problems

PORT = Catalog.load(REPOSITORY / "layers" / "definitions").layer("port")
BERTH = {"name_vi": "Bến số 3", "kind": "container_terminal", "berths": 2, "planned_relocation_by": "2030"}


def test_a_berth_with_the_fields_of_a_port_is_welcome() -> None:
    assert problems(PORT, {**BERTH, "investor": None, "alt_names": ["HTIT"], "area_ha": 45}) == ()


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("berths", 2.5, "a whole number"),
        ("berths", True, "a whole number"),
        ("berths", -1, "at least 0"),
        ("area_ha", "45", "a number"),
        ("kind", "quay", "container_terminal"),
        ("alt_names", "HTIT", "a list of texts"),
        ("named_in_directives", "yes", "true or false"),
        ("planned_relocation_by", "30/06/2030", "a date"),
        ("name_vi", 3, "text"),
        ("name_vi", None, "a value"),
        ("diameter_mm", 300, "one of the fields"),
    ],
)
def test_what_a_port_cannot_be_is_named_in_both_languages(field: str, value: Any, expected: str) -> None:
    (problem,) = problems(PORT, {**BERTH, field: value})
    assert problem.field == field
    assert expected in problem.expected.en
    assert problem.expected.vi


def test_the_schema_tells_units_codes_and_the_name_that_every_project_has() -> None:
    schema = json_schema(PORT)
    assert schema["required"] == ["name_vi"]
    assert schema["additionalProperties"] is False
    assert schema["properties"]["quay_length_m"] == {
        "title": "Chiều dài cầu bến", "x-title-en": "Quay length", "type": "number", "x-ogc-unit": "m", "minimum": 0
    }  # fmt: skip
    assert {"const": "container_terminal", "title": "Bến container", "x-title-en": "Container terminal"} in schema[
        "properties"
    ]["kind"]["oneOf"]
