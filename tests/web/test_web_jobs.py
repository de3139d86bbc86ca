"""Long runs: start, poll, cancel, finish, killed, lost, kept, dropped."""

import os
import signal
import sys
import time

import pytest

from countermeasure.errors import CodeError, NotFoundError
from countermeasure.web.errors import Refused
from countermeasure.web.jobs import Job, Jobs

HERE = "countermeasure.web.worker_for_tests"


@pytest.fixture(scope="module", autouse=True)
def runs(tmp_path_factory):
    """A module of runs that the processes can import under the name of the package."""
    folder = tmp_path_factory.mktemp("runs")
    (folder / "sitecustomize.py").write_text(
        f"""
import importlib.abc, importlib.util, sys, types
class Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == {HERE!r}:
            return importlib.util.spec_from_file_location(name, {str(folder / "runs.py")!r})
sys.meta_path.insert(0, Finder())
"""
    )
    (folder / "runs.py").write_text(
        """
import time
from countermeasure.errors import CodeError
def add(progress, *, a, b):
    progress(0.5, "adding")
    return {"sum": a + b}
def sleep(progress, *, seconds):
    progress(0.25, "asleep")
    time.sleep(seconds)
    return "awake"
def fail(progress):
    raise CodeError("this cannot be done", code="no_way", cure="Do something else.")
def crash(progress):
    raise ZeroDivisionError("a secret of the inside")
"""
    )
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(folder), *([before] if before else [])])
    yield
    if before is None:
        del os.environ["PYTHONPATH"]
    else:
        os.environ["PYTHONPATH"] = before


@pytest.fixture
def jobs(tmp_path):
    found = Jobs(tmp_path / "jobs", running=1, waiting=2)
    yield found
    found.close()


def until(jobs: Jobs, name: str, *states: str, seconds: float = 30) -> Job:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        job = jobs.job(name)
        if job.state in states:
            return job
        time.sleep(0.05)
    raise AssertionError(f"still {jobs.job(name)}")


def start(jobs: Jobs, name: str, **inputs) -> Job:
    return jobs.start("test", f"{HERE}:{name}", inputs, title=f"run {name}", then="/there/{id}")


def test_a_run_gives_its_result_and_its_address(jobs) -> None:
    job = start(jobs, "add", a=2, b=3)
    assert job.state in ("queued", "running")
    assert job.then == f"/there/{job.id}"
    with pytest.raises(NotFoundError, match="the run is"):
        jobs.result(job.id)
    done = until(jobs, job.id, "done", "failed")
    assert done.state == "done", done
    assert done.share == 1.0
    assert jobs.result(job.id) == {"sum": 5}
    assert done.to_json()["result"] == f"/there/{job.id}"


def test_the_same_question_finds_the_same_run(jobs) -> None:
    first = start(jobs, "add", a=1, b=1)
    assert start(jobs, "add", a=1, b=1).id == first.id
    until(jobs, first.id, "done")
    assert start(jobs, "add", a=1, b=1).id == first.id
    assert start(jobs, "add", a=1, b=2).id != first.id
    again = jobs.start("test", f"{HERE}:add", {"a": 1, "b": 1}, title="again", fresh=True)
    assert again.id != first.id


def test_progress_is_told_and_runs_can_be_cancelled(jobs) -> None:
    job = start(jobs, "sleep", seconds=60)
    end = time.monotonic() + 20
    while jobs.job(job.id).says != "asleep" and time.monotonic() < end:
        time.sleep(0.05)
    assert jobs.job(job.id).share == 0.25
    assert jobs.cancel(job.id).state == "cancelled"
    following = start(jobs, "add", a=1, b=1)
    assert until(jobs, following.id, "done").state == "done"
    assert jobs.job(job.id).state == "cancelled"
    assert jobs.cancel(job.id).state == "cancelled"


def test_what_waits_is_limited_and_can_be_taken_out(jobs) -> None:
    running = start(jobs, "sleep", seconds=60)
    waiting = [start(jobs, "sleep", seconds=60 + n) for n in (1, 2)]
    assert {w.state for w in waiting} == {"queued"}
    with pytest.raises(Refused, match="2 runs wait already") as told:
        start(jobs, "sleep", seconds=99)
    assert told.value.status == 429
    assert jobs.cancel(waiting[0].id).state == "cancelled"
    start(jobs, "add", a=0, b=0)
    jobs.cancel(running.id)
    jobs.cancel(waiting[1].id)


def test_errors_keep_their_words_and_surprises_their_secrets(jobs) -> None:
    failed = until(jobs, start(jobs, "fail").id, "failed", "done")
    assert failed.error == CodeError("this cannot be done", code="no_way", cure="Do something else.").to_json()
    crashed = until(jobs, start(jobs, "crash").id, "failed", "done")
    assert "secret" not in str(crashed.to_json())
    assert "ZeroDivisionError" in crashed.error["error"]["message"]
    assert start(jobs, "fail").id != failed.id  # what failed is tried again


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_killed_process_is_reported(jobs) -> None:
    job = start(jobs, "sleep", seconds=60)
    end = time.monotonic() + 20
    while jobs.job(job.id).says != "asleep" and time.monotonic() < end:
        time.sleep(0.05)
    os.kill(jobs._processes[job.id].pid, signal.SIGKILL)
    failed = until(jobs, job.id, "failed")
    assert failed.error["error"]["code"] == "worker_killed"
    assert "signal 9" in failed.error["error"]["message"]


def test_after_a_restart_results_are_there_and_runs_are_lost(tmp_path) -> None:
    first = Jobs(tmp_path, running=1)
    done = start(first, "add", a=4, b=4)
    until(first, done.id, "done")
    gone = start(first, "sleep", seconds=60)
    until(first, gone.id, "running")
    first.close()
    assert first.job(gone.id).state == "lost"
    orphan = Job("f" * 32, "test", "orphan", "running", owner=2**22 + 12345)
    first._write(orphan)
    second = Jobs(tmp_path)
    assert second.result(done.id) == {"sum": 8}
    assert second.job(orphan.id).state == "lost"
    assert "started again" in second.job(orphan.id).says
    second.close()


def test_answers_can_be_kept_like_runs_and_dropped(jobs) -> None:
    kept = jobs.keep("test", [1, 2], title="kept", then="/x/{id}")
    assert jobs.result(kept.id) == [1, 2]
    assert kept.then == f"/x/{kept.id}"
    jobs.drop(kept.id)
    with pytest.raises(NotFoundError, match="there is no run"):
        jobs.job(kept.id)


def test_the_oldest_go_first(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("countermeasure.web.jobs.KEPT", 3)
    jobs = Jobs(tmp_path)
    ids = [jobs.keep("test", n, title=str(n)).id for n in range(5)]
    assert {j.id for j in jobs.jobs()} == set(ids[2:])


@pytest.mark.parametrize("name", ["", "..", "../x", "/etc/passwd", "f" * 31, "F" * 32, "f" * 33])
def test_ids_are_never_paths(jobs, name) -> None:
    with pytest.raises(NotFoundError, match="there is no run"):
        jobs.job(name)


def test_only_runs_of_the_package_are_started(jobs) -> None:
    with pytest.raises(Refused, match="not a run of this package"):
        jobs.start("test", "os:system", {}, title="x")


def test_a_private_folder_goes_with_its_jobs() -> None:
    jobs = Jobs()
    assert jobs.folder.stat().st_mode & 0o077 == 0
    jobs.keep("test", 1, title="x")
    jobs.close()
    assert not jobs.folder.exists()


def test_pages_of_a_run(client, app) -> None:
    jobs = app.state.held.jobs
    job = start(jobs, "sleep", seconds=60)
    page = client.get(job.address)
    assert page.status_code == 200
    assert '<noscript><meta http-equiv="refresh"' in page.text
    assert f'hx-get="{job.address}"' in page.text
    assert client.get(f"/api/v1/jobs/{job.id}").json()["state"] in ("queued", "running")
    assert job.id in client.get("/jobs").text
    assert client.post(f"{job.address}/cancel").headers["location"] == job.address
    page = client.get(job.address).text
    assert "cancelled" in page
    assert "http-equiv" not in page
    assert client.delete(f"/api/v1/jobs/{job.id}").json()["state"] == "cancelled"
    assert client.get(f"{job.address}/cancel").status_code == 405
    assert client.post(f"{job.address}/drop").status_code == 303
    assert client.get(job.address).status_code == 404


def test_a_failed_run_says_why_on_its_page(client, app) -> None:
    jobs = app.state.held.jobs
    job = start(jobs, "fail")
    until(jobs, job.id, "failed")
    page = client.get(job.address).text
    assert "this cannot be done" in page
    assert "Do something else." in page


def test_in_a_browser_a_run_is_followed_to_its_answer(tab) -> None:
    rows = "hts,origin,entry_on,value_usd\n" + "8505.11.00.70,CN,2026-04-10,100\n" * 310
    tab.goto("/check/table")
    tab.fill("#f-text", rows)
    tab.select_option("#f-what", "duty")
    tab.click("form.ask button[type=submit]")
    tab.wait_for_url("**/check/table/*", timeout=60_000)
    assert "310 lines answered of 310 rows" in tab.inner_text("#answer")
    assert tab.troubles == []
