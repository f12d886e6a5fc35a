"""Tables of the library."""

from spaces.models.asset import Asset, AssetLink
from spaces.models.definition import Definition, DefinitionRevision
from spaces.models.kit import AvatarAsset, AvatarKit
from spaces.models.people import ApiToken, IdempotentAnswer, Membership, Role, User, UserPreference
from spaces.models.space import Space

__all__ = [
    "ApiToken", "Asset", "AssetLink", "AvatarAsset", "AvatarKit", "Definition", "DefinitionRevision", "IdempotentAnswer",
    "Membership", "Role", "Space", "User", "UserPreference",
]
