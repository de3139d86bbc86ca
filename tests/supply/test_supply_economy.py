"""The economy: tables, weekly dynamics, and what holds of them."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countermeasure.errors import InputError, NotFoundError
from countermeasure.supply.economy import (
    INDUSTRY_SHARES,
    CriticalInputs,
    IOTable,
    Rules,
    capacity_of,
    critical_inputs,
    read_compact,
    simulate_economy,
)

# Miller and Blair, Input-Output Analysis (2nd ed. 2009), table 2.3: two sectors, output 1000 and 2000.
MILLER_BLAIR = ([[150.0, 500.0], [200.0, 100.0]], [350.0, 1700.0])


def miller_blair() -> IOTable:
    return IOTable.closed([("A", "1"), ("A", "2")], *MILLER_BLAIR, source="Miller and Blair, table 2.3")


def random_table(seed: int, n: int, regions: int = 2) -> IOTable:
    rng = np.random.default_rng(seed)
    a = rng.random((n, n)) * (rng.random((n, n)) < 0.6)
    a = a / np.maximum(a.sum(axis=0), 1e-9) * rng.uniform(0.2, 0.7, n)
    final = rng.random(n) * 100 + 1
    x = np.linalg.solve(np.eye(n) - a, final)
    return IOTable.closed([(f"r{k % regions}", f"s{k // regions}") for k in range(n)], a * x, final)


def random_shock(seed: int, n: int, weeks: int = 80, draws: int = 3):
    rng = np.random.default_rng(seed)
    nodes = rng.permutation(n)[: rng.integers(1, n + 1)]
    capacity = np.ones((draws, weeks, len(nodes)))
    for d in range(draws):
        for k in range(len(nodes)):
            first = rng.integers(0, 15)
            capacity[d, first : first + rng.integers(1, 20), k] = rng.random()
    return nodes, capacity


tables = st.builds(random_table, st.integers(0, 10**6), st.integers(2, 10), st.integers(1, 3))


# ---------------------------------------------------------------------------------------------- tables


def test_the_textbook_table() -> None:
    table = miller_blair()
    assert table.output.tolist() == [1000.0, 2000.0]
    assert table.value_added.tolist() == [650.0, 1400.0]
    inverse = np.linalg.inv(np.eye(2) - table.z / table.output)
    assert inverse == pytest.approx(np.array([[1.254, 0.330], [0.264, 1.122]]), abs=5e-4)  # as printed there


def test_the_shipped_table_is_balanced_and_of_the_right_size() -> None:
    table = IOTable.shipped()
    assert len(table.regions) == 8
    assert len(table.sectors) == 20
    assert table.unit == "million USD"
    assert table.year == 2023
    assert np.abs(table.z.sum(axis=1) + table.final - table.output).max() <= 1e-6 * table.output.min()
    assert np.abs(table.z.sum(axis=0) + table.value_added - table.output).max() <= 1e-6 * table.output.min()
    # World Bank, World Development Indicators, GDP in 2023, trillion USD; the table scales them by growth: 3 %
    for region, trillion in {"US": 27.7, "CN": 17.8, "JP": 4.2, "KR": 1.8, "IN": 3.6}.items():
        assert table.gdp(region) / 1e6 == pytest.approx(trillion, rel=0.03)
    assert table.gdp() / 1e6 == pytest.approx(105.8, rel=0.02)


@pytest.mark.parametrize(
    ("z", "final", "words"),
    [
        ([[1, -2], [0, 0]], [5, 5], "z from A x to A y is negative (-2)"),
        ([[1, float("nan")], [0, 0]], [5, 5], "z from A x to A y is not a number"),
        ([[1, 2], [0, 0]], [5, -5], "final of A y is negative"),
        ([[1, 2], [9, 0]], [5, 5], "value_added of A x is negative"),
    ],
)
def test_a_bad_table_names_its_cell(z, final, words: str) -> None:
    with pytest.raises(InputError) as caught:
        IOTable.closed([("A", "x"), ("A", "y")], z, final)
    assert words in str(caught.value)


def test_a_table_of_the_wrong_shape_says_which() -> None:
    with pytest.raises(InputError, match=r"z has shape \(1, 2\), 2 nodes need \(2, 2\)"):
        IOTable((("A", "x"), ("A", "y")), np.ones((1, 2)), np.ones(2), np.ones(2), np.ones(2))


def test_an_unbalanced_table_names_its_node() -> None:
    with pytest.raises(InputError, match=r"A y: row \+ final is 5, output 6"):
        IOTable((("A", "x"), ("A", "y")), np.zeros((2, 2)), np.array([5.0, 5.0]), np.array([5.0, 6.0]), np.array([5.0, 6.0]))
    with pytest.raises(InputError, match="A x: column"):
        IOTable((("A", "x"), ("A", "y")), np.zeros((2, 2)), np.array([5.0, 5.0]), np.array([5.0, 5.0]), np.array([4.0, 5.0]))


def test_labels_stand_once_and_are_whole() -> None:
    with pytest.raises(InputError, match="A x stands twice"):
        IOTable.closed([("A", "x"), ("A", "x")], np.zeros((2, 2)), [1, 1])
    with pytest.raises(InputError, match="node 1 has no region"):
        IOTable.closed([("", "x")], np.zeros((1, 1)), [1])
    with pytest.raises(InputError, match="there are no nodes"):
        IOTable.closed([], np.zeros((0, 0)), [])


def test_a_table_cannot_be_changed_by_its_caller() -> None:
    z = np.zeros((1, 1))
    table = IOTable.closed([("A", "x")], z, [1.0])
    z[0, 0] = 7
    assert table.z[0, 0] == 0
    with pytest.raises(ValueError, match="read-only"):
        table.z[0, 0] = 1


def test_unknown_names_offer_near_ones() -> None:
    table = IOTable.shipped()
    with pytest.raises(NotFoundError, match="transport_equipment"):
        table.index("US", "transport_equipments")
    with pytest.raises(NotFoundError, match="unknown region 'UK'"):
        table.gdp("UK")
    assert table.nodes[table.index("JP", "machinery")] == ("JP", "machinery")


def test_merging_keeps_all_that_is_made() -> None:
    table = IOTable.shipped()
    small = table.merged(dict.fromkeys(table.regions, "world"), {"machinery": "equipment", "transport_equipment": "equipment"})
    assert small.regions == ("world",)
    assert len(small) == 19
    assert small.gdp() == pytest.approx(table.gdp(), rel=1e-12)
    assert small.output.sum() == pytest.approx(table.output.sum(), rel=1e-12)


def test_faults_of_a_compact_file_are_told_together() -> None:
    with pytest.raises(InputError) as caught:
        read_compact("# name: x\n# source: s\nregion,sector,A.x,final\nA,y,1,2\n", "x.csv")
    assert all(word in str(caught.value) for word in ("# unit:", "# year:", "# licence:", "x.csv:3: the columns"))
    head = "# unit: million USD\n# source: s\n# licence: l\n# year: 2020\n"
    with pytest.raises(InputError, match=r"x\.csv:6: .*could not convert"):
        read_compact(head + "region,sector,A.x,final\nA,x,one,2\n", "x.csv")
    assert read_compact(head + "region,sector,A.x,final\nA,x,1,2\n", "x.csv").output.tolist() == [3.0]


# ---------------------------------------------------------------------------------------------- critical inputs


def test_critical_inputs_by_cost_and_by_name() -> None:
    table = miller_blair()  # cost shares: 0.15 0.25 / 0.2 0.05
    assert sorted(critical_inputs(table, cost_share=0.2).share.tolist()) == pytest.approx([0.2, 0.25])
    listed = critical_inputs(table, cost_share=2, extra=[("2", "2")])
    assert (listed.users.tolist(), listed.goods, listed.use.tolist()) == ([1], (("", "2"),), [100.0])
    assert len(critical_inputs(table, cost_share=0.01, inputs=["1"])) == 2
    with pytest.raises(NotFoundError, match="unknown sector 'steel'"):
        critical_inputs(table, extra=[("steel", "1")])
    with pytest.raises(InputError, match="cost_share"):
        critical_inputs(table, cost_share=0)


def test_goods_of_several_origins_share_a_stock() -> None:
    table = IOTable.closed(
        [("A", "x"), ("B", "x"), ("A", "y")], [[0, 0, 30], [0, 0, 10], [0, 0, 0]], [1, 1, 100]
    )  # A's y buys x of both
    pooled, apart = critical_inputs(table), critical_inputs(table, by_origin=True)
    assert (len(pooled), pooled.use.tolist(), pooled.flow.tolist()) == (1, [40.0], [30.0, 10.0])
    assert apart.goods == (("A", "x"), ("B", "x"))
    capacity = np.ones((1, 30, 1))
    capacity[0, 2:] = 0
    lost = [
        simulate_economy(table, [1], capacity, critical=c, keep="nodes").output_loss[0, -1, 2] * 52 / table.output[2]
        for c in (pooled, apart)
    ]
    assert lost[1] > 0.99  # the product of B has no other in its place
    assert lost[0] < 0.5  # A's product keeps 3/4 of the stock filled


# ---------------------------------------------------------------------------------------------- dynamics


def oracle(table: IOTable, nodes, capacity, critical: CriticalInputs, rules: Rules):
    """The rules of the module, one draw, node by node, in absolute flows."""
    n, weeks = len(table), capacity.shape[0]
    x = table.output / 52
    use = critical.use / 52
    cover = np.array([rules.cover_of(s) for _, s in critical.goods])
    stock, order, spare, made = cover * use, use.copy(), np.ones(n), x.copy()
    followed = np.zeros((n, n))
    for line, pair in enumerate(critical.pair):
        followed[critical.supplier[line], critical.users[pair]] += critical.flow[line] / 52
    out = []
    for week in range(weeks):
        asked = table.final / 52 + (table.z / 52 - followed) @ np.divide(made, x)
        for line, pair in enumerate(critical.pair):
            asked[critical.supplier[line]] += order[pair] * critical.flow[line] / critical.use[pair]
        able = x * spare
        for k, node in enumerate(nodes):
            able[node] *= capacity[week, k]
        want = np.minimum(asked, able)
        made = want.copy()
        for pair, user in enumerate(critical.users):
            base = max(1.0, rules.psi * cover[pair]) * use[pair]
            made[user] = min(made[user], x[user] * stock[pair] / base)
        part = np.divide(made, asked, out=np.ones(n), where=asked > 0)
        for pair, user in enumerate(critical.users):
            lines = np.flatnonzero(critical.pair == pair)
            came = order[pair] * sum(critical.flow[m] / critical.use[pair] * part[critical.supplier[m]] for m in lines)
            run, hoped = made[user] / x[user], want[user] / x[user]
            stock[pair] += came - use[pair] * run
            gap = max(0.0, cover[pair] * use[pair] * (1 + rules.follow * (hoped - 1)) - stock[pair])
            extra = min(use[pair] * (hoped - run), gap) if rules.persist else 0.0
            order[pair] = use[pair] * run + gap / rules.restock_weeks + extra
        top = rules.overproduction - 1
        if top > 0:
            for i in range(n):
                step = min((1 - part[i]) * top, top - (spare[i] - 1)) if part[i] < 1 else 1 - spare[i]
                spare[i] += step / rules.overproduction_weeks
        out.append(1 - made / x)
    return np.array(out)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    "rules",
    [
        Rules(),
        Rules(cover_weeks={"s0": 2.0, "*": 6.0}, follow=1, persist=False),
        Rules(overproduction=1.25, overproduction_weeks=8),
    ],
    ids=["plain", "published", "overtime"],
)
def test_against_the_rules_written_out_node_by_node(seed: int, rules: Rules) -> None:
    table = random_table(seed, 7)
    nodes, capacity = random_shock(seed, 7, draws=2)
    critical = critical_inputs(table, cost_share=0.03)
    run = simulate_economy(table, nodes, capacity, critical=critical, rules=rules)
    for draw in range(2):
        want = oracle(table, nodes, capacity[draw], critical, rules)
        assert run.output_loss[draw] * 52 / table.output == pytest.approx(want, abs=3e-4)  # single precision against double


# BoARIO 0.7.2 (Juhel 2024), ARIOPsiModel, order type "noalt", steps of a day, stocks 90 days, restocking 60 days, psi 0.8: loss of
# output of all sectors in weeks of normal output, and in weeks 4, 10, 16, 22, 28 and 34 as a share of it. Seed, sectors, hit
# from week 4 to 16, cut, overproduction.
BOARIO = [
    (11, 20, [3], 0.5, 1.0, 1.972, [0.0509, 0.0606, 0.1835, 0.0615, 0.0, 0.0]),
    (11, 20, [3], 0.8, 1.25, 4.059, [0.0814, 0.2009, 0.3896, 0.1414, -0.0088, -0.0169]),
    (12, 30, [0, 1, 2], 0.6, 1.25, 3.266, [0.1232, 0.1489, 0.2994, 0.1070, -0.0087, -0.0127]),
    (13, 12, [2, 5], 0.4, 1.0, 2.223, [0.1151, 0.1270, 0.1670, 0.0367, 0.0001, 0.0]),
]


@pytest.mark.parametrize(("seed", "n", "nodes", "cut", "over", "total", "weeks"), BOARIO)
def test_the_published_rules_give_what_boario_gives(seed, n, nodes, cut, over, total, weeks) -> None:
    table = random_table(seed, n, 1)
    capacity = np.ones((1, 104, len(nodes)))
    capacity[:, 4:17] = 1 - cut
    rules = Rules(0.8, 60 / 7, 90 / 7, follow=1, persist=False, overproduction=over, overproduction_weeks=365 / 7)
    critical = critical_inputs(table, cost_share=1e-12)
    run = simulate_economy(table, nodes, capacity, critical=critical, rules=rules, keep="total")
    lost = run.output_loss[0, :, 0] / (table.output.sum() / 52)
    assert lost.sum() == pytest.approx(total, rel=0.04)  # a year of 365 days there, of 52 weeks here
    assert lost[4:40:6] == pytest.approx(weeks, abs=0.055)  # orders answer within days there, after a week here


def test_a_stock_runs_down_as_by_hand() -> None:
    # y needs x; x stops in week 0. Stock 4, threshold 0.8 * 4 = 3.2 weeks.
    table = IOTable.closed([("A", "x"), ("A", "y")], [[0, 50], [0, 0]], [1, 100])
    run = simulate_economy(table, [0], np.zeros((1, 5, 1)))
    made = 1 - run.output_loss[0, :, 1] * 52 / 100
    stock, by_hand = 4.0, []
    for _ in range(5):
        by_hand.append(min(1.0, stock / 3.2))
        stock -= by_hand[-1]
    assert by_hand[:3] == pytest.approx([1.0, 0.9375, 0.64453125])
    assert made == pytest.approx(by_hand, abs=1e-6)


def test_a_lasting_cut_ends_where_leontief_says() -> None:
    # 10 % less of sector 1 and nothing critical: 2 loses 0.2 * 100 / (1 - 0.05) of demand (coefficients of the textbook).
    run = simulate_economy(miller_blair(), [0], np.full((1, 60, 1), 0.9), critical=CriticalInputs.none())
    assert run.output_loss[0, -1] * 52 == pytest.approx([100.0, 20.0 / 0.95], rel=1e-5)
    assert run.value_added_loss[0, -1] * 52 == pytest.approx([65.0, 20.0 / 0.95 * 0.7], rel=1e-5)


@settings(max_examples=40)
@given(tables, st.booleans(), st.floats(1, 1.5))
def test_without_a_shock_nothing_moves_to_the_last_bit(table: IOTable, persist: bool, over: float) -> None:
    rules = Rules(persist=persist, overproduction=over)
    run = simulate_economy(table, np.arange(len(table)), np.ones((2, 300, len(table))), rules=rules, accounts=True)
    assert not run.output_loss.any()
    assert not run.value_added_loss.any()
    assert not simulate_economy(table, [], np.ones((1, 50, 0))).output_loss.any()


def test_a_shock_of_one_draw_leaves_the_others_alone() -> None:
    table = IOTable.shipped()
    capacity = np.ones((3, 40, 1))
    capacity[1, 5:20] = 0.4
    lost = simulate_economy(table, [table.index("CN", "electrical_electronics")], capacity).output_loss
    assert not lost[[0, 2]].any()
    assert not lost[1, :5].any()
    assert lost[1, 5:].any()


@settings(max_examples=60)
@given(tables, st.integers(0, 10**6), st.booleans())
def test_nothing_is_negative_and_accounts_close(table: IOTable, seed: int, persist: bool) -> None:
    nodes, capacity = random_shock(seed, len(table))
    rules = Rules(persist=persist, overproduction=1.1)
    run = simulate_economy(table, nodes, capacity, rules=rules, accounts=True)
    weekly = table.output / 52
    assert (run.output_loss <= weekly * (1 + 1e-5)).all()  # output is not negative
    assert (run.output_loss >= -weekly * 0.1001).all()  # nor above what overtime allows
    book = run.accounts
    assert (book.final >= -1e-6 * weekly.sum()).all()
    assert (book.value_added >= -1e-6 * weekly.sum()).all()
    left = book.value_added + book.other_costs - book.final - book.stock_change - book.unstocked
    assert np.abs(left).max() < 1e-5 * weekly.sum()
    lost = table.gdp() / 52 - book.value_added
    assert run.value_added_loss.sum(axis=2) == pytest.approx(lost, abs=1e-5 * weekly.sum())


@settings(max_examples=25)
@given(tables, st.integers(0, 10**6))
def test_stocks_never_go_below_zero(table: IOTable, seed: int) -> None:
    from countermeasure.supply.economy.ario import Worker

    nodes, capacity = random_shock(seed, len(table), draws=2)
    worker = Worker(table, critical_inputs(table, cost_share=0.01), Rules(), nodes)
    worker.start(2)
    for week in range(capacity.shape[1]):
        worker.step(np.ascontiguousarray(capacity[:, week].T, dtype=np.float32))
        assert (worker.stock + worker.cover >= -1e-5).all()
        assert (worker.order >= -1.00001).all()


@pytest.mark.parametrize("keep", ["regions", "sectors", "total"])
def test_sums_are_the_sums_of_the_nodes(keep: str) -> None:
    table = IOTable.shipped()
    nodes = [table.index("CN", "metals"), table.index("US", "machinery")]
    capacity = np.ones((5, 30, 2))
    capacity[:, 3:15] = np.linspace(0.2, 0.9, 10).reshape(5, 1, 2)
    whole = simulate_economy(table, nodes, capacity)
    run = simulate_economy(table, nodes, capacity, keep=keep)
    of = {"regions": [r for r, _ in table.nodes], "sectors": [s for _, s in table.nodes], "total": ["total"] * 160}[keep]
    for k, label in enumerate(run.labels):
        mine = np.array([own == label for own in of])
        assert run.output_loss[:, :, k] == pytest.approx(whole.output_loss[:, :, mine].sum(axis=2), rel=1e-4, abs=1)
        assert run.value_added_loss[:, :, k] == pytest.approx(whole.value_added_loss[:, :, mine].sum(axis=2), rel=1e-4, abs=1)
    assert run.output_loss.dtype == np.float32


def test_draws_do_not_depend_on_their_neighbours() -> None:
    table = random_table(3, 8)
    nodes, capacity = random_shock(3, 8, draws=300)
    run = simulate_economy(table, nodes, capacity, keep="total").output_loss
    alone = simulate_economy(table, nodes, capacity[290:291], keep="total").output_loss
    assert run[290] == pytest.approx(alone[0], rel=1e-4, abs=1e-4)


@settings(max_examples=60)
@given(tables, st.integers(0, 10**6), st.floats(0, 1))
def test_more_capacity_never_costs_output_where_no_input_is_critical(table: IOTable, seed: int, part: float) -> None:
    nodes, less = random_shock(seed, len(table), draws=1)
    more = less + part * (1 - less)
    both = simulate_economy(table, nodes, np.concatenate([less, more]), critical=CriticalInputs.none()).output_loss
    assert (both[1] <= both[0] + 1e-6 * table.output).all()


@pytest.mark.parametrize("sector", ["electrical_electronics", "transport_equipment", "machinery"])
@pytest.mark.parametrize("region", ["CN", "US", "EU", "JP"])
def test_more_capacity_of_one_node_never_costs_output_in_the_shipped_table(region: str, sector: str) -> None:
    table = IOTable.shipped()
    capacity = np.ones((11, 104, 1))
    capacity[:, 4:30, 0] = np.linspace(0, 1, 11)[:, None]
    lost = simulate_economy(table, [table.index(region, sector)], capacity, keep="total").output_loss.sum(axis=(1, 2))
    assert (np.diff(lost) <= 1e-5 * lost[0]).all()
    assert lost[-1] == 0


def test_a_wasteful_user_that_works_more_can_cost_others_their_input() -> None:
    # By design: what is scarce is rationed in proportion to orders, not to what it earns. Sector w uses much of x for
    # little output; when w works more, v (little x, much output) gets less.
    table = IOTable.closed(
        [("A", "x"), ("A", "v"), ("A", "w")], [[0, 10, 90], [0, 0, 0], [0, 0, 0]], [0, 1000, 100], source="made up"
    )
    critical = critical_inputs(table, cost_share=0.005)
    capacity = np.ones((2, 60, 2))
    capacity[:, 2:40, 0] = 0.3
    capacity[0, 2:40, 1] = 0.0
    lost = simulate_economy(table, [0, 2], capacity, critical=critical, keep="total").output_loss.sum(axis=(1, 2))
    assert lost[1] > 1.5 * lost[0]


def test_a_full_stop_can_cost_less_than_a_near_stop_of_a_basic_input() -> None:
    # By design as well: users of Chinese metals that stop at once keep the stocks of their other inputs and are back sooner.
    table = IOTable.shipped()
    capacity = np.ones((2, 104, 1))
    capacity[:, 4:30, 0] = np.array([[0.0], [0.3]])
    lost = simulate_economy(table, [table.index("CN", "metals")], capacity, keep="total").output_loss.sum(axis=(1, 2))
    assert lost[0] < lost[1] < 1.2 * lost[0]


@settings(max_examples=20)
@given(st.integers(0, 10**6))
def test_the_shipped_economy_comes_back_after_a_shock(seed: int) -> None:
    table = IOTable.shipped()
    nodes, capacity = random_shock(seed, 8, weeks=260, draws=2)
    places = [table.index(r, "transport_equipment") for r in table.regions]
    lost = simulate_economy(table, np.array(places)[nodes], capacity, keep="total").value_added_loss[:, :, 0]
    assert np.abs(lost[:, -1]).max() < 1e-4 * table.gdp() / 52


def test_overtime_makes_up_for_part_of_the_loss() -> None:
    table = IOTable.shipped()
    node = [table.index("US", "transport_equipment")]
    capacity = np.ones((1, 156, 1))
    capacity[0, 4:17] = 0.6
    plain = simulate_economy(table, node, capacity, keep="total").value_added_loss
    over = simulate_economy(table, node, capacity, keep="total", rules=Rules(overproduction=1.25)).value_added_loss
    assert over.sum() < plain.sum()
    assert plain.min() >= 0
    assert over.min() < 0


@pytest.mark.parametrize(
    ("nodes", "capacity", "options", "words"),
    [
        ([0], np.ones((2, 3)), {}, "need (draws, weeks, 1)"),
        ([0, 1], np.ones((2, 3, 1)), {}, "2 nodes need"),
        ([9], np.ones((1, 1, 1)), {}, "node 9 is not in the table of 2"),
        ([0, 0], np.ones((1, 1, 2)), {}, "a node is given twice"),
        ([0], np.full((1, 1, 1), 1.2), {}, "not 0 to 1; first: draw 0, week 0, node 0: 1.2"),
        ([0], np.full((1, 1, 1), np.nan), {}, "not 0 to 1"),
        ([0.5], np.ones((1, 1, 1)), {}, "must be a list of places"),
        ([0], np.ones((1, 1, 1)), {"keep": "all"}, "keep 'all' is unknown"),
        ([0], np.ones((1, 1, 1)), {"rules": Rules(psi=0)}, "psi is 0"),
        ([0], np.ones((1, 1, 1)), {"rules": Rules(cover_weeks=0.5)}, "cover_weeks must be at least 1"),
        ([0], np.ones((1, 1, 1)), {"rules": Rules(cover_weeks={"steel": 5})}, "unknown sector 'steel'"),
        ([0], np.ones((1, 1, 1)), {"rules": Rules(restock_weeks=0, overproduction=0.9)}, "overproduction is 0.9"),
        ([0], np.ones((1, 1, 1)), {"critical": critical_inputs(random_table(1, 6))}, "for another table"),
    ],
)
def test_a_run_that_cannot_start_says_why(nodes, capacity, options, words: str) -> None:
    with pytest.raises(InputError) as caught:
        simulate_economy(miller_blair(), nodes, capacity, **options)
    assert words in str(caught.value)


def test_nodes_without_output_do_no_harm() -> None:
    table = IOTable.closed([("A", "x"), ("A", "y"), ("A", "z")], [[0, 50, 0], [0, 0, 0], [0, 0, 0]], [1, 100, 0])
    run = simulate_economy(table, [0, 2], np.full((1, 20, 2), 0.5), accounts=True)
    assert np.isfinite(run.output_loss).all()
    assert not run.output_loss[..., 2].any()
    assert np.isfinite(run.accounts.final).all()


def test_402_industries_200_draws_104_weeks_run_quickly() -> None:
    rng = np.random.default_rng(5)
    n = 402
    a = rng.lognormal(0, 2.5, (n, n))
    a = a / a.sum(axis=0) * rng.uniform(0.3, 0.7, n)
    final = rng.lognormal(10, 1.5, n)
    table = IOTable.closed([("US", f"s{k}") for k in range(n)], a * np.linalg.solve(np.eye(n) - a, final), final)
    critical = critical_inputs(table, cost_share=0.02)
    capacity = np.ones((200, 104, 10))
    capacity[:, 1:60] = rng.random((200, 1, 10))
    simulate_economy(table, np.arange(10), capacity[:2], critical=critical)
    begun = time.process_time()
    simulate_economy(table, np.arange(10), capacity, critical=critical)
    assert time.process_time() - begun < 4  # under 1 s on an idle core; a loaded machine gets room


# ---------------------------------------------------------------------------------------------- industries


def test_industries_become_capacity_of_nodes() -> None:
    table = IOTable.shipped()
    half = np.full((2, 4), 0.5)
    nodes, capacity = capacity_of(table, {("cars", "US"): half, ("defence", "US"): half, ("medical", "JP"): half})
    assert [table.nodes[k] for k in nodes] == [("US", "transport_equipment"), ("JP", "electrical_electronics")]
    assert capacity[0, 0] == pytest.approx([1 - 0.5 * (0.648 + 0.063), 1 - 0.5 * 0.084])
    assert simulate_economy(table, nodes, capacity, keep="regions").output_loss.shape == (2, 4, 8)
    with pytest.raises(NotFoundError, match="unknown industry 'car'"):
        capacity_of(table, {("car", "US"): half})
    with pytest.raises(InputError, match="not 0 to 1"):
        capacity_of(table, {("cars", "US"): half * 3})
    with pytest.raises(InputError, match="shape"):
        capacity_of(table, {("cars", "US"): half, ("cars", "JP"): half[:, :2]})
    with pytest.raises(InputError, match="no losses"):
        capacity_of(table, {})


def test_every_industry_of_the_chain_has_a_sector_and_a_source() -> None:
    from countermeasure.supply.tables import shipped_text

    lines = shipped_text("industries.csv").splitlines()
    known = {line.split(",")[0] for line in lines if line and not line.startswith("#")} - {"industry"}
    assert {s.industry for s in INDUSTRY_SHARES} == known
    table = IOTable.shipped()
    for share in INDUSTRY_SHARES:
        assert share.sector in table.sectors
        assert 0 < share.share < 1
        assert share.source
        assert share.note
        assert share.confidence in "ABCDU"
    for sector in {s.sector for s in INDUSTRY_SHARES}:
        assert sum(s.share for s in INDUSTRY_SHARES if s.sector == sector) <= 1
