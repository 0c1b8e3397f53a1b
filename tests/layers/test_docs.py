import shutil
from pathlib import Path

import pytest

from geo.settings import REPOSITORY
from layers import docs
from layers.catalog import Catalog

CATALOG = Catalog.load(REPOSITORY / "layers" / "definitions")


def test_the_pages_say_what_the_definitions_and_the_files_say_today() -> None:
    for page, text in docs.pages(CATALOG).items():
        assert page.read_text("utf-8") == text, f"{page}: run python -m layers.docs"


def test_every_layer_field_and_code_has_its_line_in_both_languages() -> None:
    dictionary = docs.dictionary(CATALOG)
    for layer in CATALOG.layers.values():
        assert f"### `{layer.id}`: {layer.title.vi} / {layer.title.en}" in dictionary
        for field in layer.fields.values():
            assert f"| `{field.name}` | {field.title.vi} | {field.title.en} |" in dictionary
    assert "| `order_only`" not in dictionary


def test_a_page_that_lost_its_markers_is_not_overwritten(tmp_path: Path) -> None:
    shutil.copytree(REPOSITORY / "data", tmp_path / "data")
    (tmp_path / "layers").mkdir()
    (tmp_path / "layers" / "README.md").write_text("words by hand", "utf-8")
    with pytest.raises(ValueError, match=r"layers/README\.md: the lines"):
        docs.pages(CATALOG, tmp_path)
