"""Parties: names, lists, screening, ownership. Give it a name, and it says who on which list it may be, and why."""
