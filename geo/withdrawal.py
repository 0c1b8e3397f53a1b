"""A feature that was entered by mistake is withdrawn: its address says so, its history stays; and the way back."""

import orjson
from sqlalchemy import Connection, text

from geo.apply import apply
from geo.errors import FeatureNotFound, FeatureWithdrawn, InvalidParameter
from geo.feature import Changeset, Edit, StatedUnit

_STATE = text(
    """
    SELECT layer, ST_AsGeoJSON(geometry, 15, 0) AS geometry, properties, stated_units, version, withdrawn
    FROM feature WHERE id = :id
    """
)


def withdraw(connection: Connection, feature_id: str, actor: str, why: str) -> str:
    """Withdraw a feature as it stands, with the reason; gives its Vietnamese name.

    Raises FeatureNotFound, or FeatureWithdrawn where that was done before.
    """
    return _turn(connection, feature_id, actor, why, withdrawn=True)


def reinstate(connection: Connection, feature_id: str, actor: str, why: str) -> str:
    """Bring a withdrawn feature back as it stood, with all that was told of it, and the reason; gives its name.

    Raises FeatureNotFound, or InvalidParameter where it is not withdrawn.
    """
    return _turn(connection, feature_id, actor, why, withdrawn=False)


def _turn(connection: Connection, feature_id: str, actor: str, why: str, *, withdrawn: bool) -> str:
    row = connection.execute(_STATE, {"id": feature_id}).one_or_none()
    if row is None:
        raise FeatureNotFound(f"Không có {feature_id!r}. / There is no feature {feature_id!r}.")
    if row.withdrawn and withdrawn:
        raise FeatureWithdrawn(f"{feature_id} đã được rút trước đó. / {feature_id} was withdrawn before.")
    if not row.withdrawn and not withdrawn:
        raise InvalidParameter(
            f"{feature_id} đang trên bản đồ, chưa bị rút. / {feature_id} is on the map, not withdrawn."
        )
    units = row.stated_units if isinstance(row.stated_units, list) else orjson.loads(row.stated_units)
    edit = Edit(
        feature_id,
        row.layer,
        row.geometry,
        row.properties,
        tuple(StatedUnit(one["unit_id"], one["as_stated"], one.get("source"), one.get("part", False)) for one in units),
        withdrawn=withdrawn,
        expected_version=row.version,
    )
    apply(connection, Changeset(actor, why, why, (edit,)))
    name: str = row.properties["name_vi"]
    return name
