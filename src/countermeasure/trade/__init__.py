"""Who loses from a tariff, where goods divert, and what both sides would sign: general equilibrium in hat algebra."""
