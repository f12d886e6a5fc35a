"""Tables of the library."""

from spaces.models.asset import Asset, AssetLink
from spaces.models.definition import Definition, DefinitionRevision, VersionPin
from spaces.models.fetch import Fetch
from spaces.models.heartbeat import Heartbeat
from spaces.models.kit import AvatarAsset, AvatarKit
from spaces.models.people import ApiToken, IdempotentAnswer, Membership, Role, User, UserPreference
from spaces.models.search import DefinitionWords, Holds
from spaces.models.space import Space
from spaces.models.template import Template, TemplateVersion

__all__ = [
    "ApiToken", "Asset", "AssetLink", "AvatarAsset", "AvatarKit", "Definition", "DefinitionRevision", "DefinitionWords", "Fetch", "Heartbeat", "Holds", "IdempotentAnswer",
    "Membership", "Role", "Space", "Template", "TemplateVersion", "User", "UserPreference", "VersionPin",
]
