"""The folder of all releases: what stands in it, which one is the latest, and a feed that tells of new ones."""

from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

import orjson

from layers.release.folder import replace

INDEX, FEED, LATEST = "releases.json", "releases.atom", "latest"
CATALOGUE = "catalog.json"
MOST_IN_FEED = 50
_ATOM = "http://www.w3.org/2005/Atom"


def releases(out: Path) -> list[dict[str, Any]]:
    """The releases under `out`, newest data first: name, issued, title, features."""
    found = []
    for path in out.glob(f"*/{CATALOGUE}"):
        if not path.parent.is_symlink() and not path.parent.name.startswith("."):
            told = orjson.loads(path.read_bytes())
            found.append({key: told[key] for key in ("release", "issued", "features")})
    return sorted(found, key=lambda one: (one["issued"], one["release"]), reverse=True)


def put(out: Path, base: str) -> None:
    """Write the index and the feed anew, and let `latest` lead to the release with the newest data.

    Every release keeps its address. Where the file system has no symbolic links, the index alone tells the latest.
    """
    all_of_them = releases(out)
    latest = all_of_them[0]["release"]
    index = {"latest": latest, "releases": all_of_them}
    replace(out / INDEX, orjson.dumps(index, option=orjson.OPT_INDENT_2) + b"\n")
    replace(out / FEED, _feed(all_of_them[:MOST_IN_FEED], base))
    aside = out / f".{LATEST}.part"
    aside.unlink(missing_ok=True)
    try:
        aside.symlink_to(latest, target_is_directory=True)
    except OSError:
        return
    aside.replace(out / LATEST)


def _feed(found: list[dict[str, Any]], base: str) -> bytes:
    feed = Element("feed", {"xmlns": _ATOM, "xml:lang": "vi"})
    SubElement(feed, "title").text = "Bản đồ hạ tầng Hải Phòng: các bản phát hành / releases"
    SubElement(feed, "id").text = base or "urn:haiphong:releases"
    SubElement(feed, "updated").text = found[0]["issued"]
    SubElement(feed, "link", rel="self", href=f"{base}{FEED}")
    author = SubElement(feed, "author")
    SubElement(author, "name").text = "haiphong"
    for one in found:
        entry = SubElement(feed, "entry")
        SubElement(entry, "title").text = f"{one['release']}: {one['features']} dự án / projects"
        SubElement(entry, "id").text = f"urn:haiphong:release:{one['release']}"
        SubElement(entry, "updated").text = one["issued"]
        SubElement(entry, "link", rel="alternate", href=f"{base}{one['release']}/")
    indent(feed, " ")
    text: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return text + b"\n"
