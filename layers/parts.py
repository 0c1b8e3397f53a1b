"""Folium elements of our own: they need no file of another host, and hand data over as JSON, never inside code."""

from typing import Any

import folium
from branca.element import Element, MacroElement
from folium.template import Template


class BareMap(folium.Map):
    """A map that links none of the ten files that Folium 0.20 fetches from other hosts."""

    default_js: list[tuple[str, str]] = []  # noqa: RUF012 -- the name and type are Folium's
    default_css: list[tuple[str, str]] = []  # noqa: RUF012


class Verbatim(Element):
    """Text that enters the page as it is: Folium would read it as a Jinja template."""

    _template = Template("{{ this.text }}")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class Popup(MacroElement):
    """A popup of trusted HTML on its parent, with the options of `preview.js`. Folium's own needs jQuery."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "{{ this._parent.get_name() }}.bindPopup({{ this.html|tojson }}, previewPopup);"
        "{% endmacro %}"
    )

    def __init__(self, html: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name, self.html = "Popup", html


class Shape(MacroElement):
    """GeoJSON geometries drawn with Leaflet's path options; no property of the data comes along."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "var {{ this.get_name() }} = L.geoJSON({{ this.data|tojson }}, {{ this.options|tojson }})"
        ".addTo({{ this._parent.get_name() }});"
        "{% endmacro %}"
    )

    def __init__(self, geometries: list[Any], **options: Any) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name, self.options = "Shape", options
        self.data = {"type": "GeometryCollection", "geometries": geometries}


class Prepare(MacroElement):
    """The call of `preview.js` once everything is on the map."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "preparePreview({{ this._parent.get_name() }}, {{ this.options|tojson }});"
        "{% endmacro %}"
    )

    def __init__(self, options: dict[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name, self.options = "Prepare", options
