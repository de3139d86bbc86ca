"""Ownership: whom restricted parties own, under which rule, for certain or possibly, and why."""
