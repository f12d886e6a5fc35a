"""Addresses."""

from django.contrib import admin
from django.urls import include, path

from iat.api import api
from iat.metrics import metrics

urlpatterns = [
    path("metrics", metrics, name="metrics"),
    path("api/", api.urls),
    path("admin/", admin.site.urls),
    path("", include("renders.urls")),
    path("", include("projects.urls")),
    path("", include("spaces.urls")),
]
