"""Paths of the production's pages."""

from django.urls import path

from projects.views import audit, files, projects, prompts, updates, webhooks

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
    path("projects/<str:p>/audit", audit.of_project, name="project-audit"),
    path("spaces/<uuid:pk>/audit", audit.of_space, name="space-audit"),
    path("projects/<str:p>/files", files.index, name="project-files"),
    path("projects/<str:p>/files/<uuid:pk>", files.act, name="project-file"),
]
