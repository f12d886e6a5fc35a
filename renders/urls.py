"""Paths of pages with pictures in them."""

from django.urls import path

from renders.views import home, kits, library, lineage, pictures, projects, providers, reading, review, runs, tasks

urlpatterns = [
    path("", home.home, name="home"),
    path("sketch/<uuid:pk>", library.sketch, name="sketch"),
    path("definitions/<uuid:pk>", library.definition, name="definition"),
    path("definitions/<uuid:pk>/lineage", lineage.show, name="definition-lineage"),
    path("definitions/<uuid:pk>/views", library.base_view, name="definition-views"),
    path("kits/<uuid:pk>", kits.sheet, name="kit"),
    path("kits/<uuid:pk>/act", kits.act, name="kit-act"),
    path("kits/<uuid:pk>/compare", kits.compare, name="kit-compare"),
    path("kits/<uuid:pk>/sheet.<str:format>", kits.printed, name="kit-print"),
    path("projects/<str:p>", projects.show, name="project"),
    path("projects/<str:p>/gallery", projects.gallery, name="gallery"),
    path("projects/<str:p>/gallery/bulk", projects.bulk, name="gallery-bulk"),
    path("projects/<str:p>/providers", providers.index, name="providers"),
    path("projects/<str:p>/providers/<str:code>", providers.edit, name="provider"),
    path("projects/<str:p>/providers/<str:code>/<str:verb>", providers.act, name="provider-act"),
    path("spaces/<uuid:p>/providers", providers.index, name="space-providers"),
    path("spaces/<uuid:p>/providers/<str:code>", providers.edit, name="space-provider"),
    path("spaces/<uuid:p>/providers/<str:code>/<str:verb>", providers.act, name="space-provider-act"),
    path("projects/<str:p>/costs", providers.spent, name="costs"),
    path("calls/<uuid:pk>/write-off", runs.write_off, name="call-write-off"),
    path("projects/<str:p>/read", reading.read, name="read-file"),
    path("projects/<str:p>/review/queue", review.waiting, name="review-waiting"),
    path("projects/<str:p>/review", review.queue, name="review-queue"),
    path("projects/<str:p>/tasks/new", tasks.new, name="task-new"),
    path("tasks/<uuid:pk>", tasks.show, name="task"),
    path("tasks/<uuid:pk>/edit", tasks.edit, name="task-edit"),
    path("tasks/<uuid:pk>/delete", tasks.delete, name="task-delete"),
    path("tasks/<uuid:pk>/plan", tasks.plan, name="task-plan"),
    path("tasks/<uuid:pk>/render", tasks.render_task, name="task-render"),
    path("runs/<uuid:pk>", runs.show, name="run"),
    path("runs/<uuid:pk>/<str:verb>", runs.act, name="run-act"),
    path("jobs/<uuid:pk>/knockout", review.knockout, name="knockout"),
    path("jobs/<uuid:pk>/review", review.desk, name="review"),
    path("candidates/<uuid:pk>/<str:verb>", review.decide, name="decide"),
    path("renders/<uuid:pk>", pictures.show, name="render"),
    path("renders/<uuid:pk>/<str:verb>", pictures.act, name="render-act"),
]
