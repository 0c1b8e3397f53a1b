"""The filters of the API as options of a command."""

from typing import Annotated

import typer

Filter = Annotated[str | None, typer.Option(help="Nhiều giá trị cách nhau bằng dấu phẩy / a comma list.")]


def given(**filters: str | None) -> dict[str, str]:
    """Those that were typed, as the API's query string has them."""
    return {name.replace("_", "-"): text for name, text in filters.items() if text}
