from dataclasses import replace

from geo.outgoing import Column
from geo.published import COLUMNS
from geo.settings import Settings
from geo.status import Words
from layers.catalog import Catalog
from layers.definition import Field
from layers.export import FORMATS, columns

LAYERS = Catalog.load(Settings.from_env({}).definitions).layers


def test_a_table_has_every_field_of_its_layers_once() -> None:
    names = [column.name for column in columns(LAYERS.values())]
    assert len(names) == len(set(names))
    assert names[: len(COLUMNS)] == [column.name for column in COLUMNS]
    assert set(names) >= {name for layer in LAYERS.values() for name in layer.fields}
    assert Column("berths", "integer") in columns([LAYERS["port"]])
    assert "berths" not in {column.name for column in columns([LAYERS["airport"]])}


def test_a_name_that_two_layers_use_differently_is_text() -> None:
    height = Field("height", Words("Cao", "Height"), "number")
    numbers = replace(LAYERS["port"], fields={"height": height})
    words = replace(LAYERS["airport"], fields={"height": replace(height, type="string")})
    for layers in ([numbers, words], [words, numbers]):
        assert columns(layers)[-1] == Column("height", "text")
    assert columns([numbers])[-1] == Column("height", "number")


def test_every_format_has_a_media_type_and_a_title_of_its_own() -> None:
    assert len({one.media_type for one in FORMATS.values()}) == len({one.title for one in FORMATS.values()}) == 6
