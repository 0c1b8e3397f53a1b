"""What is asked: each question as addresses of the API, and as the SQL that a person would write for the same features.

The SQL takes the published text of each feature, as the API does, and joins a page into one text. It is written as
well as we know how: slow SQL beside it would make us look fast. `counted` is the same answer: with the number of all
matches, which the API tells as `numberMatched`, found in one pass or kept, as the API has it. Several variants of a
question are asked in turn, so that no answer is the one just given.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, text

from tests.bench.plan import BenchError, Plan
from tests.bench.synthetic import EAST, LAYER, NORTH, SOUTH, WEST

VARIANTS, BOXES, IDS = 8, 24, 100
DEEP = 90
WHOLE = 1_000
STATUSES = ("under_construction", "operational")


@dataclass(frozen=True, slots=True)
class Variant:
    """One address, and its features in SQL: `which` follows WHERE, `seek` where the page begins, `limit` its length.

    `ids_first`: the ids of the page are found before the rows are read, where the planner would read too many.
    `gathered`: so few match that one pass over them finds the page and their number. `kept`: SQL of a kept number.
    """

    path: str
    which: str
    limit: int
    seek: str = "true"
    ids_first: bool = False
    gathered: bool = False
    kept: str = ""

    @property
    def page(self) -> str:
        """The features of the page as one text."""
        return f"SELECT string_agg(geojson, E',\\n') FROM ({self.texts}) AS page"

    @property
    def counted(self) -> str:
        """The same with the number of all features that match."""
        if not self.gathered:
            return f"SELECT ({self.page}), ({self.kept or self.count})"
        place = "id" if self.ids_first else "ctid"
        text = f"(SELECT geojson FROM feature WHERE feature.{place} = chosen.place)"
        return (
            f"WITH found AS MATERIALIZED (SELECT id, {place} AS place "
            f"FROM feature WHERE NOT withdrawn AND {self.which}) "
            f"SELECT string_agg({text}, E',\\n'), (SELECT count(*) FROM found) "
            f"FROM (SELECT * FROM found ORDER BY id LIMIT {self.limit}) AS chosen"
        )

    @property
    def count(self) -> str:
        """How many features match on all pages."""
        return f"SELECT count(*) FROM feature WHERE NOT withdrawn AND {self.which}"

    @property
    def texts(self) -> str:
        """The text of each feature, in order."""
        rest = f"FROM feature WHERE NOT withdrawn AND {self.which} AND {self.seek} ORDER BY id LIMIT {self.limit}"
        if self.ids_first:
            return f"SELECT geojson FROM (SELECT id {rest}) AS chosen JOIN feature USING (id) ORDER BY id"
        return f"SELECT geojson {rest}"


@dataclass(frozen=True, slots=True)
class Question:
    """`name` for people; asked of S, M or L; `one`: for one feature rather than for a page."""

    name: str
    variants: tuple[Variant, ...]
    size: str = "M"
    gzip: bool = False
    one: bool = False


def questions(size: str, connection: Connection, plan: Plan, walk: Callable[[str, int], str]) -> tuple[Question, ...]:
    """Every question of one size, made from what its database holds.

    `walk`: follows the `next` links from an address for so many pages, and tells the address that it comes to.
    """
    every = "SELECT sum(number) FROM feature_number"
    if size == "S":
        whole = (Variant(f"/api/collections/projects/items?limit={WHOLE}", "true", WHOLE, kept=every),)
        return (
            Question("a. toàn bộ S / the whole of S", whole, size="S"),
            Question("a. toàn bộ S, gzip / the whole of S, gzip", whole, size="S", gzip=True),
        )
    box = f"b. khung, ≤ {plan.limit} của {size} / box, limit {plan.limit} of {size}"
    boxes = Question(box, _boxes(plan, plan.l if size == "L" else plan.polygons), size=size)
    if size == "L":
        return (boxes,)
    first = f"/api/collections/{LAYER}/items?limit={plan.limit}"
    of_layer = f"layer = '{LAYER}'"
    kept = f"{every} WHERE layer = '{LAYER}'"
    last_id = f"{LAYER}-{plan.limit * (DEEP - 1) - 1:07d}"
    deep = Variant(walk(first, DEEP - 1), of_layer, plan.limit, f"id > '{last_id}'", kept=kept)
    districts = _districts(connection, plan)
    return (
        boxes,
        Question(f"c. huyện + tình trạng / district + status, limit {plan.limit} of M", districts),
        Question("d. một đối tượng của M / one feature of M", _single(plan), one=True),
        Question("e. trang 1 của M / page 1 of M", (Variant(first, of_layer, plan.limit, kept=kept),)),
        Question(f"e. trang {DEEP} của M / page {DEEP} of M", (deep,)),
    )


def _boxes(plan: Plan, polygons: int) -> tuple[Variant, ...]:
    """Boxes a little too large for one page: they hold about 1.3 times its features."""
    chance = random.Random(2)  # noqa: S311 -- made-up boxes, no secret
    share = (1.3 * plan.limit / polygons) ** 0.5
    width, height = (EAST - WEST) * share, (NORTH - SOUTH) * share
    variants = []
    for _ in range(BOXES):
        west, south = chance.uniform(WEST, EAST - width), chance.uniform(SOUTH, NORTH - height)
        box = f"{west:.5f},{south:.5f},{west + width:.5f},{south + height:.5f}"
        variants.append(
            Variant(
                f"/api/collections/projects/items?bbox={box}&limit={plan.limit}",
                f"ST_Intersects(geometry, ST_MakeEnvelope({box}, 4326))",
                plan.limit,
                gathered=True,
            )
        )
    return tuple(variants)


def _districts(connection: Connection, plan: Plan) -> tuple[Variant, ...]:
    found = connection.execute(
        text(
            "SELECT within, string_agg(DISTINCT quote_literal(unit), ', ') AS units FROM feature_unit "
            "JOIN admin_unit_within USING (unit) JOIN admin_unit ON admin_unit.id = within "
            "WHERE level = 'district' AND generation = '2024' GROUP BY within "
            "ORDER BY count(*) DESC, within LIMIT :most"
        ),
        {"most": VARIANTS // len(STATUSES)},
    )
    districts = {str(row.within): str(row.units) for row in found}
    if not districts:
        raise BenchError("No feature lies in a district; the outlines of data/units are needed.")
    return tuple(
        Variant(
            f"/api/collections/projects/items?district={district}&status={status}&limit={plan.limit}",
            f"status = '{status}' AND id IN (SELECT feature FROM feature_unit WHERE unit IN ({units}))",
            plan.limit,
            ids_first=True,
            gathered=True,
        )
        for district, units in districts.items()
        for status in STATUSES
    )


def _single(plan: Plan) -> tuple[Variant, ...]:
    step = max(1, plan.polygons // IDS)
    ids = [f"{LAYER}-{number:07d}" for number in range(0, plan.polygons, step)][:IDS]
    return tuple(Variant(f"/api/collections/{LAYER}/items/{one}", f"id = '{one}'", 1) for one in ids)


def any_one(plan: Plan) -> str:
    """The SQL of one feature, each time another of all of them, as it is asked of us: a script of pgbench."""
    begin = 10**7
    number = f"\\set number random({begin}, {begin + plan.polygons - 1})"
    return f"{number}\nSELECT geojson FROM feature WHERE NOT withdrawn AND id = '{LAYER}-' || right(:number, 7)"
