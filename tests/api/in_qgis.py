"""Run by the Python of QGIS, not by ours: opens what it is told to, and says as JSON what it found.

Reads {"api": …, "package": …, "out": …} as its argument. Everything else is QGIS.
"""

import json
import sys
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsExpression,
    QgsExpressionContext,
    QgsFeature,
    QgsFeatureRequest,
    QgsField,
    QgsFields,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
    QgsVectorTileLayer,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QSize, QVariant
from qgis.PyQt.QtGui import QColor

WHERE = QgsRectangle(106.4, 20.6, 107.2, 21.0)
asked = json.loads(sys.argv[1])
QgsApplication.setPrefixPath(asked["prefix"], True)
application = QgsApplication([], False)
application.initQgis()


def features(
    collection: str, filtered: str = "", box: tuple[float, float, float, float] | None = None
) -> dict[str, Any]:
    """What QGIS finds in a collection that it was given the address of the API and an id for, and nothing else."""
    source = f"typename='{collection}' url='{asked['api']}' restrictToRequestBBOX='1'"
    layer = QgsVectorLayer(source, collection, "OAPIF")
    if filtered:
        assert layer.setSubsetString(filtered), filtered
    request = QgsFeatureRequest() if box is None else QgsFeatureRequest(QgsRectangle(*box))
    found = list(layer.getFeatures(request)) if layer.isValid() else []
    return {
        "valid": layer.isValid(),
        "type": QgsWkbTypes.displayString(layer.wkbType()),
        "crs": layer.crs().authid(),
        "count": layer.featureCount(),
        "fields": [field.name() for field in layer.fields()],
        "features": {one["id"]: [one["status"], one["name_vi"], not one.geometry().isNull()] for one in found},
    }


def drawn(layer: Any, name: str) -> dict[str, int]:
    """The colours of a drawing of the layer, each with the number of its pixels; the PNG stays at `name`."""
    settings = QgsMapSettings()
    settings.setLayers([layer])
    mercator = QgsCoordinateReferenceSystem("EPSG:3857")
    settings.setDestinationCrs(mercator)
    turned = QgsCoordinateTransform(QgsCoordinateReferenceSystem("EPSG:4326"), mercator, QgsProject.instance())
    settings.setExtent(turned.transformBoundingBox(WHERE))
    settings.setOutputSize(QSize(512, 272))
    settings.setBackgroundColor(QColor("white"))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    assert image.save(str(Path(asked["out"]) / name))
    colours: dict[str, int] = {}
    for x in range(image.width()):
        for y in range(image.height()):
            colour = image.pixelColor(x, y).name().upper()
            colours[colour] = colours.get(colour, 0) + 1
    return colours


def tiled(collection: str) -> dict[str, Any]:
    """Vector tiles by the address of our style, as the dialogue of QGIS reads it: the tiles and signs come with it."""
    base = f"{asked['api']}/collections/{collection}"
    tiles = f"{base}/tiles/WebMercatorQuad/{{z}}/{{y}}/{{x}}"
    source = f"type=xyz&url={tiles}&zmin=0&zmax=14&styleUrl={base}/styles/status.json"
    layer = QgsVectorTileLayer(source, collection)
    said, done = layer.loadDefaultStyle()
    styles = [one.styleName() for one in layer.renderer().styles()]
    return {
        "valid": layer.isValid(),
        "styled": done,
        "said": said,
        "styles": styles,
        "colours": drawn(layer, "tiles.png"),
    }


def packaged(path: str) -> dict[str, Any]:
    """The file alone, as somebody opens it who got it by mail."""
    layer = QgsVectorLayer(path, "package", "ogr")
    return {
        "valid": layer.isValid(),
        "count": layer.featureCount(),
        "renderer": layer.renderer().type(),
        "rules": len(layer.renderer().rootRule().descendants()) if layer.renderer().type() == "RuleRenderer" else 0,
        "colours": drawn(layer, "package.png"),
    }


def judged(rule: str, words: list[str]) -> list[Any]:
    """What an expression of our styles says of features whose `last_told` is each of these."""
    fields = QgsFields()
    fields.append(QgsField("last_told", QVariant.String))
    answers = []
    for one in words:
        feature = QgsFeature(fields)
        feature.setAttributes([one])
        context = QgsExpressionContext()
        context.setFeature(feature)
        context.setFields(fields)
        expression = QgsExpression(rule)
        answers.append(expression.evaluate(context))
        assert not expression.hasEvalError(), expression.evalErrorString()
    return answers


told = {
    "silent": judged(*asked["silent"]),
    "whole": features("port"),
    "points": features("port-points"),
    "lines": features("port-lines"),
    "polygons": features("port-polygons"),
    "filtered": features("port", "\"status\" = 'operational'"),
    "boxed": features("port", box=(106.705, 20.7, 106.735, 20.9)),
    "tiles": tiled("port"),
    "package": packaged(asked["package"]),
}
Path(asked["out"], "told.json").write_text(json.dumps(told), encoding="utf-8")
application.exitQgis()
