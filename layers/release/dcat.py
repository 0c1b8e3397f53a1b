"""The release as a DCAT 3 catalogue (W3C), in JSON-LD, with the profile terms that European portals read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from geo.status import Words

_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "locn": "http://www.w3.org/ns/locn#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "prov": "http://www.w3.org/ns/prov#",
}
_MEDIA = "https://www.iana.org/assignments/media-types/"
BBox = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class File:
    """One file of a dataset: its path in the release, media type, size in bytes and SHA-256."""

    path: str
    media_type: str
    title: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """One collection: its features, where they lie (WGS 84; None when no place is known), and whose word it is."""

    id: str
    title: Words
    description: Words
    features: int
    bbox: BBox | None
    credit: Mapping[str, str]
    files: tuple[File, ...]


def catalogue(
    release: str, title: Words, issued: datetime, datasets: Iterable[Dataset], base: str = ""
) -> dict[str, Any]:
    """The JSON-LD document. `base`: where the release will stand, with a slash at its end; without it, relative."""
    return {
        "@context": _CONTEXT | ({"@base": base} if base else {}),
        "@id": "./",
        "@type": "dcat:Catalog",
        "dct:title": _texts(title),
        "dct:identifier": release,
        "dct:issued": _instant(issued),
        "dct:language": ["vi", "en"],
        "dcat:dataset": [_dataset(one, issued) for one in datasets],
    }


def _dataset(one: Dataset, issued: datetime) -> dict[str, Any]:
    told: dict[str, Any] = {
        "@id": f"layers/{one.id}",
        "@type": "dcat:Dataset",
        "dct:identifier": one.id,
        "dct:title": _texts(one.title),
        "dct:description": _texts(one.description),
        "dct:issued": _instant(issued),
        "dcat:distribution": [_distribution(file, one) for file in one.files],
    }
    if "publisher" in one.credit:
        told["dct:publisher"] = {"@type": "foaf:Organization", "foaf:name": one.credit["publisher"]}
    if "attribution" in one.credit:
        told["dct:provenance"] = {"@type": "dct:ProvenanceStatement", "dct:description": one.credit["attribution"]}
    if one.bbox is not None:
        west, south, east, north = one.bbox
        ring = f"(({west} {south}, {east} {south}, {east} {north}, {west} {north}, {west} {south}))"
        told["dct:spatial"] = {
            "@type": "dct:Location",
            "dcat:bbox": {"@type": "http://www.opengis.net/ont/geosparql#wktLiteral", "@value": f"POLYGON{ring}"},
        }
    return told


def _distribution(file: File, of: Dataset) -> dict[str, Any]:
    told: dict[str, Any] = {
        "@id": file.path,
        "@type": "dcat:Distribution",
        "dct:title": file.title,
        "dcat:downloadURL": {"@id": file.path},
        "dcat:mediaType": {"@id": _MEDIA + file.media_type.partition(";")[0]},
        "dcat:byteSize": {"@type": "xsd:nonNegativeInteger", "@value": str(file.size)},
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": {"@type": "xsd:hexBinary", "@value": file.digest},
        },
    }
    if "licence" in of.credit:
        told["dct:license"] = of.credit["licence"]
    return told


def _texts(words: Words) -> list[dict[str, str]]:
    return [{"@language": "vi", "@value": words.vi}, {"@language": "en", "@value": words.en}]


def _instant(moment: datetime) -> dict[str, str]:
    return {"@type": "xsd:dateTime", "@value": moment.strftime("%Y-%m-%dT%H:%M:%SZ")}
