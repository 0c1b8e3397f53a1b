"""The pages of the ledger: documents as outlines, targets, deadlines, the index of projects. None needs a script."""

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Annotated, Any
from urllib.parse import quote, urlencode

import orjson
from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection
from starlette.responses import HTMLResponse, Response

from api.dependencies import catalog_answer, clocks, feature_query, readable, transaction
from api.html import Pages, kept_language, reader_language, told_language
from api.parameters import CONDITION, DISTRICT, LANG, LAYER, LIMIT, NEXT, STATUS, Parameter, Q, asked, choose
from api.routes.directives import CLOCKS, DEADLINE_FILTERS, chosen_deadlines, rows_on_the_map
from api.social import social
from geo import deadlines, ledger, listing, store, targets
from geo.judgement import REASONS, UNMAPPED, VERDICTS
from geo.unit_choices import choices

router = APIRouter(include_in_schema=False)
Reading = Annotated[Connection, Depends(transaction, scope="function")]
ONLY = Parameter("only", "Of an outline: clauses with projects, or those that lead nowhere.",
                 {"type": "string", "enum": ["projects", "nowhere"]})  # fmt: skip
YEAR = Parameter("year", "Only targets of this year.")
PROGRAMME = Parameter("programme", "Only targets of this programme.")
_URGENT = ("late", "open", "unknown", "done_late", "done")
"""The verdicts in the order in which someone has to do something about them."""
_PER_PAGE = "60"


@router.get("/van-ban")
def documents(
    request: Request, connection: Reading, texts: Annotated[dict[str, str], Depends(asked(*CLOCKS, LANG, blanks=True))]
) -> Response:
    """Every document, with what it orders and how that stands."""
    return page(request, "documents.html", "/van-ban", documents=ledger.documents(connection, clocks(texts)))


@router.get("/van-ban/{document_id}")
def document(
    request: Request,
    document_id: str,
    connection: Reading,
    texts: Annotated[dict[str, str], Depends(asked(ONLY, *CLOCKS, LANG, blanks=True))],
) -> Response:
    """One document as its own outline: each clause with its projects, and with what leads to none."""
    readable(document_id)
    lang = reader_language(request)
    only = choose("only", texts["only"], ("projects", "nowhere"), several=False)[0] if "only" in texts else None
    outline = ledger.outline(connection, document_id, clocks(texts))
    names = {one["id"]: one for one in targets.targets(connection, clocks(texts))}
    clauses = [_clause(one, names) for one in outline["clauses"]]
    counts = Counter(name for one in clauses for name in ("projects", "nowhere") if one[name])
    if only:
        clauses = [one for one in clauses if one[only]]
    return page(
        request,
        "document.html",
        "/van-ban",
        document=outline["document"],
        clauses=clauses,
        only=only,
        counts=counts,
        reasons=UNMAPPED,
        social=social(request, f"documents/{document_id}", *_told(outline["document"], lang), lang=lang),
    )


@router.get("/chi-tieu")
def ledger_of_targets(
    request: Request,
    connection: Reading,
    texts: Annotated[dict[str, str], Depends(asked(YEAR, PROGRAMME, *CLOCKS, LANG, blanks=True))],
) -> Response:
    """The ledger: programme by year and area, every number with the records behind it."""
    every = targets.targets(connection, clocks(texts))
    years = sorted({str(one["year"]) for one in every if one.get("year")})
    programmes = {one["programme"]: one.get("programme_en") for one in every if one.get("programme")}
    if "year" in texts:
        choose("year", texts["year"], tuple(years), several=False)
    if "programme" in texts:
        choose("programme", texts["programme"], tuple(programmes), several=False)
    chosen = [one for one in every if all(str(one.get(name)) == texts.get(name, str(one.get(name)))
                                          for name in ("year", "programme"))]  # fmt: skip
    for one in chosen:
        one["maps"] = {name: rows_on_the_map(one, name) for name in VERDICTS} | {"rows": rows_on_the_map(one)}
    counted = [one for one in chosen if one["ledger"]]
    figures = [one for one in chosen if not one["ledger"]]
    return page(
        request,
        "targets.html",
        "/chi-tieu",
        counted=_grouped(counted, "programme"),
        figures=_grouped(sorted(figures, key=lambda one: str(one.get("year"))), "year"),
        years=years,
        programmes=list(programmes.items()),
        texts=texts,
    )


@router.get("/thoi-han")
def deadline_radar(
    request: Request,
    connection: Reading,
    texts: Annotated[dict[str, str], Depends(asked(*DEADLINE_FILTERS, LANG, blanks=True))],
) -> Response:
    """What is due when: overdue, due soon, done late, done, and what nobody knows."""
    asked_for = {name: text for name, text in texts.items() if name != "verdict"}
    every = chosen_deadlines(request, connection, asked_for)
    wanted = choose("verdict", texts["verdict"], tuple(VERDICTS)) if "verdict" in texts else tuple(VERDICTS)
    found = [one for one in every if one["judgement"]["verdict"] in wanted]
    feed = urlencode(texts | kept_language(request), safe=",")

    def standing(verdict: str) -> list[dict[str, Any]]:
        return [one for one in found if one["judgement"]["verdict"] == verdict]

    return page(
        request,
        "deadlines.html",
        "/thoi-han",
        summary=deadlines.summary(every),
        by_verdict=[group for name in _URGENT if (group := (name, standing(name)))[1]],
        found=len(found),
        by_unit=deadlines.by_unit(connection, found),
        choices=choices(connection),
        agencies=deadlines.known_agencies(connection),
        texts=texts,
        feed=f"?{feed}" if feed else "",
        changes=_changes(texts | kept_language(request)),
    )


@router.get("/du-an")
def projects(
    request: Request,
    connection: Reading,
    texts: Annotated[
        dict[str, str], Depends(asked(LAYER, DISTRICT, STATUS, CONDITION, Q, LIMIT, NEXT, *CLOCKS, LANG, blanks=True))
    ],
) -> Response:
    """Every project by layer and name, filtered and paged by the address alone."""
    catalog = request.app.state.catalog
    told = {"limit": _PER_PAGE, "sortby": "layer,name_vi"} | texts
    listed = listing.items(connection, feature_query(connection, catalog, told))
    found = [one["properties"] | {"id": one["id"], "place": one["geometry"] is not None}
             for one in orjson.loads(b"[" + listed.features + b"]")]  # fmt: skip
    counts = orjson.loads(store.counts(connection, feature_query(connection, catalog, texts)))
    return page(
        request,
        "projects.html",
        "/du-an",
        by_layer=_grouped(found, "layer"),
        matched=listed.matched,
        returned=listed.returned,
        following=listed.next,
        counts=counts,
        choices=choices(connection),
        changes=_changes(texts | kept_language(request)),
        texts=texts,
    )


@router.get("/huong-dan")
def guide(request: Request, _: Annotated[dict[str, str], Depends(asked(LANG, blanks=True))]) -> Response:
    """What statuses, outlines, bases and accuracies mean, in the words of the catalog, and how the map is used."""
    return page(request, "guide.html", "/huong-dan")


def _changes(texts: Mapping[str, str]) -> str:
    """The query of the feed of changes with the same filters."""
    kept = {name: texts[name] for name in ("layer", "district", "status", "condition", "q", "lang") if name in texts}
    return f"?{urlencode(kept, safe=',')}" if kept else ""


def page(request: Request, template: str, here_is: str, **context: Any) -> HTMLResponse:
    """A page of web/pages in the reader's language."""
    texts: dict[str, str] = {name: value for name, value in request.query_params.items() if value.strip()}
    lang = reader_language(request)
    spoken = kept_language(request)
    kept = spoken | {name: texts[name] for name in ("datetime", "as-of") if name in texts}

    def here(**changed: str | None) -> str:
        wanted = {name: value for name, value in (texts | changed).items() if value is not None}
        return f"{quote(request.url.path)}?{urlencode(wanted, safe=',')}" if wanted else quote(request.url.path)

    def to(path: str, parameters: Mapping[str, str] | None = None) -> str:
        query = urlencode({**(parameters or {}), **kept}, safe=",")
        return f"{quote(path)}?{query}" if query else quote(path)

    pages: Pages = request.app.state.pages
    body = pages.render(
        template,
        lang=lang,
        spoken=spoken,
        here_is=here_is,
        here=here,
        to=to,
        today=ledger.day_of(clocks(texts)).isoformat(),
        past=clocks(texts),
        catalog=orjson.loads(catalog_answer(request)),
        verdicts=VERDICTS,
        verdict_reasons=REASONS,
        **context,
    )
    return HTMLResponse(body, headers=told_language(request))


def _told(document: Mapping[str, Any], lang: str) -> tuple[str, str]:
    """What a link to a document says: its name and its title."""
    label, title = (document.get(f"{name}_{lang}") or document[f"{name}_vi"] for name in ("label", "title"))
    return label, title


def _clause(clause: dict[str, Any], names: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """A clause as the page shows it: what it orders, by the words that order it, and what leads nowhere."""
    told = [one for one in clause["mandates"] if not one["unmapped_reason"]]
    for one in told:
        one["target_told"] = names.get(one["target"] or "")
    by_words = [(words, list(orders)) for words, orders in groupby(told, key=lambda one: one["quote_vi"])]
    unmapped = [one for one in clause["mandates"] if one["unmapped_reason"]]
    return clause | {"groups": by_words, "unmapped": unmapped, "projects": bool(told), "nowhere": clause["nowhere"]}


def _grouped(rows: Iterable[dict[str, Any]], name: str) -> list[tuple[Any, list[dict[str, Any]]]]:
    groups: dict[Any, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row.get(name), []).append(row)
    return list(groups.items())
