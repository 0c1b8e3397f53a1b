"""The units that a form offers to choose from: those of today, and the districts before them."""

from dataclasses import dataclass

from sqlalchemy import Connection, text

_CHOICES = text(
    """
    SELECT unit.id, unit.full_name, unit.generation FROM admin_unit AS unit
    WHERE (unit.level, unit.generation) IN (('commune', '2025-07'), ('district', '2025-01'), ('district', '2024'))
      AND unit.province_code = '31'
    ORDER BY unit.generation DESC, unit.name COLLATE "vi-x-icu", unit.id LIMIT 500
    """
)


@dataclass(frozen=True, slots=True)
class Choice:
    """One unit of a form: its id is what `district` takes."""

    id: str
    full_name: str
    generation: str


def choices(connection: Connection) -> list[Choice]:
    """Units of today first, then the districts of 2025-01 and of 2024, each by name."""
    return [Choice(row.id, row.full_name, row.generation) for row in connection.execute(_CHOICES)]
