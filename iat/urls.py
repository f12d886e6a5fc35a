"""Addresses."""

from django.contrib import admin
from django.urls import include, path

from iat import health
from iat.api import api
from iat.metrics import metrics

urlpatterns = [
    path("health", health.health, name="health"),
    path("ready", health.ready, name="ready"),
    path("metrics", metrics, name="metrics"),
    path("api/", api.urls),
    path("admin/", admin.site.urls),
    path("", include("renders.urls")),
    path("", include("projects.urls")),
    path("", include("spaces.urls")),
]
