"""The renders' JSON doors."""

from ninja import Router

from renders.api.kits import router as kits
from renders.api.knowledge import router as knowledge
from renders.api.pictures import router as pictures
from renders.api.providers import router as providers
from renders.api.runs import router as runs
from renders.api.scene_images import router as scene_images
from renders.api.tasks import router as tasks
from renders.api.treatments import router as treatments

router = Router()
for part in (tasks, runs, pictures, kits, providers, treatments, scene_images, knowledge):
    router.add_router("", part)
