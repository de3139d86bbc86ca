"""Pages of long runs: how far they are, cancel, drop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from countermeasure.codes.sheet import Sheet
from countermeasure.web.held import HeldIn
from countermeasure.web.twins import answer, twin_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.web.jobs import Job

__all__ = ["JobFound", "JobsFound", "api", "router"]

router = APIRouter()
api = APIRouter(tags=["jobs"])
COLUMNS = ("id", "kind", "title", "state", "share", "says", "seconds")


@dataclass(frozen=True, slots=True)
class JobsFound:
    """All runs."""

    jobs: tuple[Job, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {"jobs": [job.to_json() for job in self.jobs]}

    def sheets(self) -> Sequence[Sheet]:
        """One table."""
        return [Sheet("jobs", "Runs", COLUMNS, tuple(tuple(getattr(j, c) for c in COLUMNS) for j in self.jobs))]


@dataclass(frozen=True, slots=True)
class JobFound:
    """One run."""

    job: Job

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return self.job.to_json()

    def sheets(self) -> Sequence[Sheet]:
        """One table with one row."""
        return JobsFound((self.job,)).sheets()


@router.get("/jobs", include_in_schema=False)
def jobs_page(request: Request, held: HeldIn) -> Response:
    """All runs of this server; an id is a key, so that with several readers the list is for the signed-in ones."""
    return answer(request, JobsFound(tuple(held.jobs.jobs())), "jobs.html", title="Runs")


@router.get("/jobs/{name}", include_in_schema=False)
def job_page(request: Request, held: HeldIn, name: str) -> Response:
    """How far a run is; when it is done, what it found."""
    job = held.jobs.job(name)
    follows = "hx-request" in request.headers
    if job.state == "done" and job.then and not twin_of(request) and not follows:
        return RedirectResponse(job.then, 303)
    return answer(request, JobFound(job), "job.html", title=job.title)


@router.post("/jobs/{name}/cancel", include_in_schema=False)
def cancel_page(held: HeldIn, name: str) -> Response:
    """End a run."""
    return RedirectResponse(held.jobs.cancel(name).address, 303)


@router.post("/jobs/{name}/drop", include_in_schema=False)
def drop_page(held: HeldIn, name: str) -> Response:
    """Forget a run and what it found."""
    held.jobs.drop(name)
    return RedirectResponse("/jobs", 303)


@api.get("/jobs", summary="All runs of this server")
def jobs_api(held: HeldIn) -> dict[str, Any]:
    """Runs that wait, run or are over, the last one first."""
    return JobsFound(tuple(held.jobs.jobs())).to_json()


@api.get("/jobs/{name}", summary="How far a run is")
def job_api(held: HeldIn, name: str) -> dict[str, Any]:
    """State, share done, words; with the address of what was found when it is done."""
    return held.jobs.job(name).to_json()


@api.delete("/jobs/{name}", summary="Cancel a run")
def cancel_api(held: HeldIn, name: str) -> dict[str, Any]:
    """End a run; one that is over stays as it is."""
    return held.jobs.cancel(name).to_json()
