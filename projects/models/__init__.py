"""Tables of productions."""

from projects.models.guides import StyleGuide
from projects.models.project import Project, ProjectStyle

__all__ = ["Project", "ProjectStyle", "StyleGuide"]
