"""Sweeps: each point is what a single run gives, whoever does the work; what is done is kept, and a run that was killed goes on."""

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from countermeasure.errors import CountermeasureError, InputError
from countermeasure.scenario.whole import FAILED, load_whole, run_whole
from countermeasure.scenario.whole.cache import code_hash
from countermeasure.scenario.whole.sweep import moved, parse_grid, sweep

GRID = parse_grid(["permits=0,0.5 rate=0,0.4,1"])
PARTS = ("law", "duty", "supply", "trade")


@pytest.fixture(scope="module")
def story():
    """A story that is cheap to run, with dear rare earths in trade."""
    asked = load_whole("no-deal-157")
    return replace(asked, draws=3, supply={**asked.supply, "weeks": "16"})


@pytest.fixture(scope="module")
def found(story):
    return sweep(story, GRID, parts=PARTS)


def figures(result):
    """Everything a sweep is about, to be compared."""
    return {name: values.tolist() for name, values in result.figures.items()}


def same(one, other):
    np.testing.assert_equal(figures(one), figures(other))
    assert [part.said for part in one.parts] == [part.said for part in other.parts]
    assert [sheet.rows for sheet in one.sheets()] == [sheet.rows for sheet in other.sheets()]


def test_every_point_is_what_a_single_run_gives(story, found):
    for n, values in enumerate(GRID.points()):
        alone = run_whole(moved(story, dict(zip(GRID.dials, values, strict=True))), None, PARTS)
        for name in PARTS:
            assert found.at(n)[name].figures == alone.parts[name].figures, (name, values)
            assert found.at(n)[name].said == alone.parts[name].said


def test_a_part_is_computed_once_for_each_setting_that_it_feels(found):
    counts = {name: len(set(places)) for name, places in found.plan.index.items()}
    assert counts == {"law": 3, "duty": 3, "supply": 2, "trade": 6}
    assert len(found.parts) == 14


def test_a_figure_has_the_axes_that_move_it(found):
    assert found.feels("supply.worst_standing_share") == ("permits",)
    assert found.over("supply.worst_standing_share").shape == (2,)
    assert found.over("trade.real_income_us_change").shape == (2, 3)
    assert "supply.worst_standing_share" in found.moving


def test_points_hold_every_figure_in_the_order_of_the_grid(found):
    sheet = found.points()
    assert sheet.columns[:2] == ("permits", "rate")
    assert [row[:2] for row in sheet.rows] == list(GRID.points())
    at = sheet.columns.index("duty.us_average_on_china_share")
    assert sheet.rows[2][at] - sheet.rows[0][at] == pytest.approx(1.0, abs=2e-4)


@pytest.mark.parametrize("kind", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_the_numbers_do_not_depend_on_the_executor(kind, story, found):
    with kind(2) as executor:
        same(sweep(story, GRID, parts=PARTS, executor=executor), found)


def test_what_is_done_is_kept_and_taken_up(story, found, tmp_path):
    first = sweep(story, GRID, parts=PARTS, store=tmp_path)
    same(first, found)
    assert (first.kept, len(list((tmp_path / "done").glob("*.json")))) == (0, 14)
    told = []
    again = sweep(story, GRID, parts=PARTS, store=tmp_path, progress=lambda done, of: told.append((done, of)))
    same(again, found)
    assert again.kept == 14
    assert set(told) == {(14, 14)}
    assert sweep(story, GRID, parts=PARTS, store=tmp_path, resume=False).kept == 0


@pytest.mark.parametrize(
    "harm",
    [
        lambda text: text[: len(text) // 2],
        lambda text: text.replace("0", "1"),
        lambda text: "",
        lambda text: "[]\n[]\n",
        lambda text: "\x00" * 40,
        lambda text: text.partition("\n")[0],
        lambda text: text.replace('"form": 1', '"form": 99'),
    ],
    ids=["cut", "digits", "empty", "other-json", "noughts", "no-second-line", "other-form"],
)
def test_a_file_that_is_corrupt_is_told_and_computed_again(harm, story, found, tmp_path):
    small = parse_grid(["rate=0,0.4"])
    whole = sweep(story, small, parts=("duty",), store=tmp_path)
    path = min((tmp_path / "done").glob("duty-*.json"))
    path.write_text(harm(path.read_text("utf-8")), "utf-8")
    again = sweep(story, small, parts=("duty",), store=tmp_path)
    assert (again.broken, again.kept) == ((path.name,), 1)
    same(again, whole)
    assert sweep(story, small, parts=("duty",), store=tmp_path).broken == ()


KILLED = """
import sys
from dataclasses import replace
from pathlib import Path
from countermeasure.scenario.whole import cache, load_whole
from countermeasure.scenario.whole.sweep import parse_grid, sweep

cache.code_hash = lambda: sys.argv[2]  # that of the test, should a file be saved while it runs
asked = load_whole("no-deal-157")
story = replace(asked, draws=3, supply={**asked.supply, "weeks": "16"})
grid = parse_grid(["permits=0,0.5 rate=0,0.4,1"])
sweep(story, grid, parts=("law", "duty", "supply", "trade"), store=Path(sys.argv[1]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_sweep_that_was_killed_goes_on_and_ends_the_same(story, found, tmp_path):
    command = [sys.executable, "-c", KILLED, str(tmp_path), code_hash()]
    process = subprocess.Popen(command, env={**os.environ, "OPENBLAS_NUM_THREADS": "1"})
    done = tmp_path / "done"
    for _ in range(1200):
        if done.is_dir() and len(list(done.glob("*.json"))) >= 4:
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait(30)
    assert process.returncode == -signal.SIGKILL
    kept = len(list(done.glob("*.json")))
    assert 4 <= kept < 14
    (done / "left-behind.part").write_text("half a file")
    rest = sweep(story, GRID, parts=PARTS, store=tmp_path)
    assert (rest.kept, rest.broken) == (kept, ())
    same(rest, found)


def test_a_sweep_that_was_cancelled_keeps_what_is_done(story, found, tmp_path):
    def stop(done, _of):
        if done >= 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep(story, GRID, parts=PARTS, store=tmp_path, progress=stop)
    rest = sweep(story, GRID, parts=PARTS, store=tmp_path)
    assert rest.kept == 5
    same(rest, found)


def test_cancelling_with_workers_leaves_no_job_behind(story, tmp_path):
    with ThreadPoolExecutor(1) as executor:

        def stop(done, _of):
            if done >= 1:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            sweep(story, GRID, parts=PARTS, store=tmp_path, executor=executor, progress=stop)
    assert len(list((tmp_path / "done").glob("*.json"))) < 14


def test_a_folder_of_another_sweep_is_refused(story, tmp_path):
    sweep(story, parse_grid(["rate=0,0.4"]), parts=("law",), store=tmp_path)
    with pytest.raises(InputError, match=r"the folder holds another sweep: no-deal-157 over rate=0,0\.4") as caught:
        sweep(story, parse_grid(["rate=0,0.5"]), parts=("law",), store=tmp_path)
    assert "another folder" in caught.value.cure
    head = tmp_path / "sweep.json"
    said = json.loads(head.read_text())
    head.write_text(json.dumps({**said, "hash": "of yesterday"}))
    with pytest.raises(InputError, match="as it was before its scenario, the book, data or code changed"):
        sweep(story, parse_grid(["rate=0,0.4"]), parts=("law",), store=tmp_path)
    head.write_text("{")
    with pytest.raises(InputError, match=r"a sweep\.json that cannot be read"):
        sweep(story, parse_grid(["rate=0,0.4"]), parts=("law",), store=tmp_path)


def test_a_folder_that_cannot_be_used_is_told(story, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="the folder cannot be used"):
        sweep(story, parse_grid(["rate=0,0.4"]), parts=("law",), store=tmp_path / "file")


def test_points_share_their_draws_unless_asked_otherwise(story):
    grid = parse_grid(["permits=0.4,0.5"])
    shared = sweep(story, grid, parts=("supply",))
    own = sweep(story, grid, parts=("supply",), own_seeds=True)
    assert {job.seed for job in shared.plan.jobs} == {story.seed}
    assert len({job.seed for job in own.plan.jobs}) == 2
    children = np.random.SeedSequence(story.seed).spawn(2)
    assert [job.seed for job in own.plan.jobs] == [int(c.generate_state(1)[0] >> 1) for c in children]
    assert figures(shared) != figures(own)


def test_a_dial_that_moves_no_part_is_refused(story):
    with pytest.raises(InputError, match="horizon moves none of the parts law, duty"):
        sweep(story, parse_grid(["horizon=0,1"]), parts=("law", "duty"))


def test_a_part_that_is_no_part_is_refused(story):
    with pytest.raises(InputError, match="'laws' is no part"):
        sweep(story, parse_grid(["rate=0,1"]), parts=("laws",))
    with pytest.raises(InputError, match="has none of the parts supply"):
        sweep(load_whole("ruling-2026"), parse_grid(["rate=0,1"]), parts=("supply",))


def test_a_part_that_is_read_is_added(story):
    assert tuple(sweep(story, parse_grid(["rate=0"]), parts=("trade",)).plan.index) == ("supply", "trade")


def test_a_point_that_cannot_be_done_says_so_and_loses_no_other(story):
    """Before the first published average of China's duties, January 2018, the trade part has no answer."""
    back = -(story.on - 17318)  # to 1 June 2017
    found = sweep(story, parse_grid([f"day={back},0"]), parts=("trade",))
    first, last = found.at(0)["trade"], found.at(1)["trade"]
    assert first.said.startswith(FAILED)
    assert not last.said.startswith(FAILED)
    assert np.isnan(found.figures["trade.real_income_us_change"][0])
    spans = {row[0]: row for row in found.spans().rows}
    assert spans["trade.real_income_us_change"][-1] == 1
    assert any(row[0] == "trade" and row[1] == 1 for row in found.sheets()[-1].rows)


def test_one_point_is_a_sweep(story):
    found = sweep(story, parse_grid(["rate=0.5"]), parts=("law",))
    assert (len(found.points().rows), found.moving) == (1, ())
    assert "no figure moves" in found.said()


def test_a_lost_worker_is_told_with_what_to_do(story, tmp_path):
    with ProcessPoolExecutor(1) as executor:
        executor.submit(os.getpid).result()
        (pid,) = executor._processes

        def shoot(done, _of):
            if done >= 1:
                os.kill(pid, signal.SIGKILL)

        with pytest.raises(CountermeasureError, match=r"a worker was lost .* parts are done") as caught:
            sweep(story, GRID, parts=PARTS, store=tmp_path, executor=executor, progress=shoot)
    assert "goes on from its folder" in caught.value.cure
