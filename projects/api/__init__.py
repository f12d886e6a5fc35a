"""The production's JSON doors."""

from ninja import Router

from projects.api.files import router as files
from projects.api.projects import router as projects
from projects.api.updates import router as updates

router = Router()
router.add_router("", projects)
router.add_router("", updates)
router.add_router("", files)
