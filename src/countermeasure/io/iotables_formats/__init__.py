"""Readers of the file forms of input-output tables, one module each; ``countermeasure.io.iotables`` chooses among them."""
