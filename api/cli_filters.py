"""The filters of the API as options of a command."""

from typing import Annotated

import typer

Filter = Annotated[
    list[str] | None,
    typer.Option(help="Lặp lại được, hay nhiều giá trị cách nhau bằng dấu phẩy / can be repeated, or a comma list."),
]
Words = Annotated[str | None, typer.Option(help="Từ trong tên / words of the name.")]


def one_list(values: list[str] | None) -> str | None:
    """An option that was repeated, as the comma list that the API takes; None where nothing was typed."""
    return ",".join(values) if values else None


def given(**filters: str | list[str] | None) -> dict[str, str]:
    """Those that were typed, as the API's query string has them."""
    typed = {name: one_list(value) if isinstance(value, list) else value for name, value in filters.items()}
    return {name.replace("_", "-"): text for name, text in typed.items() if text}
