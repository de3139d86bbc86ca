"""The guard: headers, host, token, origin, sizes, uploads, names."""

import io
import logging
import subprocess
import sys
import zipfile

import pytest
from starlette.routing import Mount

from countermeasure.errors import InputError
from countermeasure.web.settings import ENVIRONMENT, Settings, is_loopback, read_token
from countermeasure.web.uploads import Upload, check_packed, file_name

EVERYWHERE = "0.0.0.0"  # noqa: S104 - of the tests
TOKEN = "a-token-of-some-length-0123"  # noqa: S105 - of the tests
HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


def flat(routes):
    for route in routes:
        inner = getattr(route, "routes", None)
        yield from flat(inner) if inner and not isinstance(route, Mount) else (route,)


def test_every_address_is_dressed(app, client) -> None:
    paths = [r.path for r in flat(app.routes) if "GET" in (getattr(r, "methods", None) or ())]
    schema = list(app.openapi()["paths"])
    asked = {p.replace("{", "x").replace("}", "") for p in [*paths, *schema, "/static/css/base.css", "/nope"]}
    assert len(asked) > 12
    for path in sorted(asked):
        answer = client.head(path) if path == "/static/css/base.css" else client.get(path)
        assert answer.status_code < 500, (path, answer.text[:200])
        for name, value in HEADERS.items():
            assert answer.headers[name] == value, (path, name)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "server" not in answer.headers


@pytest.mark.parametrize(
    "path", ["/", "/check", "/index.json", "/api/v1/duty?hts=8505&origin=CN", "/jobs", "/api/v1/openapi.json"]
)
def test_a_token_is_asked_for_where_one_is_set(make_client, path) -> None:
    client = make_client(token=TOKEN)
    answer = client.get(path)
    if path.startswith("/api") or ".json" in path:
        assert answer.status_code == 401
        assert answer.json()["error"]["code"] == "no_token"
    else:
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in?to=")
    for wrong in ("", "Bearer", "Bearer nope", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer \xff"):
        assert client.get(path, headers={"authorization": wrong.encode("latin-1")}).status_code in (303, 401)
    assert client.get(path, headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200


def test_signing_in_sets_a_cookie_that_scripts_and_other_sites_do_not_get(make_client) -> None:
    client = make_client(token=TOKEN)
    assert client.get("/sign-in").status_code == 200
    assert client.get("/api/v1/health").status_code == 200
    wrong = client.post("/sign-in", data={"token": "nope", "to": "/"})
    assert wrong.status_code == 401
    assert "not the token" in wrong.text
    right = client.post("/sign-in", data={"token": TOKEN, "to": "/check?hts=85"})
    assert right.status_code == 303
    assert right.headers["location"] == "/check?hts=85"
    cookie = right.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert client.get("/check").status_code == 200
    client.post("/sign-out")
    client.cookies.clear()
    assert client.get("/check").status_code == 303


@pytest.mark.parametrize(
    "to", ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "javascript:alert(1)", "/a\nb"]
)
def test_signing_in_leads_nowhere_else(make_client, to) -> None:
    answer = make_client(token=TOKEN).post("/sign-in", data={"token": TOKEN, "to": to})
    assert answer.headers["location"] == "/"


def test_the_token_is_in_no_log_and_no_text(make_client, caplog, monkeypatch) -> None:
    caplog.set_level(logging.DEBUG)
    client = make_client(token=TOKEN)
    client.get("/check", headers={"authorization": f"Bearer {TOKEN}"})
    client.post("/sign-in", data={"token": TOKEN})
    monkeypatch.setattr("countermeasure.web.views.today.answer_today", lambda *_: 1 / 0)
    assert client.get("/?on=2019-02-02", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 500
    assert TOKEN not in caplog.text
    settings = Settings(token=TOKEN)
    assert TOKEN not in repr(settings)
    assert TOKEN not in settings.to_environment()


def test_tokens_are_compared_whole(monkeypatch, make_client) -> None:
    """Both the bearer and the cookie go through the comparison that takes as long for any text."""
    import hmac

    compared = []
    monkeypatch.setattr(
        "countermeasure.web.guard.hmac.compare_digest",
        lambda a, b: compared.append(a) or hmac.new(b"k", a, "md5").digest() == hmac.new(b"k", b, "md5").digest(),
    )
    make_client(token=TOKEN).get("/check", headers={"authorization": "Bearer one", "cookie": "countermeasure=two"})
    assert compared == [b"one", b"two"]


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8484", "127.0.0.1.evil.example", "", "10.0.0.1", "[2001:db8::1]:80"]
)
def test_on_this_machine_only_its_own_names_are_answered(client, host) -> None:
    answer = client.get("/check", headers={"host": host})
    assert answer.status_code == 421
    assert "name of the host" in answer.text


@pytest.mark.parametrize("host", ["localhost", "localhost:8484", "127.0.0.1:1", "[::1]:8484", "127.0.0.5"])
def test_its_own_names_are(client, host) -> None:
    assert client.get("/check", headers={"host": host}).status_code == 200


PROXY = {"allow_hosts": ("trade.example", "trade.example:8443"), "token": TOKEN}


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("trade.example", 200),
        ("TRADE.example:443", 200),
        ("127.0.0.1:8484", 200),
        ("evil.example", 421),
        ("x.trade.example", 421),
    ],
)
def test_names_of_a_proxy_are_answered_where_they_are_allowed(make_client, host, status) -> None:
    assert make_client(**PROXY).get("/sign-in", headers={"host": host}).status_code == status


@pytest.mark.parametrize("host", ["trade.example", "127.0.0.1:8484"], ids=["host passed on", "host rewritten"])
@pytest.mark.parametrize(
    ("origin", "site", "status"),
    [
        ("https://trade.example", "same-origin", 303),
        ("http://trade.example", "same-origin", 303),
        ("https://Trade.Example:8443", "same-origin", 303),
        ("https://trade.example:9000", "same-origin", 403),
        ("https://trade.example", "cross-site", 403),
        ("https://trade.example.evil.example", "same-origin", 403),
        ("https://evil.example", "same-origin", 403),
    ],
)
def test_forms_through_a_proxy_are_taken_from_its_names_alone(make_client, host, origin, site, status) -> None:
    headers = {"host": host, "origin": origin, "sec-fetch-site": site}
    assert make_client(**PROXY).post("/sign-in", data={"token": TOKEN}, headers=headers).status_code == status


@pytest.mark.parametrize(
    ("headers", "secure"),
    [
        ({"host": "trade.example", "x-forwarded-proto": "https"}, True),
        ({"host": "trade.example", "x-forwarded-proto": "https, http"}, True),
        ({"host": "trade.example", "x-forwarded-proto": "http"}, False),
        ({"host": "trade.example"}, False),
        ({"host": "127.0.0.1", "origin": "https://trade.example"}, True),
        ({"host": "127.0.0.1", "origin": "http://trade.example"}, False),
        ({"host": "127.0.0.1", "x-forwarded-proto": "https"}, False),
        ({"host": "127.0.0.1"}, False),
    ],
)
def test_the_cookie_is_secure_where_the_request_came_by_https(make_client, headers, secure) -> None:
    answer = make_client(**PROXY).post("/sign-in", data={"token": TOKEN}, headers=headers)
    assert answer.status_code == 303
    assert ("; secure" in answer.headers["set-cookie"].lower()) == secure


def test_the_word_of_a_proxy_counts_for_allowed_hosts_alone(make_client) -> None:
    client = make_client(token=TOKEN)
    headers = {"host": "127.0.0.1", "x-forwarded-proto": "https", "x-forwarded-host": "trade.example"}
    assert "secure" not in client.post("/sign-in", data={"token": TOKEN}, headers=headers).headers["set-cookie"].lower()
    assert client.get("/sign-in", headers={"host": "trade.example", "x-forwarded-proto": "https"}).status_code == 421


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "http://127.0.0.1"}, 422),
        ({"sec-fetch-site": "same-origin"}, 422),
        ({}, 422),
    ],
)
def test_forms_of_other_sites_are_refused(client, headers, status) -> None:
    answer = client.post("/check/table", data={"text": ""}, headers=headers)
    assert answer.status_code == status, answer.text[:300]


def test_bodies_have_a_limit(make_client) -> None:
    client = make_client(uploads_mb=0.2)
    big = b"hts,origin,entry_on\n" + b"8505110070,CN,2026-01-01\n" * 10_000
    for answer in (
        client.post("/check/table", files={"table": ("big.csv", big)}),
        client.post(
            "/api/v1/check", content=iter([big[:150_000], big[150_000:]]), headers={"content-type": "application/json"}
        ),
    ):
        assert answer.status_code == 413, answer.text[:200]
        assert "larger than 0.2 MB" in answer.text
    assert client.get("/check?hts=" + "1" * 40_000).status_code == 413


def test_tables_have_a_limit_of_rows(make_client) -> None:
    client = make_client(table_rows=5)
    rows = "hts,origin,entry_on\n" + "8505110070,CN,2026-01-01\n" * 6
    answer = client.post("/check/table", data={"text": rows, "what": "duty"})
    assert answer.status_code == 413
    assert "6 rows, 5 are taken" in answer.text


def packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


def sheet(cell: str) -> bytes:
    return f'<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="9"><c r="{cell}"><v>1</v></c></row></sheetData></worksheet>'.encode()


BOMBS = {
    "dense": packed({"xl/worksheets/sheet1.xml": b"<v>" + b"0" * 30_000_000}),
    "wide": packed({f"xl/worksheets/sheet{n}.xml": bytes(range(256)) * 3000 for n in range(200)}),
    "many": packed({f"xl/{n}.xml": b"" for n in range(600)}),
    "far": packed({"xl/worksheets/sheet1.xml": sheet("XFD1048576")}),
}


@pytest.mark.parametrize("kind", BOMBS)
def test_packed_files_that_burst_are_refused_before_they_are_opened(client, kind) -> None:
    answer = client.post("/check/table", files={"table": ("lines.xlsx", BOMBS[kind])})
    assert answer.status_code == 413
    assert "would unpack to far more" in answer.text


def test_a_directory_that_lies_is_found_out() -> None:
    content = bytearray(packed({"xl/worksheets/sheet1.xml": b"<v>0</v>" * 50_000}))
    for mark, place in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = content.find(mark)
        content[at + place : at + place + 4] = (1000).to_bytes(4, "little")
    with pytest.raises(Exception, match="damaged"):
        check_packed(Upload("lines.xlsx", bytes(content)))


def test_columns_that_burst_are_refused() -> None:
    import pyarrow as pa
    from pyarrow import parquet

    out = io.BytesIO()
    parquet.write_table(pa.table({"hts": pa.array(["8505"] * 6_000_000)}), out)
    assert len(out.getvalue()) < 100_000
    with pytest.raises(Exception, match="would unpack"):
        check_packed(Upload("lines.parquet", out.getvalue()))
    with pytest.raises(Exception, match="damaged"):
        check_packed(Upload("lines.parquet", b"PAR1 nothing"))


def test_whole_workbooks_are_taken(client) -> None:
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["hts", "origin", "entry_on", "value_usd"])
        page.write_row(1, 0, ["8505.11.00.70", "CN", "2026-04-10", 10000])
    answer = client.post("/check/table", files={"table": ("lines.xlsx", out.getvalue())}, data={"what": "duty"})
    assert answer.status_code == 303
    assert client.get(answer.headers["location"] + ".json").json()["totals"][0]["ordinary_usd"] == 2710.0


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("../../etc/passwd.csv", "passwd.csv"),
        ("C:\\Users\\me\\lines.csv", "lines.csv"),
        ("a\x00b\n<script>.csv", "a_b__script_.csv"),
        ("....", "upload"),
        (None, "upload"),
        ("稀土 2026.csv", "稀土 2026.csv"),
        ("x" * 300 + ".csv", "x" * 76 + ".csv"),
    ],
)
def test_names_of_files_are_bare(name, made) -> None:
    assert file_name(name) == made


def test_other_kinds_of_files_are_refused(client) -> None:
    answer = client.post("/check/table", files={"table": ("lines.xlsm", b"PK\x03\x04")})
    assert answer.status_code == 415
    assert "is not of a kind that is read here" in answer.text
    answer = client.post("/check/table", files={"table": ("deep.json", b"[" * 200_000)})
    assert answer.status_code == 422
    assert "nested too deeply" in answer.text or "not JSON" in answer.text


def test_names_stay_text_on_pages(client) -> None:
    mark = "<script>alert(1)</script>"
    for path in (f"/check?hts={mark}&origin={mark}&end_user={mark}", f"/nope{mark}", f"/check?{mark}=1", f"/?on={mark}"):
        assert mark not in client.get(path).text
    rows = f"line_id,hts,origin,entry_on\n{mark},8505110070,CN,2026-01-01\n=1+1,8505110070,{mark},2026-01-01\n"
    answer = client.post("/check/table", files={"table": (f"{mark}.csv", rows)}, data={"what": "duty"})
    place = answer.headers["location"]
    assert mark not in client.get(place).text
    lines = client.get(f"{place}.csv").text
    assert "\n=" not in lines
    client.post("/check/table", data={"text": "line_id,hts,origin,entry_on\n=1+1,8505110070,CN,2026-01-01\n", "what": "duty"})


def test_formulas_in_names_of_lines_do_not_run(client) -> None:
    answer = client.post(
        "/check/table", data={"text": "line_id,hts,origin,entry_on\n=1+1,8505110070,CN,2026-01-01\n", "what": "duty"}
    )
    assert "\n'=1+1," in client.get(answer.headers["location"] + ".csv").text


@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/jobs/../../etc/passwd", "/jobs/%2e%2e"]
)
def test_paths_do_not_climb(client, path) -> None:
    assert client.get(path).status_code == 404


def test_scenarios_are_names_and_never_paths(client) -> None:
    for name in ("../../etc/passwd", "/etc/passwd", "no-deal-2025-11-01.yaml"):
        answer = client.get("/api/v1/duty", params={"hts": "8505.11.00.70", "origin": "CN", "scenario": name})
        assert answer.status_code == 404
        assert answer.json()["error"]["code"] == "unknown_scenario"
    assert (
        client.get(
            "/api/v1/duty", params={"hts": "8505.11.00.70", "origin": "CN", "scenario": "no-deal-2025-11-01"}
        ).status_code
        == 200
    )


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"host": EVERYWHERE}, "can be reached by others and no token is set"),
        ({"host": "192.168.1.5"}, "no token is set"),
        ({"host": "box.example"}, "no token is set"),
        ({"cert": "missing.pem"}, "go together"),
        ({"port": 70000}, "70000 is no port"),
        ({"uploads_mb": 0}, "from 0.1 to 1000"),
        ({"workers": 0}, "from 1 to 64"),
        ({"allow_hosts": ("trade.example",)}, "through the proxy and no token is set"),
        ({"allow_hosts": ("https://trade.example",), "token": TOKEN}, "without https://"),
        ({"allow_hosts": ("*",), "token": TOKEN}, "no name of a host"),
        ({"allow_hosts": ("",), "token": TOKEN}, "no name of a host"),
    ],
)
def test_settings_that_are_unsafe_or_senseless_are_refused(settings, words, tmp_path) -> None:
    given = {k: tmp_path / v if k == "cert" else v for k, v in settings.items()}
    with pytest.raises(InputError, match=words):
        Settings(**given).check()


def test_all_faults_of_settings_are_told_at_once() -> None:
    with pytest.raises(InputError) as found:
        Settings(host=EVERYWHERE, port=-1, workers=99).check()
    assert len(found.value.faults) == 2


def test_serving_others_without_a_token_is_refused_with_words() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "countermeasure", "serve", "--host", EVERYWHERE],
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert ran.returncode == 2
    assert "Give --token-file" in ran.stderr


def test_tokens_come_from_files_and_are_long(tmp_path) -> None:
    path = tmp_path / "token"
    for text, words in (("short", "has 5 characters"), ("with spaces in it and long", "without spaces")):
        path.write_text(text)
        with pytest.raises(InputError, match=words):
            read_token(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_token(tmp_path / "none")
    path.write_text(f"{TOKEN}\n")
    assert read_token(path) == TOKEN


def test_settings_travel_without_the_token(tmp_path, monkeypatch) -> None:
    path = tmp_path / "token"
    path.write_text(TOKEN)
    given = Settings(host=EVERYWHERE, token=TOKEN, token_file=path, workers=2, jobs=tmp_path, allow_hosts=("trade.example",))
    monkeypatch.setenv(ENVIRONMENT, given.to_environment())
    assert Settings.from_environment() == given


def test_loopback() -> None:
    assert all(is_loopback(h) for h in ("localhost", "127.0.0.1", "::1", "[::1]", "127.9.9.9"))
    assert not any(is_loopback(h) for h in (EVERYWHERE, "10.0.0.1", "example.org", "", "127.0.0.1.example.org"))
