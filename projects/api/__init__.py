"""The production's JSON doors."""

from ninja import Router

from projects.api.audit import router as audit
from projects.api.bible import router as bible
from projects.api.files import router as files
from projects.api.packages import router as packages
from projects.api.projects import router as projects
from projects.api.prompts import router as prompts
from projects.api.references import router as references
from projects.api.storage import router as storage
from projects.api.updates import router as updates
from projects.api.webhooks import router as webhooks

router = Router()
router.add_router("", projects)
router.add_router("", updates)
router.add_router("", files)
router.add_router("", prompts)
router.add_router("", webhooks)
router.add_router("", audit)
router.add_router("", references)
router.add_router("", bible)
router.add_router("", packages)
router.add_router("", storage)
