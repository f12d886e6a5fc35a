"""`manage.py rotate_secrets`: writes every kept secret again under the first of IAT_FERNET_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from iat.kernel import enter
from projects.domain import accounts


class Command(BaseCommand):
    """Put the new key first, run this, then take the old one away."""

    help = "Writes every kept secret again under the first of IAT_FERNET_KEYS. Put the new key first, run this, then take the old one away."

    def handle(self, *args: Any, **options: Any) -> None:
        """Says how many."""
        from fernet_fields.fields import DecryptionError

        try:
            with enter.everywhere("new keys are for the secrets of all spaces"):
                count = accounts.reencrypt()
        except DecryptionError:
            raise CommandError("A secret cannot be read with any of IAT_FERNET_KEYS. Name the key it was written with behind the new one; nothing was lost.") from None
        self.stdout.write(f"{count} secret{'s' if count != 1 else ''} written again.")
