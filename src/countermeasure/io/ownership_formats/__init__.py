"""Readers of the file forms in which ownership comes, one module each; ``countermeasure.io.ownership`` chooses among them."""
