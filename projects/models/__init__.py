"""Tables of productions."""

from projects.models.audit import AuditEvent, AuditHead
from projects.models.guides import PromptTemplate, ReferenceItem, ReferenceSet, StyleGuide
from projects.models.project import Project, ProjectStyle
from projects.models.providers import CostEvent, ProjectSecret, ProviderAccount
from projects.models.webhook import Webhook, WebhookDelivery

__all__ = ["AuditEvent", "AuditHead", "CostEvent", "Project", "ProjectSecret", "ProjectStyle", "PromptTemplate", "ProviderAccount", "ReferenceItem", "ReferenceSet", "StyleGuide", "Webhook", "WebhookDelivery"]
