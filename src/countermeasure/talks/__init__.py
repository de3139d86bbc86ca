"""What is stable, what would break it, and what both sides could trade: conflicts as graphs of moves.

Doors are modules of their own: ``read.load_conflict``, ``solve.solve``, ``witness.explain``, ``paths.paths``,
``packages.packages``, ``coalitions.coalition_effect``, ``flip.flip``, ``robust.robust``, ``replay.replay``,
``measures.status_quo_on``; chances are kept apart in ``forecast``.
"""
