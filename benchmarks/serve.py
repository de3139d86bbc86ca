"""How fast the page answers: Check under load, against a page that says nothing and an engine that is not kept warm.

Own servers on free ports, own load maker (asyncio, raw sockets, kept alive): requests leave at a fixed rate whether or not
earlier ones have come back, and a wait counts from the time at which a request was due. Processor time is that of the server, so
that it holds on a machine that has other things to do. Run: python benchmarks/serve.py [--rate 200]
"""

import argparse
import asyncio
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

BARE = """
import sys, uvicorn
from fastapi import FastAPI
app = FastAPI()
@app.get("/check")
def check():
    return {"answer": "x" * 2000}
uvicorn.run(app, port=int(sys.argv[1]), log_level="warning", access_log=False)
"""


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def started(command, port):
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, env=os.environ | {"OPENBLAS_NUM_THREADS": "1"})
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/check", timeout=30).read()
        except OSError:
            time.sleep(0.1)
        else:
            return process
    raise SystemExit("the server did not start")


def serve(workers=1):
    port = free_port()
    command = [sys.executable, "-m", "countermeasure", "serve", "--port", str(port), "--workers", str(workers)]
    return started(command, port), port


def bare():
    port = free_port()
    return started([sys.executable, "-c", BARE, str(port)], port), port


def paths(kind, count, seed):
    """Addresses: ``new`` asks a new line every time, ``again`` one of 50, ``license`` adds the license, ``json`` is the twin."""
    from countermeasure.codes.day import format_day, parse_day
    from countermeasure.duty.schedule import Schedule

    rng = random.Random(seed)
    schedule, day = Schedule.shipped(), parse_day("2026-10-05")
    live = [int(c) for c, a, b in zip(schedule.codes, schedule.from_day, schedule.until_day, strict=True) if a <= day < b]
    what = "both" if kind == "license" else "duty"
    form = ".json" if kind == "json" else ""

    def one():
        number, origin = rng.choice(live), rng.choice(["CN", "CN", "CN", "VN", "MX", "DE", "JP"])
        on = format_day(rng.randrange(parse_day("2025-02-01"), day)) if kind != "again" else "2026-10-05"
        return f"/check{form}?hts={number:010d}&origin={origin}&on={on}&value={rng.randrange(100, 99999)}&what={what}"

    pool = [one() for _ in range(50 if kind == "again" else count)]
    return [pool[n % len(pool)] for n in range(count)]


async def load(port, asked, rate, readers):
    """Ask at a fixed rate over some connections; waits in seconds and answers that were not 200 or 404."""
    queue = asyncio.Queue()
    waits, wrong = [], []

    async def reader_of():
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (due_path := await queue.get()) is not None:
            due, path = due_path
            writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(int(x.split(b":")[1]) for x in head.lower().split(b"\r\n") if x.startswith(b"content-length"))
            await reader.readexactly(length)
            waits.append(time.perf_counter() - due)
            if head[9:12] not in (b"200", b"404"):  # 404: a number that was discontinued by that day
                wrong.append(head[:40])
        writer.close()

    tasks = [asyncio.create_task(reader_of()) for _ in range(readers)]
    first = time.perf_counter()
    for n, path in enumerate(asked):
        due = first + n / rate
        await asyncio.sleep(max(due - time.perf_counter(), 0))
        queue.put_nowait((due, path))
    for _ in tasks:
        queue.put_nowait(None)
    await asyncio.gather(*tasks)
    return waits, wrong, time.perf_counter() - first


def processor(pid):
    """Processor seconds of a process and its children, from the kernel; 0 where it does not tell."""
    try:
        kids = subprocess.run(
            ["ps", "--ppid", str(pid), "-o", "pid="], check=False, capture_output=True, text=True
        ).stdout.split()
        total = 0
        for one in (str(pid), *kids):
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
        return total / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError):
        return 0.0


def told(name, process, port, asked, rate, readers=50):
    before = processor(process.pid)
    waits, wrong, took = asyncio.run(load(port, asked, rate, readers))
    cost = (processor(process.pid) - before) / len(asked) * 1000
    waits.sort()
    p50, p99 = statistics.median(waits) * 1000, waits[int(len(waits) * 0.99) - 1] * 1000
    print(
        f"{name:46} {len(asked) / took:7.1f}/s  p50 {p50:8.1f} ms  p99 {p99:8.1f} ms  processor {cost:6.2f} ms  wrong {len(wrong)}",
        flush=True,
    )
    return cost


def alone():
    """What one answer costs without a server: the engine, the template, and an engine that is not kept warm."""
    from countermeasure.codes.day import parse_day
    from countermeasure.duty.engine import DutyEngine
    from countermeasure.duty.line import Line
    from countermeasure.web.app import create_app

    day = parse_day("2026-04-10")
    start = time.perf_counter()
    DutyEngine().duty_on(Line("8505.11.00.70", "CN", day, 10000.0))
    cold = time.perf_counter() - start
    app = create_app()
    held = app.state.held
    held.warm()
    asked = paths("new", 200, 5)
    from starlette.testclient import TestClient

    with TestClient(app, base_url="http://127.0.0.1") as client:
        client.get(asked[0])
        start = time.perf_counter()
        for path in asked:
            client.get(path)
        first = (time.perf_counter() - start) / len(asked)
        start = time.perf_counter()
        for path in asked:
            client.get(path)
        again = (time.perf_counter() - start) / len(asked)
    print(json.dumps({"engine made for one answer, ms": round(cold * 1000, 1), "new line, ms": round(first * 1000, 2),
                      "same line again, ms": round(again * 1000, 2), "kept warm is faster by": round(cold / first, 1)}))  # fmt: skip


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=float, default=200)
    parser.add_argument("--seconds", type=float, default=10)
    given = parser.parse_args()
    count = int(given.rate * given.seconds)
    alone()
    process, port = bare()
    try:
        ceiling = told("bare FastAPI, static JSON", process, port, paths("again", count, 1), given.rate)
    finally:
        process.terminate()
    for workers in (1, 2):
        process, port = serve(workers)
        try:
            for _ in range(workers):
                told(f"(warming, {workers})", process, port, paths("new", 60, 9), 30)
            for kind in ("again", "new", "json"):
                cost = told(f"{workers} worker(s), duty, {kind}", process, port, paths(kind, count, len(kind)), given.rate)
                print(f"{'':46} {cost / max(ceiling, 1e-3):7.1f} times the processor time of the bare page")
            told(f"{workers} worker(s), duty and license, new", process, port, paths("license", 60, 3), 4)
        finally:
            process.terminate()
            process.wait(20)


if __name__ == "__main__":
    main()
