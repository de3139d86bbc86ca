"""One sector, many economies: who buys what from whom, and the parameters of the model."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from countermeasure.errors import InputError
from countermeasure.trade.one.checks import economy_faults, parameter_faults, refuse, repeated, table_of, values_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["OneSector", "Parameters"]


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters of the one-sector model; the defaults are those of the published study.

    Attributes:
        elasticity: Trade elasticity, epsilon: exponent of delivered prices in shares.
        labour: Elasticity of labour supply with respect to the real wage after tax, kappa; 0 fixes employment.
        scale: Fall of unit cost with employment, psi; 0 is constant returns.
        pass_through: Share of a tariff that firms pass on to their price; 1 is complete.
        value_share: Share of value added in sales, beta; below 1 output is also an input (roundabout). Set it by
            :meth:`OneSector.roundabout`, which makes the flows gross.
        rebate: ``income_tax``: tariff revenue replaces a tax on labour income; ``lump_sum``: households are given it.

    Source:
        Ignatenko, Lashkaripour, Macedoni, Simonovska (2025), J. of International Economics 157:104138: epsilon 4, kappa 0.5,
        psi 0.67 / 4, beta 0.49 in the roundabout version.
    """

    elasticity: float = 4.0
    labour: float = 0.5
    scale: float = 0.67 / 4
    pass_through: float = 1.0
    value_share: float = 1.0
    rebate: Literal["income_tax", "lump_sum"] = "income_tax"

    def __post_init__(self) -> None:
        refuse(parameter_faults(self), "in the parameters", "bad_parameters")


@dataclass(frozen=True, eq=False)
class OneSector:
    """A baseline of one sector. N economies; [importer, origin] throughout.

    Attributes:
        countries: Codes, (N,).
        flows: Value at the border before tariffs, home sales on the diagonal, (N, N).
        tariff: Tariffs in force, fractions of that value, (N, N); 0 at home.
        profit_share: Share of the value of purchases that stays with the buying economy as profits, nu, (N,); deficits
            answer to tariffs through it. All 0 is the usual model of fixed transfers.
        parameters: Of the model.
        unit: Of the flows.
        year: Of the flows.
        source: Who made them.

    Raises:
        InputError: With every faulty cell.
    """

    countries: tuple[str, ...]
    flows: Array
    tariff: Array
    profit_share: Array
    parameters: Parameters = field(default_factory=Parameters)
    unit: str = "thousand USD"
    year: int = 0
    source: str = ""

    def __post_init__(self) -> None:
        refuse(economy_faults(self.countries, self.flows, self.tariff, self.profit_share), "in the baseline", "bad_baseline")

    @classmethod
    def from_table(
        cls,
        trade: Mapping[tuple[str, str], float] | Array,
        gdp: Mapping[str, float] | Array,
        tariff: Mapping[tuple[str, str], float] | Array | None = None,
        *,
        countries: Sequence[str],
        profit_share: Mapping[str, float] | Array | float = 0.0,
        parameters: Parameters | None = None,
        home: Literal["residual", "published"] = "residual",
        clip_home: bool = False,
        unit: str = "thousand USD",
        year: int = 0,
        source: str = "",
    ) -> OneSector:
        """Build a baseline from trade and output; home sales are what output and transfers leave after imports.

        Args:
            trade: Imports by origin at the border, (N, N) [importer, origin], or a mapping (importer, origin) -> value; its
                diagonal is not used.
            gdp: Output in the unit of trade, (N,), or by code.
            tariff: Tariffs in force, as trade; none if absent, as in the published study.
            countries: Codes; the order of all arrays.
            profit_share: By code, (N,), or one for all; see :func:`profit_split`.
            parameters: Of the model.
            home: ``residual``: output comes out as given; ``published``: the rule of the published study, which weights exports
                once more by 1 - nu and so ends with an output above the given one by nu times exports (for its numbers only).
            clip_home: Set home sales to 0 where the residual is negative, as the published study does; otherwise refuse.
            unit: Of trade and output.
            year: Of the data.
            source: Who made them.

        Raises:
            InputError: Unknown or repeated labels, negative values, NaN, negative home sales, tariffs at or below -100 %.
        """
        labels = tuple(countries)
        faults = repeated(labels)
        bought = table_of("trade", trade, labels, faults)
        output = values_of("gdp", gdp, labels, faults)
        rate = table_of("tariff", {} if tariff is None else tariff, labels, faults)
        share = values_of("profit_share", profit_share, labels, faults)
        refuse(faults, "in the tables", "bad_table")
        np.fill_diagonal(bought, 0.0)
        own = home_sales(bought, output, share, published=home == "published")
        bad = np.flatnonzero(own <= 0)
        if bad.size and not clip_home:
            raise InputError(
                f"{bad.size} of {len(labels)} economies have no home sales left after imports",
                code="no_home_sales",
                cure="Mend imports or output of these, merge them with a neighbour, or pass clip_home=True to set them to 0.",
                faults=[f"home sales of {labels[n]} would be {own[n]:.6g}" for n in bad[:50]],
            )
        np.fill_diagonal(bought, np.maximum(own, 0.0))
        return cls(labels, bought, rate, share, parameters or Parameters(), unit, year, source)

    def country(self, code: str) -> int:
        """Place of an economy.

        Raises:
            InputError: If there is none of that code.
        """
        if code not in self.countries:
            raise InputError(
                f"unknown economy {code!r}", code="unknown_country", cure=f"The baseline has {', '.join(self.countries)}."
            )
        return self.countries.index(code)

    def with_parameters(self, **changes: Any) -> OneSector:  # noqa: ANN401
        """The same baseline with other parameters, as ``with_parameters(rebate="lump_sum")``; not ``value_share``."""
        if "value_share" in changes:
            raise InputError("value_share is set by roundabout(), which makes the flows gross", code="bad_parameters")
        return replace(self, parameters=replace(self.parameters, **changes))

    def with_fixed_transfers(self) -> OneSector:
        """The same flows without profits of buyers: transfers are a fixed share of world output, prices pass through fully."""
        return replace(self, profit_share=np.zeros(len(self.countries)))

    def roundabout(self, value_share: float = 0.49) -> OneSector:
        """The version whose output is also an input: home sales become gross, ``home / value_share``."""
        if self.parameters.value_share != 1.0:
            raise InputError("the baseline is of the roundabout version already", code="bad_parameters")
        parameters = replace(self.parameters, value_share=value_share)
        flows = self.flows.copy()
        np.fill_diagonal(flows, np.diag(flows) / value_share)
        return replace(self, flows=flows, parameters=parameters)

    @cached_property
    def paid(self) -> Array:
        """What buyers pay, tariffs included, (N, N)."""
        return np.asarray(self.flows * (1 + self.tariff))

    @cached_property
    def expenditure(self) -> Array:
        """Purchases of each economy, tariffs included, (N,)."""
        return np.asarray(self.paid.sum(axis=1))

    @cached_property
    def shares(self) -> Array:
        """Shares of expenditure by origin, (N, N)."""
        return np.asarray(self.paid / self.expenditure[:, None])

    @cached_property
    def purchases(self) -> Array:
        """Purchases of each economy at the border, home included, (N,)."""
        return np.asarray(self.flows.sum(axis=1))

    @cached_property
    def sales(self) -> Array:
        """What producers are left of their sales after profits of buyers, (N,)."""
        return np.asarray((1 - self.profit_share) @ self.flows)

    @cached_property
    def output(self) -> Array:
        """Income of labour and profits of buyers, Y, (N,)."""
        return np.asarray(self.parameters.value_share * self.sales + self.profit_share * self.purchases)

    @cached_property
    def transfer(self) -> Array:
        """What an economy buys above its income, T, (N,); sums to 0."""
        return np.asarray(self.purchases - self.output - (1 - self.parameters.value_share) * self.sales)

    @cached_property
    def revenue(self) -> Array:
        """Tariff revenue in the baseline, (N,)."""
        return np.asarray(self.expenditure - self.purchases)

    @cached_property
    def price_power(self) -> Array:
        """Power of 1 + tariff in delivered prices, phi, (N,): pass-through plus what entry of foreign firms adds to it."""
        scale = self.parameters.scale
        return np.asarray(self.parameters.pass_through - 1 + (1 + scale) / (1 - self.profit_share) - scale)


def home_sales(trade: Array, gdp: Array, profit_share: Array, *, published: bool = False) -> Array:
    """Home sales left by output after exports and the profits of buyers, (N,); trade has an empty diagonal."""
    keep = 1 - profit_share
    exports, imports = keep @ trade, trade.sum(axis=1)
    if published:
        return np.asarray(gdp + keep * (imports - exports) - imports)
    return np.asarray(gdp - exports - profit_share * imports)
