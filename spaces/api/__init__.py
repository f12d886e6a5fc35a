"""The library's JSON doors."""

from ninja import Router

from spaces.api.definitions import router as definitions
from spaces.api.files import router as files
from spaces.api.kits import router as kits
from spaces.api.people import router as people
from spaces.api.spaces import router as spaces
from spaces.api.templates import router as templates

router = Router()
for part in (people, spaces, definitions, templates, kits, files):
    router.add_router("", part)
