"""Paths of the production's pages."""

from django.urls import path

from projects.views import projects

urlpatterns = [
    path("spaces/<uuid:pk>/projects", projects.index, name="space-projects"),
    path("spaces/<uuid:pk>/projects/new", projects.new, name="project-new"),
    path("projects/<str:p>/edit", projects.edit, name="project-edit"),
    path("projects/<str:p>/import", projects.bring_in, name="project-import"),
    path("projects/<str:p>/variants/<uuid:pk>", projects.variant, name="project-variant"),
    path("projects/<str:p>/styles/<uuid:pk>", projects.style, name="project-style"),
]
