"""Arrays with named axes: parts, sums, bands, long form; errors that name axes and labels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from countermeasure.errors import InputError
from countermeasure.supply import Cube

PRODUCTS, REGIONS = ("ox_dy", "mag_heavy", "mag_light"), ("US", "EU")
DRAWS = tuple(map(str, range(5)))
AXES = (("draw", DRAWS), ("product", PRODUCTS), ("region", REGIONS))


def cube(values: np.ndarray | None = None) -> Cube:
    numbers = np.arange(30.0).reshape(5, 3, 2) if values is None else values
    return Cube("exports", "t/week", AXES, numbers)


def test_one_label_drops_its_axis_and_several_keep_it() -> None:
    one = cube().select(product="mag_heavy")
    assert one.names == ("draw", "region")
    np.testing.assert_array_equal(one.values, cube().values[:, 1])
    some = cube().select(product=("mag_light", "ox_dy"), region="EU")
    assert some.axes == (("draw", DRAWS), ("product", ("mag_light", "ox_dy")))
    np.testing.assert_array_equal(some.values, cube().values[:, [2, 0], 1])  # in the order asked
    assert cube().select(product=["ox_dy"]).names == ("draw", "product", "region")
    assert cube().select().axes == AXES


def test_order_of_selection_does_not_matter() -> None:
    once = cube().select(region="US", draw="3")
    twice = cube().select(draw="3").select(region="US")
    assert once.axes == twice.axes == (("product", PRODUCTS),)
    np.testing.assert_array_equal(once.values, twice.values)


def test_selecting_leaves_the_cube_alone() -> None:
    whole = cube()
    part = whole.select(product=("ox_dy",))
    part.values[:] = -1
    np.testing.assert_array_equal(whole.values, cube().values)
    assert (whole.name, whole.unit) == (part.name, part.unit)


def test_sums_over_named_axes() -> None:
    np.testing.assert_array_equal(cube().sum("product").values, cube().values.sum(axis=1))
    total = cube().sum("region", "product", "draw")
    assert total.axes == ()
    assert float(total.values) == np.arange(30).sum()
    assert cube().sum().axes == AXES


def test_bands_hold_quantiles_on_a_new_last_axis() -> None:
    band = cube().band()
    assert band.names == ("product", "region", "quantile")
    assert band.labels("quantile") == ("0.05", "0.5", "0.95")
    for place, level in enumerate((0.05, 0.5, 0.95)):
        np.testing.assert_allclose(band.select(quantile=f"{level:g}").values, np.quantile(cube().values, level, axis=0))
        assert band.values[0, 0, place] == pytest.approx(24 * level)  # the first cell of the draws is 0, 6, 12, 18, 24
    other = cube().band("region", (0.0, 1.0))
    assert other.axes[-1] == ("quantile", ("0", "1"))
    np.testing.assert_array_equal(other.values, cube().values)


def test_long_form_by_row_and_by_column_is_the_same() -> None:
    rows, columns = list(cube().rows()), cube().columns()
    assert rows[0] == ("0", "ox_dy", "US", 0.0)
    assert rows[-1] == ("4", "mag_light", "EU", 29.0)
    assert list(columns) == ["draw", "product", "region", "value", "unit"]
    assert rows == list(zip(*(columns[n] for n in ("draw", "product", "region", "value")), strict=True))
    assert set(columns["unit"]) == {"t/week"}
    assert all(type(v) is float for v in columns["value"])


def test_a_cube_without_axes_is_one_cell() -> None:
    single = cube().sum(*cube().names)
    assert list(single.rows()) == [(435.0,)]


@given(arrays(np.float64, (5, 3, 2), elements=st.floats(-1e6, 1e6)), st.permutations(PRODUCTS), st.integers(1, 3))
def test_parts_sum_to_the_whole_whatever_their_order(values: np.ndarray, order: list[str], cut: int) -> None:
    whole = cube(values)
    parts = [whole.select(product=tuple(p)).sum("product").values for p in (order[:cut], order[cut:]) if p]
    np.testing.assert_allclose(sum(parts), whole.sum("product").values, atol=1e-6)
    band = whole.band()
    low, mid, high = (band.select(quantile=q).values for q in ("0.05", "0.5", "0.95"))
    assert (low <= mid + 1e-9).all()
    assert (mid <= high + 1e-9).all()


@pytest.mark.parametrize(
    ("ask", "code", "words"),
    [
        (lambda c: c.select(products="ox_dy"), "unknown_axis", ["exports has no axis 'products'", "draw, product, region"]),
        (lambda c: c.select(product="mag_hevy"), "unknown_label", ["the axis product has no 'mag_hevy'", "ox_dy, mag_heavy"]),
        (lambda c: c.select(region=("US", "Mars")), "unknown_label", ["the axis region has no 'Mars'", "US, EU"]),
        (lambda c: c.sum("week"), "unknown_axis", ["no axis 'week'", "draw, product, region"]),
        (lambda c: c.band("draws"), "unknown_axis", ["no axis 'draws'"]),
        (lambda c: c.labels("unit"), "unknown_axis", ["no axis 'unit'"]),
        (lambda c: c.sum("draw").band(), "unknown_axis", ["no axis 'draw'", "product, region"]),
        (
            lambda c: c.select(product="ox_dy", region="US").select(product="ox_dy"),
            "unknown_axis",
            ["no axis 'product'", "draw"],
        ),
    ],
)
def test_errors_name_axes_and_labels(ask, code: str, words: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        ask(cube())
    assert caught.value.code == code
    for word in words:
        assert word in str(caught.value)


def test_many_labels_are_told_in_part() -> None:
    weeks = tuple(f"2027-01-{d:02d}" for d in range(1, 21))
    with pytest.raises(InputError, match=r"2027-01-12 \.\.\.") as caught:
        Cube("price", "times normal", (("week", weeks),), np.ones(20)).select(week="2028-01-01")
    assert "2027-01-13" not in str(caught.value)


@pytest.mark.parametrize("shape", [(5, 3), (3, 2, 5), (5, 3, 2, 1), ()])
def test_values_must_fit_the_axes(shape: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match=r"does not fit the axes \(5, 3, 2\)"):
        cube(np.zeros(shape))
