"""`haiphong withdraw` and `reinstate`: a project that was entered by mistake, and the way back."""

import getpass
import os
from typing import Annotated

import typer

from geo.cluster import tell
from geo.errors import InvalidParameter
from geo.settings import Settings

app = typer.Typer(rich_markup_mode=None)
WhichFeature = Annotated[str, typer.Argument(help="Mã dự án / the id of the project.")]
Why = Annotated[str, typer.Option(help="Lý do và nguồn, được lưu lại / the reason and its source, which is kept.")]


@app.command(
    help="Rút một dự án nhập nhầm / withdraw a project that was entered by mistake: trang của nó báo đã rút, lịch sử "
    "vẫn còn / its page says so, its history stays."
)
def withdraw(feature: WhichFeature, why: Why) -> None:
    """Withdraw it in a changeset of the person who runs this."""
    tell(f"Đã rút / withdrawn: {_take(feature, why, back=False)} ({feature}).")


@app.command(
    help="Đưa một dự án đã rút trở lại bản đồ / bring a withdrawn project back: như khi bị rút, với mọi chứng cứ / as "
    "it stood, with all its evidence; cả hai lần đều nằm trong lịch sử / both steps stay in its history."
)
def reinstate(feature: WhichFeature, why: Why) -> None:
    """Bring it back in a changeset of the person who runs this."""
    tell(f"Đã đưa trở lại / reinstated: {_take(feature, why, back=True)} ({feature}).")


def _take(feature: str, why: str, *, back: bool) -> str:
    from sqlalchemy import NullPool, create_engine

    from api.store import store
    from geo import withdrawal
    from geo.migrate import upgrade

    if not why.strip():
        raise InvalidParameter("--why cần lý do. / --why wants the reason.")
    with store(Settings.from_env(os.environ), tell) as url:
        engine = create_engine(url, poolclass=NullPool)
        upgrade(engine)
        with engine.begin() as connection:
            take = withdrawal.reinstate if back else withdrawal.withdraw
            return take(connection, feature, getpass.getuser(), why.strip())
