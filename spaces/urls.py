"""Paths of the library's pages."""

from django.urls import path

from spaces.views import definitions, doors, spaces, templates

urlpatterns = [
    path("sign-in", doors.sign_in, name="sign-in"),
    path("sign-out", doors.sign_out, name="sign-out"),
    path("files/<str:token>", doors.signed_file, name="signed-file"),
    path("settings/tokens", doors.tokens, name="tokens"),
    path("settings/tokens/<uuid:pk>/revoke", doors.revoke, name="token-revoke"),
    path("spaces/new", spaces.new, name="space-new"),
    path("spaces/<uuid:pk>", spaces.show, name="space"),
    path("spaces/<uuid:pk>/edit", spaces.edit, name="space-edit"),
    path("spaces/<uuid:pk>/members", spaces.members, name="space-members"),
    path("spaces/<uuid:pk>/members/<uuid:user>", spaces.member, name="space-member"),
    path("spaces/<uuid:pk>/new/<str:kind>", definitions.new, name="definition-new"),
    path("definitions/<uuid:pk>/edit", definitions.edit, name="definition-edit"),
    path("definitions/<uuid:pk>/move", definitions.move, name="definition-move"),
    path("definitions/<uuid:pk>/version", definitions.version, name="definition-version"),
    path("definitions/<uuid:pk>/compare", definitions.compare, name="definition-compare"),
    path("definitions/<uuid:pk>/revert", definitions.revert, name="definition-revert"),
    path("definitions/<uuid:pk>/kit", definitions.kit, name="definition-kit"),
    path("definitions/<uuid:pk>/template", definitions.template, name="definition-template"),
    path("spaces/<uuid:pk>/templates", templates.index, name="templates"),
    path("templates/<str:kind>/<uuid:pk>", templates.edit, name="template-edit"),
    path("templates/<str:kind>/<uuid:pk>/move", templates.move, name="template-move"),
    path("settings/preferences", doors.likes, name="preferences"),
]
