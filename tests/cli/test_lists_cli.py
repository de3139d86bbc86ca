"""The commands about lists of parties."""

import json

import pytest

HEAD = "source,entity_number,type,programs,name,title,addresses,license_requirement,start_date,alt_names\n"
EL = "Entity List (EL) - Bureau of Industry and Security"


@pytest.fixture(autouse=True)
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("COUNTERMEASURE_DATA", str(tmp_path / "store"))
    return tmp_path / "store"


@pytest.fixture
def two(tmp_path):
    """Two editions of a small list."""
    old, new = tmp_path / "old.csv", tmp_path / "new.csv"
    old.write_text(
        f"{HEAD}{EL},,,,Sunrise Optics Co. Ltd.,,CN,For all items,2024-01-02,\n{EL},,,,Gone Works Ltd.,,CN,For all items,,\n"
    )
    new.write_text(
        f'{HEAD}{EL},,,,Sunrise Optics Co. Ltd.,,CN,"See 734.9(e)(2), all items",2024-01-02,\n'
        f"{EL},,,,New Laser Ltd.,,HK,For all items,,NL\n"
    )
    return old, new


def test_lists_are_shown_with_their_day_and_whether_they_are_whole(run):
    code, out, _ = run("lists", "status", "--json")
    lists = {one["list"]: one for one in json.loads(out)}
    assert code == 0
    assert (lists["cn-ecl"]["entries"], lists["cn-ecl"]["complete"], lists["us-el"]["complete"]) == (153, True, False)
    text = run("lists", "status")[1]
    assert "cn-watch" in text
    assert "It is no list to screen" in text


def test_entries_are_found_by_words(run):
    code, out, _ = run("lists", "show", "cn-ecl", "general", "dynamics")
    assert code == 0
    assert "General Dynamics [US] (cn-ecl:001)" in out
    assert "also: 通用动力公司" in out
    assert "cn-ecl-2025-1" in out
    code, out, _ = run("lists", "show", "cn-ecl", "--limit", "2", "--json")
    answer = json.loads(out)
    assert (answer["found"], len(answer["parties"]), answer["parties"][0]["start"]) == (153, 2, "2025-01-02")


def test_an_import_says_what_changed_and_whom_it_touches(run, two, tmp_path):
    saved = tmp_path / "suppliers.csv"
    saved.write_text("id,name,country\nS1,SUNRISE OPTICS CO LTD,CN\nS2,New Laser Ltd,HK\nS3,Somebody Else GmbH,DE\n")
    code, out, _ = run("data", "import", "csl", two[0], "--as-of", "2024-02-01")
    assert code == 0
    assert "us-el@2024-02-01: 2 entries" in out
    assert "2 rows of old.csv: 2 entries, 0 taken into an earlier entry, 0 dropped" in out
    faults = tmp_path / "faults.csv"
    code, out, _ = run("data", "import", "csl", two[1], "--as-of", "2026-02-01", "--parties", saved, "--faults", faults)
    assert code == 0
    assert "us-el since 2024-02-01: 1 added, 1 removed, 1 changed, 0 the same" in out
    assert "SUNRISE OPTICS CO LTD (S1) is Sunrise Optics Co. Ltd." in out
    assert "New Laser Ltd (S2) is New Laser Ltd." in out
    assert "S3" not in out
    assert faults.read_text(encoding="utf-8").startswith("severity,code,file")


def test_two_editions_are_compared(run, two):
    run("data", "import", "csl", two[0], "--as-of", "2024-02-01")
    run("data", "import", "csl", two[1], "--as-of", "2026-02-01")
    code, out, _ = run("lists", "diff", "us-el@2024-02-01", "us-el@2026-02-01")
    assert code == 0
    assert "+ New Laser Ltd. [HK]" in out
    assert "- Gone Works Ltd. [CN]" in out
    assert "footnotes: none -> 4" in out
    answer = json.loads(run("lists", "diff", "us-el@2024-02-01", "us-el", "--json")[1])
    assert [p["name"] for p in answer["added"]] == ["New Laser Ltd."]
    assert answer["changed"][0]["attributes"] == ["requirement", "footnotes"]
    status = json.loads(run("lists", "status", "--on", "2025-01-01", "--json")[1])
    assert next(one["as_of"] for one in status if one["list"] == "us-el") == "2024-02-01"


def test_rows_that_cannot_be_read_are_said_and_the_rest_is_kept(run, two):
    two[0].write_text(two[0].read_text() + f"{EL},,,,,,CN,For all items,,\n")
    code, out, err = run("data", "import", "csl", two[0], "--as-of", "2024-02-01")
    assert code == 2
    assert "3 rows of old.csv: 2 entries, 0 taken into an earlier entry, 1 dropped" in out
    assert "row 4: the entry has no name" in err


def test_an_import_in_json_holds_its_account(run, two):
    answer = json.loads(run("data", "import", "csl", two[0], "--as-of", "2024-02-01", "--json")[1])
    assert (answer["rows"], answer["entries"], answer["merged"], answer["dropped"]) == (2, 2, 0, [])
    assert answer["imported"][0]["key"] == "us-el@2024-02-01"
    assert (answer["as_of"], answer["as_of_basis"], answer["touched"]) == ("2024-02-01", "given", None)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("lists", "show", "us-xx"), 4, "There is cn-afsl"),
        (("lists", "diff", "us-el@1999-01-01", "us-el"), 4, "us-el@shipped"),
        (("data", "import", "own-list", "x.csv"), 2, "Add --name"),
        (("data", "import", "csl", "nowhere.csv"), 4, "Check the path"),
        (("data", "import", "csl", "nowhere.csv", "--as-of", "yesterday"), 2, "yesterday"),
    ],
)
def test_bad_arguments_change_nothing(run, arguments, code, words, store):
    found, out, err = run(*arguments)
    assert (found, out) == (code, "")
    assert words in err
    assert not store.exists()
