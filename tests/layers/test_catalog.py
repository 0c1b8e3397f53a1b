from pathlib import Path

import pytest

from geo.errors import InvalidData, UnknownLayer
from geo.settings import REPOSITORY
from layers.catalog import Catalog

DEFINITIONS = REPOSITORY / "layers" / "definitions"
DRAINAGE_PIPES = """
title = { vi = "Cống thoát nước mưa", en = "Drainage pipes" }
description = { vi = "Cống từ 300 mm trở lên.", en = "Pipes of 300 mm and wider." }
each_feature_is = "one pipe between two manholes"
geometry = "LineString"
lifecycle = "project"

[fields.diameter_mm]
title = { vi = "Đường kính trong", en = "Inner diameter" }
type = "integer"
unit = "mm"
minimum = 300

[style]
by = "status"
icon = "pipe"
width_px = 3
"""


@pytest.fixture
def office(tmp_path: Path) -> Path:
    (tmp_path / "drainage-pipes.toml").write_text(DRAINAGE_PIPES, "utf-8")
    return tmp_path


def test_the_city_keeps_eighteen_layers_from_industry_to_water() -> None:
    catalog = Catalog.load(DEFINITIONS)
    assert list(catalog.layers) == [
        "industrial-zone", "industrial-cluster", "economic-zone", "port", "airport", "logistics", "energy", "fishery",
        "tourism", "model-commune", "park", "social-housing", "health", "urban-upgrade", "transport", "heritage",
        "digital", "water",
    ]  # fmt: skip
    assert [layer.id for layer in catalog.layers.values() if layer.lifecycle == "model-commune"] == ["model-commune"]


def test_every_layer_speaks_two_languages_and_has_its_own_icon() -> None:
    layers = Catalog.load(DEFINITIONS).layers.values()
    for layer in layers:
        texts = [layer.title, layer.description, layer.each_feature_is, *(f.title for f in layer.fields.values())]
        assert all(text.vi.strip() and text.en.strip() for text in texts), layer.id
    assert len({layer.style.icon for layer in layers}) == len(layers)


def test_a_port_tells_its_berths_and_a_park_does_not() -> None:
    catalog = Catalog.load(DEFINITIONS)
    assert catalog.layer("port").fields["quay_length_m"].unit == "m"
    assert "berths" not in catalog.layer("park").fields
    assert catalog.layer("park").fields["location_accuracy"].values["commune"].en


def test_an_office_adds_its_own_layer_without_touching_our_code(office: Path) -> None:
    catalog = Catalog.load(DEFINITIONS, office)
    pipes = catalog.layer("drainage-pipes")
    assert pipes.fields["diameter_mm"].minimum == 300
    assert pipes.each_feature_is.vi == pipes.each_feature_is.en == "one pipe between two manholes"
    assert catalog.folder("drainage-pipes", Path("data")) == office / "drainage-pipes"
    assert catalog.folder("port", Path("data")) == Path("data/port")


@pytest.mark.parametrize(
    ("written", "instead", "words"),
    [
        ('lifecycle = "project"', 'lifecycle = "plan"', ("lifecycle", "'plan'", "project, model-commune")),
        ('geometry = "LineString"', "", ("geometry", "None", "str")),
        ('type = "integer"', 'type = "int"', ("fields.diameter_mm.type", "integer")),
        ('icon = "pipe"', 'icon = "pipe"\ncolour = "red"', ("style.colour", "width_px")),
        ('en = "Drainage pipes"', 'fr = "Tuyaux"', ("title", "en =")),
        ('lifecycle = "project"', 'lifecycle = "project"\nshared = ["depth"]', ("shared", "'depth'", "berths")),
        ("minimum = 300", "minimum = ", ("no valid TOML",)),
    ],
)
def test_a_definition_that_cannot_be_used_is_told_file_key_and_what_was_expected(
    office: Path, written: str, instead: str, words: tuple[str, ...]
) -> None:
    path = office / "drainage-pipes.toml"
    path.write_text(DRAINAGE_PIPES.replace(written, instead), "utf-8")
    with pytest.raises(InvalidData) as error:
        Catalog.load(DEFINITIONS, office)
    assert all(word in str(error.value) for word in ("drainage-pipes.toml", *words)), str(error.value)


def test_an_office_cannot_take_the_name_of_a_layer_of_the_city(office: Path) -> None:
    (office / "drainage-pipes.toml").rename(office / "port.toml")
    with pytest.raises(InvalidData, match=r"port\.toml: this id is taken"):
        Catalog.load(DEFINITIONS, office)


@pytest.mark.parametrize("name", ["projects", "port-points"])
def test_an_office_cannot_take_the_name_of_a_collection(office: Path, name: str) -> None:
    (office / "drainage-pipes.toml").rename(office / f"{name}.toml")
    with pytest.raises(InvalidData, match=rf"{name}\.toml: a collection of ours"):
        Catalog.load(DEFINITIONS, office)


def test_a_layer_that_promises_one_kind_needs_no_collection_for_it(office: Path) -> None:
    collections = Catalog.load(DEFINITIONS, office).collections
    assert collections["drainage-pipes"].kind == "line"
    assert not {name for name in collections if name.startswith("drainage-pipes-")}
    assert collections["port-lines"].layer_ids == ("port",)


def test_the_example_of_a_table_of_the_office_can_be_used_as_it_stands(tmp_path: Path) -> None:
    page = (REPOSITORY / "docs" / "office-tables.md").read_text("utf-8")
    (tmp_path / "thua-dat.toml").write_text(page.split("```toml\n")[1].split("```")[0], "utf-8")
    catalog = Catalog.load(DEFINITIONS, tmp_path)
    source = catalog.tables["thua-dat"].source
    assert (source.address, source.kind, source.days) == ("dia_chinh.thua_dat", "polygon", ("tu_ngay", "den_ngay"))
    assert source.columns["owner_kind"].name == "loai_chu"
    assert "thua-dat" not in catalog.layers


@pytest.mark.parametrize(
    ("written", "instead", "words"),
    [
        ('"dia_chinh.thua_dat"', '"thua_dat"', ("source.table", "schema.table")),
        ('"under_construction"', '"built"', ("source.status.stages", "'built'", "completed")),
        ('"2025-07"', '"2030"', ("source.district.generation", "2025-07")),
        ("[fields.area_m2]", "[fields.id]", ("fields", "'id'", "another name")),
        ('id = "gid"', 'id = "gid"\nquery = "SELECT 1"', ("source.query", "one of the keys")),
        ('licence = "CC-BY-4.0"', "", ("source.licence", "str")),
    ],
)
def test_a_definition_of_a_table_that_cannot_be_used_is_told_so(
    tmp_path: Path, written: str, instead: str, words: tuple[str, ...]
) -> None:
    example = (REPOSITORY / "docs" / "office-tables.md").read_text("utf-8").split("```toml\n")[1].split("```")[0]
    assert written in example
    (tmp_path / "thua-dat.toml").write_text(example.replace(written, instead), "utf-8")
    with pytest.raises(InvalidData) as error:
        Catalog.load(DEFINITIONS, tmp_path)
    assert all(word in str(error.value) for word in ("thua-dat.toml", *words)), str(error.value)


def test_a_layer_that_nobody_keeps_is_answered_with_those_that_exist() -> None:
    with pytest.raises(UnknownLayer, match="port"):
        Catalog.load(DEFINITIONS).layer("harbour")
