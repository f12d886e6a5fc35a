"""The production's JSON doors."""

from ninja import Router

from projects.api.projects import router as projects

router = Router()
router.add_router("", projects)
