"""Pages, one module each: a function that answers, a page that shows it, an address of the interface that returns it."""
