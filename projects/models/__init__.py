"""Tables of productions."""

from projects.models.guides import StyleGuide
from projects.models.project import Project, ProjectStyle
from projects.models.providers import CostEvent, ProjectSecret, ProviderAccount

__all__ = ["CostEvent", "Project", "ProjectSecret", "ProjectStyle", "ProviderAccount", "StyleGuide"]
