"""New supply: projects with delays and ramps, allied policies, and how long until alternatives carry the load."""

from countermeasure.supply.projects.additions import Additions, Frame
from countermeasure.supply.projects.alternatives import Alternatives, Crossing, alternatives
from countermeasure.supply.projects.drawn import DrawnSupply, supply_of_projects
from countermeasure.supply.projects.outlook import outlook
from countermeasure.supply.projects.policies import Policy, apply_policies, policy_from
from countermeasure.supply.projects.table import Project, capacity_paths, read_projects, shipped_projects

__all__ = [
    "Additions",
    "Alternatives",
    "Crossing",
    "DrawnSupply",
    "Frame",
    "Policy",
    "Project",
    "alternatives",
    "apply_policies",
    "capacity_paths",
    "outlook",
    "policy_from",
    "read_projects",
    "shipped_projects",
    "supply_of_projects",
]
