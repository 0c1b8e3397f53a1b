"""Where a client begins: the landing page, what holds, and the description of the API."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from api.answered import Answered
from api.answers import JsonAnswer, described
from api.conformance import CONFORMS_TO
from api.files import whole_page
from api.links import HTML, JSON, OPENAPI, Links
from api.parameters import asked
from geo.settings import Settings

TITLE = "Bản đồ hạ tầng Hải Phòng"
DESCRIPTION = (
    "Mọi dự án hạ tầng của thành phố Hải Phòng: ở đâu, đang ở giai đoạn nào, từ ngày nào và theo nguồn nào. "
    "Every infrastructure project that the city of Hải Phòng has ordered: where it is, at what stage, since when, "
    "on whose word."
)
TILING_SCHEMES = "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes"

Texts = Annotated[dict[str, str], Depends(asked())]

router = APIRouter(tags=["API"], route_class=Answered)


@router.get("/api", **described("Landing page: where everything is", JSON))
def landing(request: Request, texts: Texts) -> Response:
    """The links that lead to everything else; OGC API clients take this address."""
    links = Links.of(request)
    return JsonAnswer(
        {
            "title": TITLE,
            "description": DESCRIPTION,
            "links": [
                *links.own("/api", JSON, texts),
                links.link("service-desc", "/api/openapi.json", OPENAPI, "The API, for programs (OpenAPI 3.0)"),
                links.link("service-doc", "/api/docs", HTML, "The API, for people"),
                links.link("conformance", "/api/conformance", JSON, "The OGC classes that hold"),
                links.link("data", "/api/collections", JSON, "The layers and the administrative units"),
                links.link("related", "/api/catalog", JSON, "Layers, codes and drawing rules in one answer"),
                links.link("related", "/api/documents", JSON, "The documents, their clauses and what they order"),
                links.link("related", "/api/targets", JSON, "The targets of the programmes"),
                links.link("related", "/api/deadlines", JSON, "What is due when, and how it stands"),
                links.link(TILING_SCHEMES, "/api/tileMatrixSets", JSON, "How tiles are counted"),
                links.link("alternate", "/", HTML, "The map"),
            ],
        }
    )


@router.get("/api/conformance", **described("The OGC conformance classes that hold", JSON))
def conformance(request: Request, texts: Texts) -> Response:
    """The classes of OGC API Features that this service fulfils; none is named that it does not."""
    links = Links.of(request).own("/api/conformance", JSON, texts)
    return JsonAnswer({"conformsTo": list(CONFORMS_TO), "links": links})


@router.get("/api/openapi.json", **described("This description", OPENAPI))
def openapi(request: Request) -> Response:
    """The OpenAPI 3.0 document of this service, under the address that was asked."""
    document: dict[str, Any] = request.app.openapi()
    return JsonAnswer(document | {"servers": [{"url": Links.of(request).base or "/"}]}, media_type=OPENAPI)


@router.get("/api/docs", include_in_schema=False)
def docs(request: Request) -> Response:
    """The page that shows the description; its assets are ours."""
    settings: Settings = request.app.state.settings
    return whole_page(request, settings.web / "docs.html")
