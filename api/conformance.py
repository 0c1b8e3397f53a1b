"""What we declare to conform to: each class is held by tests that `tests/api/test_conformance.py` names."""

_SPEC = "http://www.opengis.net/spec"
_CLASSES = {
    "ogcapi-common-1/1.0": ("core", "landing-page", "json", "html", "oas30"),
    "ogcapi-common-2/1.0": ("collections",),
    "ogcapi-features-1/1.0": ("core", "geojson", "html", "oas30"),
    "ogcapi-features-2/1.0": ("crs",),
    "ogcapi-features-3/1.0": ("queryables", "filter", "features-filter"),
    "ogcapi-features-5/1.0": ("schemas", "returnables-and-receivables", "queryables", "sortables"),
    "cql2/1.0": (
        "cql2-text",
        "cql2-json",
        "basic-cql2",
        "advanced-comparison-operators",
        "case-insensitive-comparison",
        "accent-insensitive-comparison",
        "basic-spatial-functions",
        "basic-spatial-functions-plus",
        "temporal-functions",
        "property-property",
    ),
    "json-fg-1/1.0": ("core", "types-schemas"),
    "ogcapi-tiles-1/1.0": ("core", "tileset", "tilesets-list", "geodata-tilesets", "mvt"),
}
CONFORMS_TO = tuple(f"{_SPEC}/{part}/conf/{one}" for part, classes in _CLASSES.items() for one in classes)
"""Only what holds."""
