"""wrk asks in the place of our own client: written in C, it takes a tenth of the time from what it measures."""

import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import orjson

from tests.bench.client import Request, Run, Unlike
from tests.bench.plan import BenchError
from tests.bench.tools import Program

_SCRIPT = """
local paths, coding, new, first = {{{paths}}}, "{coding}", {new}, {first}
local pattern, span = "{pattern}", {span}
local number, turn, threads = 0, 0, 0
function setup(thread) threads = threads + 1; thread:set("mine", threads) end
function init(arguments) turn = mine * 7 end
function request()
  turn, number = turn + 1, number + 1
  if span > 0 then
    local path = string.format(pattern, ((mine * 50021 + number) * 7919) % span)
    return wrk.format("GET", path, {{["Host"] = "000000000000.bench", ["Accept-Encoding"] = coding}})
  end
  local host = "000000000000.bench"
  if new then host = string.format("%012d.bench", first + mine * 1000000 + number) end
  return wrk.format("GET", paths[turn % #paths + 1], {{["Host"] = host, ["Accept-Encoding"] = coding}})
end
function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format('\\n{{"answers":%d,"microseconds":%d,"bytes":%d,"bad":%d,"p50":%f,"p99":%f}}\\n',
    summary.requests, summary.duration, summary.bytes,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
"""
_asked = [0]


def run(
    program: Program, address: tuple[str, int], requests: Sequence[Request], connections: int, seconds: float,
    unlike: Unlike | None = None, *, new: bool = False,
) -> Run:  # fmt: skip
    """What `client.run` does. Raises BenchError for answers that are not 200, or too short to be the verified ones."""
    _asked[0] += 100_000_000
    paths = ", ".join(f'"{one.path}"' for one in requests)
    script = _SCRIPT.format(
        paths=paths,
        pattern=unlike.pattern if unlike else "",
        span=unlike.span if unlike else 0,
        coding="gzip" if requests[0].gzip else "identity",
        new=str(new).lower(),
        first=_asked[0],
    )
    before = os.times()
    with tempfile.NamedTemporaryFile("w", suffix=".lua", encoding="utf-8") as file:
        Path(file.name).write_text(script, encoding="utf-8")
        words = ["-t", str(min(2, connections)), "-c", str(connections), "-d", str(max(1, round(seconds)))]
        ran = subprocess.run(
            [program.path, *words, "--timeout", "60", "-s", file.name, f"http://{address[0]}:{address[1]}/"],
            env=dict(program.env), capture_output=True, text=True, check=False, timeout=seconds + 120,
        )  # fmt: skip
    after = os.times()
    line = next((one for one in reversed(ran.stdout.splitlines()) if one.startswith("{")), None)
    if ran.returncode or line is None:
        raise BenchError(f"wrk failed: {(ran.stderr or ran.stdout)[-400:]}")
    told = orjson.loads(line)
    shortest = min(one.length or 0 for one in requests)
    if told["bad"] or not told["answers"] or told["bytes"] < told["answers"] * shortest:
        raise BenchError(f"{requests[0].path}: {told} of wrk are not the answers that were verified.")
    return Run(
        answers=told["answers"],
        seconds=told["microseconds"] / 1e6,
        p50_ms=told["p50"] / 1000,
        p99_ms=told["p99"] / 1000,
        client_cpu_s=after.children_user + after.children_system - before.children_user - before.children_system,
        body_bytes=told["bytes"],
    )
