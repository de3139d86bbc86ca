"""The interface for programs: same answers, one shape of errors, strict days, a description that holds."""

import json

import pytest
from hypothesis import HealthCheck, given, settings

from countermeasure.codes.day import parse_day
from countermeasure.duty import DutyEngine, Line

ROWS = [{"line_id": "a", "hts": "8505.11.00.70", "origin": "CN", "entry_on": "2026-04-10", "value_usd": 10000}]


def test_health_names_the_book(client) -> None:
    found = client.get("/api/v1/health").json()
    assert found["status"] == "up"
    assert len(found["book"]["hash"]) == 64


def test_duty_is_what_the_engine_says(client) -> None:
    found = client.get(
        "/api/v1/duty", params={"hts": "8505.11.00.70", "origin": "China", "on": "2026-04-10", "value": "10000"}
    ).json()
    said = DutyEngine.shipped().duty_on(Line("8505.11.00.70", "CN", parse_day("2026-04-10"), 10000.0, line_id="line"))
    assert found == said.to_json()


def test_facts_are_fields(client) -> None:
    query = {"hts": "8708.99.81.80", "origin": "CN", "on": "2026-10-05", "metal_weight_share": "0.1"}
    assert client.get("/api/v1/duty", params=query).json()["answers"][0]["rate"] == 0.4
    answer = client.get("/api/v1/duty", params=query | {"metal_wieght": "1"})
    assert answer.status_code == 422
    assert "metal_weight_share" in answer.json()["error"]["cure"]


def test_knowledge_day_and_scenario_are_taken(client) -> None:
    base = {"hts": "8505.11.00.70", "origin": "CN", "on": "2025-11-15"}
    now = client.get("/api/v1/duty", params=base).json()
    then = client.get("/api/v1/duty", params=base | {"known_on": "2025-10-20"}).json()
    assert then["known_on"] == "2025-10-20"
    assert now["answers"][0]["rate"] != then["answers"][0]["rate"]
    what_if = client.get("/api/v1/duty", params=base | {"scenario": "no-deal-2025-11-01"}).json()
    assert what_if["answers"][0]["rate"] != now["answers"][0]["rate"]


def test_license_is_answered(client) -> None:
    found = client.get(
        "/api/v1/license",
        params={"on": "2026-10-05", "from": "CN", "to": "DE", "control_code": "1C905.a.4", "description": "magnets"},
    ).json()
    assert {a["regime"] for a in found["answers"]} == {"CN", "US"}
    assert found["answers"][0]["reasons"][0]["citation"]


def test_rows_are_checked_together(client) -> None:
    found = client.post(
        "/api/v1/check", json={"rows": [*ROWS, {"hts": "9999", "origin": "CN", "entry_on": "2026-04-10"}], "what": "duty"}
    ).json()
    assert found["totals"][0]["ordinary_usd"] == 2710.0
    assert (found["rows"], found["answered"]) == (2, 1)
    assert found["faults"][0]["row"] == 2


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "rows"),
        ({"rows": []}, "rows"),
        ({"rows": ROWS, "readings": "x"}, "readings"),
        ({"rows": ROWS, "within": -1}, "within"),
        ({"rows": [{"hts": "8505", "origin": "CN", "entry_on": "10 April"}]}, "entry_on"),
        ({"rows": [{"origin": "CN", "entry_on": "2026-04-10"}]}, "hts"),
        ({"rows": ROWS * 501}, "rows"),
        ({"rows": ROWS, "known_on": "soon"}, "is not a day"),
    ],
)
def test_bodies_that_cannot_be_used_are_said(client, body, words) -> None:
    answer = client.post("/api/v1/check", json=body)
    assert answer.status_code == 422
    assert set(answer.json()["error"]) == {"code", "message", "where", "cure"}
    assert words in answer.json()["error"]["message"]


def test_what_is_no_json_is_said(client) -> None:
    answer = client.post("/api/v1/check", content=b"{", headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert set(answer.json()) == {"error"}


def test_licenses_of_many_rows_are_refused(client) -> None:
    answer = client.post("/api/v1/check", json={"rows": ROWS * 51})
    assert answer.status_code == 413
    assert "50 are taken" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "day",
    ["0", "1744156800", "20250409", "2025-W15-3", "2025-4-9", "2025-02-30", "09/04/2025", "٢٠٢٥-٠٤-٠٩", "2025-04-09T00:00"],
)
def test_days_are_read_strictly(client, day) -> None:
    for path, query in (
        ("/api/v1/duty", {"hts": "8505.11.00.70", "origin": "CN", "on": day}),
        ("/api/v1/duty", {"hts": "8505.11.00.70", "origin": "CN", "known_on": day}),
        ("/api/v1/license", {"on": day, "to": "DE"}),
        ("/api/v1/today", {"on": day}),
    ):
        answer = client.get(path, params=query)
        assert answer.status_code == 422, (path, query)
        assert "day" in answer.json()["error"]["message"] or "12 characters" in answer.json()["error"]["message"]


def test_the_description_names_every_address_and_its_errors(client) -> None:
    found = client.get("/api/v1/openapi.json").json()
    assert {"/api/v1/health", "/api/v1/duty", "/api/v1/license", "/api/v1/check", "/api/v1/today", "/api/v1/jobs"} <= set(
        found["paths"]
    )
    assert all(path.startswith("/api/v1/") for path in found["paths"])
    for path, methods in found["paths"].items():
        for what in methods.values():
            assert what["summary"], path
            assert {"404", "422"} <= set(what["responses"]), path
            shape = what["responses"]["422"]["content"]["application/json"]["schema"]
            assert shape["properties"]["error"]["required"] == ["code", "message", "where", "cure"], path
    assert "examples" in json.dumps(found)


STARTS_RUNS = ("/supply/run", "/trade/games", "/scenarios/runs", "/scenarios/comparisons", "/brief")
"""What begins a run in a process of its own; the tests of those pages ask them."""


def asked_at_random() -> list[tuple[str, str]]:
    """Method and address of every operation that answers at once."""
    from countermeasure.web.app import create_app
    from countermeasure.web.settings import Settings

    found = []
    for path, methods in create_app(Settings()).openapi()["paths"].items():
        starts = path.removeprefix("/api/v1") in STARTS_RUNS
        found += [(method.upper(), path) for method in methods if not starts]
    return found


@pytest.mark.parametrize(("method", "path"), asked_at_random())
def test_random_questions_get_an_answer_or_an_error_of_the_house(app, client, method, path) -> None:
    schemathesis = pytest.importorskip("schemathesis")
    operation = schemathesis.openapi.from_dict(app.openapi())[path][method]
    often = 25 if path.endswith(("/duty", "/license", "/today")) else 8

    @settings(max_examples=often, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def ask(case):
        body = {} if isinstance(case.body, schemathesis.core.NotSet) else {"json": case.body}
        query = {k: v for k, v in dict(case.query or {}).items() if v is not None}
        answer = client.request(method, case.formatted_path, params=query, **body)
        assert answer.status_code < 500, (answer.status_code, answer.text[:300])
        if answer.status_code >= 400:
            assert set(answer.json()) == {"error"}

    ask()
