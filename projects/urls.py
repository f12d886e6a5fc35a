"""Paths of the production's pages."""

from django.urls import path

from projects.views import audit, bible, files, packages, projects, prompts, storage, updates, webhooks

urlpatterns = [
    path("spaces/<uuid:pk>/projects", projects.index, name="space-projects"),
    path("spaces/<uuid:pk>/projects/new", projects.new, name="project-new"),
    path("projects/<str:p>/edit", projects.edit, name="project-edit"),
    path("projects/<str:p>/import", projects.bring_in, name="project-import"),
    path("projects/<str:p>/variants/<uuid:pk>", projects.variant, name="project-variant"),
    path("projects/<str:p>/styles/<uuid:pk>", projects.style, name="project-style"),
    path("projects/<str:p>/styles/<uuid:pk>/update", updates.style, name="project-style-update"),
    path("projects/<str:p>/updates", updates.index, name="project-updates"),
    path("projects/<str:p>/rebase/<uuid:pk>", updates.bring, name="project-rebase"),
    path("projects/<str:p>/pin/<uuid:pk>", updates.pin, name="project-pin"),
    path("projects/<str:p>/prompts", prompts.index, name="project-prompts"),
    path("projects/<str:p>/prompts/<uuid:pk>", prompts.act, name="project-prompt-act"),
    path("projects/<str:p>/prompts/<str:stage>", prompts.write, name="project-prompt"),
    path("projects/<str:p>/webhooks", webhooks.index, name="project-webhooks"),
    path("projects/<str:p>/webhooks/<uuid:pk>", webhooks.show, name="project-webhook"),
    path("projects/<str:p>/webhooks/<uuid:pk>/<str:verb>", webhooks.act, name="project-webhook-act"),
    path("projects/<str:p>/bible", bible.show, name="project-bible"),
    path("projects/<str:p>/bible/edit", bible.write, name="project-bible-edit"),
    path("projects/<str:p>/bible/export", bible.export, name="project-bible-export"),
    path("projects/<str:p>/bible/import", bible.bring, name="project-bible-import"),
    path("projects/<str:p>/bible/history/<int:number>", bible.revision, name="project-bible-revision"),
    path("projects/<str:p>/bible/characters/new", bible.person, name="project-bible-new"),
    path("projects/<str:p>/bible/people/<str:name>", bible.person, name="project-bible-person"),
    path("projects/<str:p>/bible/people/<str:name>/sync", bible.sync, name="project-bible-sync"),
    path("projects/<str:p>/bible/people/<str:name>/<str:verb>", bible.act, name="project-bible-act"),
    path("projects/<str:p>/storage", storage.index, name="project-storage"),
    path("projects/<str:p>/storage/<str:verb>", storage.act, name="project-storage-act"),
    path("projects/<str:p>/exports", packages.index, name="project-exports"),
    path("projects/<str:p>/exports/<uuid:pk>", packages.download, name="project-export"),
    path("projects/<str:p>/exports/<uuid:pk>/delete", packages.drop, name="project-export-drop"),
    path("spaces/<uuid:pk>/packages", packages.arrived, name="space-packages"),
    path("projects/<str:p>/audit", audit.of_project, name="project-audit"),
    path("spaces/<uuid:pk>/audit", audit.of_space, name="space-audit"),
    path("spaces/<uuid:pk>/audit/export", audit.export, name="space-audit-export"),
    path("projects/<str:p>/files", files.index, name="project-files"),
    path("projects/<str:p>/files/<uuid:pk>", files.act, name="project-file"),
]
