"""One bad file per mistake, with the words its message must hold: scenarios, and tables of a chain."""

import shutil
from pathlib import Path

import pytest

from countermeasure.codes.yamltext import load_text
from countermeasure.errors import BookError, InputError, NotFoundError
from countermeasure.supply import Chain, Parameters, compile_network, load_scenario

BROKEN = Path(__file__).parent.parent / "broken" / "supply"
TINY = Path(__file__).parent / "data" / "tiny_chain"
CASES = load_text(BROKEN / "chain" / "cases.yaml").data


def damaged(folder: Path, case: dict[str, str]) -> Path:
    """A copy of the tiny chain with one mistake."""
    chain = Path(shutil.copytree(TINY, folder / "chain"))
    path = chain / case["table"]
    if "gone" in case:
        path.unlink()
        return chain
    for name, old, new in ((case["table"], "old", "new"), (case.get("also"), "also_old", "also_new")):
        if name is not None:
            text = (chain / name).read_text("utf-8")
            assert text.count(case[old]) == 1, (name, case[old])
            (chain / name).write_text(text.replace(case[old], case[new]), "utf-8")
    return chain


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["case"])
def test_each_mistake_in_a_table_is_named(case: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises((InputError, NotFoundError)) as caught:
        compile_network(Chain.load(damaged(tmp_path, case)))
    assert case["expect"] in str(caught.value)


def test_all_faults_of_a_chain_come_in_one_go(tmp_path: Path) -> None:
    chain = Path(shutil.copytree(TINY, tmp_path / "chain"))
    for name, old, new in (("mines.csv", "2080", "x"), ("demand.csv", "US,520", "UK,520"), ("cover.csv", ",D,", ",,")):
        (chain / name).write_text((chain / name).read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(InputError) as caught:
        Chain.load(chain)
    assert [fault.split(": ")[0] for fault in caught.value.faults] == ["mines.csv:8", "demand.csv:10", "cover.csv:8"]
    assert caught.value.where == str(chain)
    assert "3 faults" in caught.value.message


def test_a_table_that_cannot_be_read_tells_of_itself_alone(tmp_path: Path) -> None:
    """Unknown products would follow in every other table."""
    chain = Path(shutil.copytree(TINY, tmp_path / "chain"))
    (chain / "products.csv").write_text("product;stage\n", "utf-8")
    with pytest.raises(InputError) as caught:
        Chain.load(chain)
    assert len(caught.value.faults) == 1
    assert caught.value.faults[0].startswith("products.csv:1")


def test_tables_are_read_as_a_spreadsheet_saves_them(tmp_path: Path) -> None:
    """A byte-order mark, Windows line ends, empty lines, spaces around cells, rows in another order."""
    chain = Path(shutil.copytree(TINY, tmp_path / "chain"))
    for path in chain.glob("*.csv"):
        text = path.read_text("utf-8").replace(",made up,", " , made up ,")
        path.write_bytes(b"\xef\xbb\xbf" + (text + "\n\n").replace("\n", "\r\n").encode())
    lines = (chain / "products.csv").read_text("utf-8-sig").splitlines()
    (chain / "products.csv").write_text("\n".join([*lines[:7], *reversed(lines[7:])]), "utf-8")
    there, here = Chain.load(TINY), Chain.load(chain)
    assert (here.recipes, here.sourcing, here.demand, here.cover) == (there.recipes, there.sourcing, there.demand, there.cover)
    stages = [p.stage for p in here.products.values()]
    assert stages == sorted(stages, key=["ore", "oxide", "metal", "magnet", "component"].index)
    assert sorted(compile_network(here).flow) == pytest.approx(sorted(compile_network(there).flow), abs=0, rel=1e-12)


def test_a_table_in_another_encoding_is_named_with_its_line(tmp_path: Path) -> None:
    chain = Path(shutil.copytree(TINY, tmp_path / "chain"))
    text = (chain / "mines.csv").read_text("utf-8").replace("40 a week", "40 je Woche, geschätzt")
    (chain / "mines.csv").write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError, match=r"mines\.csv:8: this is not UTF-8 text\. Save the file as UTF-8\."):
        Chain.load(chain)


def test_a_table_that_was_mended_is_read_again(tmp_path: Path) -> None:
    chain = Path(shutil.copytree(TINY, tmp_path / "chain"))
    good = (chain / "mines.csv").read_text("utf-8")
    (chain / "mines.csv").write_text(good.replace("2080", "-1"), "utf-8")
    with pytest.raises(InputError):
        Chain.load(chain)
    (chain / "mines.csv").write_text(good.replace("2080", "4160"), "utf-8")
    assert Chain.load(chain).mines == {("ore_ion_clay", "CN"): 4160.0}


def test_no_folder_no_chain(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"regions\.csv: there is no such table"):
        Chain.load(tmp_path / "nowhere")


@pytest.mark.parametrize("path", sorted(BROKEN.glob("*.yaml")), ids=lambda p: p.stem)
def test_each_mistake_in_a_scenario_is_named_with_its_line(path: Path) -> None:
    expected = path.read_text("utf-8").splitlines()[0].removeprefix("# expect: ")
    with pytest.raises(BookError) as caught:
        load_scenario(path)
    assert f"{path.name}{expected}" in str(caught.value)
    assert len(caught.value.faults) == 1
    assert caught.value.exit_code == 5


GOOD = """id: good
title: "A scenario without a mistake"
intent: "To be read"
start: "2027-01-06"
weeks: "20"
"""


def scenario(folder: Path, text: str, name: str = "good.yaml") -> Path:
    path = folder / name
    path.write_text(GOOD + text, "utf-8")
    return path


def test_all_faults_of_a_scenario_come_in_one_go(tmp_path: Path) -> None:
    text = """without: ["cn-2031-*"]
practice:
  - from: "2027-01-11"
    to: [USA]
    measure: cn-2025-99.1
    why: "a test"
    source: "a test"
    confidence: U
parameters: {aproval: "0.25", hold_up: "64"}
policies:
  - {policy: stockpile_release, product: mag_hevy, region: USA, tonnes: "-1", form_week: "3"}
"""
    with pytest.raises(BookError) as caught:
        load_scenario(scenario(tmp_path, text))
    places = [fault.split(": ")[0] for fault in caught.value.faults]
    assert sorted(places) == [f"good.yaml:{n}" for n in (10, 14, 14, 16, 16, 16, 6, 9)]


def test_all_keys_that_cannot_be_come_in_one_go(tmp_path: Path) -> None:
    with pytest.raises(BookError) as caught:
        load_scenario(scenario(tmp_path, 'reading: both\nprojects: maybe\nknown_on: then\nwekks: "3"\nquotas: none\n'))
    assert [fault.split(": ")[0] for fault in caught.value.faults] == [f"good.yaml:{n}" for n in (8, 6, 10, 7, 9)]
    assert "5 faults" in caught.value.message


@pytest.mark.parametrize(
    ("tonnes", "unit", "cap"), [("140", "", 7.0), ("140000", "    unit: kg\n", 7.0), ("0.14", "    unit: kt\n", 7.0)]
)
def test_quotas_are_tonnes_in_any_unit_of_mass(tmp_path: Path, tonnes: str, unit: str, cap: float) -> None:
    text = f"""quotas:
  - from: "2027-01-04"
    until: "2027-05-24"
    tonnes: "{tonnes}"
{unit}    products: [ox_dy]
    origin: ["*"]
    why: "a test"
    source: "a test"
    confidence: U
"""
    read = load_scenario(scenario(tmp_path, text))
    plan = read.plan()
    assert plan.quotas[0].cap[:20] == pytest.approx(cap)
    origins = {compile_network().edges[e][1] for e in plan.quotas[0].edges}
    assert origins > {"CN"}  # * stands for every region


def test_a_star_stands_for_all_whatever_stands_beside_it(tmp_path: Path) -> None:
    text = """practice:
  - from: "2027-01-11"
    products: ["*", mag_heavy]
    to: [US, "*"]
    approval: "0.25"
    why: "a test"
    source: "a test"
    confidence: U
  - from: "2027-01-11"
    measure: cn-2025-18.1
    products: ["*"]
    throughput: "0.5"
    why: "a test"
    source: "a test"
    confidence: U
"""
    rows = load_scenario(scenario(tmp_path, text)).practice
    assert (rows[0].products, rows[0].to) == (("*",), ("*",))
    assert set(rows[1].products) > {"mag_heavy", "ox_dy"}


def test_faults_of_an_instrument_are_told_with_its_own_line(tmp_path: Path) -> None:
    source = BROKEN.parent / "book" / "impossible-day.yaml"
    shutil.copy(source, tmp_path)
    with pytest.raises(BookError) as caught:
        load_scenario(scenario(tmp_path, "instruments: [impossible-day.yaml]\n"))
    assert "impossible-day.yaml:" in str(caught.value)


def test_a_scenario_in_another_encoding_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "old.yaml"
    path.write_bytes((GOOD + 'notes: "Größe"\n').encode("latin-1"))
    with pytest.raises(BookError, match=r"old\.yaml:6: is not UTF-8 text"):
        load_scenario(path)


@pytest.mark.parametrize("name", ["no-permits-12-wekks", "nowhere.yaml", ""])
def test_a_scenario_that_is_not_there_is_told_with_those_that_are(name: str) -> None:
    with pytest.raises(NotFoundError, match="april-2025"):
        load_scenario(name)


PARAMETERS = """# name: parameters
# title: Parameters
# source: made up for tests
# licence: the licence of the project
# confidence: high
name,value,low,high,unit,distribution,source,confidence,meaning
approval,0.5,0.2,0.8,fraction,posterior,made up,D,a
lag_weeks,8,6,10,weeks,triangular,made up,D,b
"""


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("8,6,10", "8,9,10", "parameters.csv:8: lag_weeks: 9, 8, 10 are not in order; write low, value, high"),
        ("8,6,10", "8,6,ten", "parameters.csv:8: high 'ten' is not a number"),
        ("triangular", "normal", "parameters.csv:8: unknown distribution 'normal'; there are"),
        ("8,6,10,weeks,triangular", "8,0,10,weeks,lognormal", "parameters.csv:8: lag_weeks is lognormal and its low is 0"),
        ("lag_weeks,", "approval,", "parameters.csv:8: approval stands twice; remove one"),
        ("made up,D,b", ",D,b", "parameters.csv:8: there is no source"),
    ],
)
def test_mistakes_in_parameters(tmp_path: Path, old: str, new: str, words: str) -> None:
    (tmp_path / "parameters.csv").write_text(PARAMETERS.replace(old, new), "utf-8")
    (tmp_path / "posterior.csv").write_text("approval\n0.4\n0.6\n", "utf-8")
    with pytest.raises(InputError) as caught:
        Parameters.shipped(tmp_path)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("aproval\n0.4\n", "posterior.csv:1: unknown parameter 'aproval'; there are approval"),
        ("# a head\napproval\n0.4\nhalf\n", "posterior.csv:4: a cell is not a number; write digits with a point"),
        ("approval\n0.4\nnan\n", "posterior.csv:3: 1 numbers for 1 columns; write one finite number each"),
        ("approval,lag_weeks\n0.4,8\n0.5\n", "posterior.csv:3: 1 numbers for 2 columns"),
    ],
)
def test_mistakes_in_joint_draws(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "parameters.csv").write_text(PARAMETERS, "utf-8")
    (tmp_path / "posterior.csv").write_text(text, "utf-8")
    with pytest.raises(InputError) as caught:
        Parameters.shipped(tmp_path)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("approval", 25, "approval is 25, not between 0 and 1 (fraction). Write 0.25 for 25 %."),
        ("approval", 5, "not between 0 and 1"),
        ("throughput", 60, "not between 0 and 10 (fraction of normal trade). Write 0.25 for 25 %."),
        ("lag_weeks", -1, "lag_weeks is -1"),
        ("lag_weeks", float("nan"), "lag_weeks is nan"),
        ("elasticity_short", 0.15, "not between -10 and 0"),
        ("price_curve", -2, "not between 0 and 10"),
        ("growth", 5, "not between -0.9 and 1"),
        ("backlog_rate", 4, "not between 0 and 1 (1/week)"),
        ("switch_weeks", 0, "not between 4 and"),
        ("aproval", 0.5, "unknown parameter 'aproval'; there are approval"),
    ],
)
def test_settings_that_cannot_be(name: str, value: float, words: str) -> None:
    with pytest.raises(InputError) as caught:
        Parameters.shipped().moved({name: value})
    assert words in str(caught.value)


def test_settings_that_look_odd_and_can_be() -> None:
    moved = Parameters.shipped().moved({"growth": -0.05, "capacity_slack": 2.0, "throughput": 2.5, "lag_weeks": 0.0})
    assert [moved.fixed(n) for n in ("growth", "capacity_slack", "throughput", "lag_weeks")] == [-0.05, 2.0, 2.5, 0.0]


def test_every_fault_of_these_files_has_a_case() -> None:
    """The list of mistakes is as long as it is meant to be: none was lost on the way."""
    assert len(CASES) >= 50
    assert len({case["case"] for case in CASES}) == len(CASES)
    assert len(list(BROKEN.glob("*.yaml"))) >= 55
