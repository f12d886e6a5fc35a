"""Tables of productions."""

from projects.models.audit import AuditEvent, AuditHead
from projects.models.bible import BibleCharacter, BibleRevision, ProjectBible
from projects.models.guides import PromptTemplate, ReferenceItem, ReferenceSet, StyleGuide
from projects.models.packages import PackageArrival, ProjectExport
from projects.models.project import Project, ProjectStyle
from projects.models.providers import CostEvent, ProjectSecret, ProviderAccount
from projects.models.storage import ProjectStorage, StorageSync, SyncedFile
from projects.models.webhook import Webhook, WebhookDelivery

__all__ = ["AuditEvent", "AuditHead", "BibleCharacter", "BibleRevision", "CostEvent", "PackageArrival", "Project", "ProjectBible", "ProjectExport", "ProjectSecret", "ProjectStorage", "ProjectStyle", "PromptTemplate", "ProviderAccount", "ReferenceItem", "ReferenceSet", "StorageSync", "StyleGuide", "SyncedFile", "Webhook", "WebhookDelivery"]
