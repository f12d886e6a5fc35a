"""Fills every documented path with real ids of ana's world, and bodies with the least that their schema takes."""

import uuid

from django.test import Client

from tests.conftest import picture

SAFE = ("get",)


def ids(w) -> dict[str, str]:
    """What `{pk}` means below each first step of a path."""
    return {"spaces": w.space.pk, "characters": w.draft.pk, "scenes": w.street.pk, "styles": w.ink.pk, "avatar-kits": w.kit.pk, "assets": w.anchor.asset_id, "tasks": w.task.pk,
            "runs": w.run.pk, "jobs": w.job.pk, "candidates": w.candidates[0].pk, "renders": w.rendered.pk, "by-job": w.job.pk, "kit-orders": w.order.pk, "fetches": w.fetch.pk, "calls": w.call.pk, "treatments": w.treatment.pk, "prompt-templates": w.prompt.pk, "reference-sets": w.refs.pk, "style-guides": w.guide.pk, "exports": w.export.pk, "package-imports": w.arrival.pk, "webhooks": w.webhook.pk, "webhook-deliveries": w.delivery.pk, "scene-images": w.rendered.pk, "generations": w.job.pk, "character": w.template.pk, "style": w.look.pk}


def fill(path: str, w) -> str:
    """A documented path as a real one."""
    steps = path.strip("/").split("/")
    known, out = ids(w), []
    for at, step in enumerate(steps):
        before = steps[at - 1]
        if step == "{pk}":
            value = {"variants": ""}.get(before) or known.get(before, "")
            if steps[1] == "projects" and before in ("characters", "scenes", "styles"):
                value = {"characters": w.clone.pk, "scenes": w.place.pk, "styles": w.ink.pk}[before]
            out.append(str(value or uuid.uuid4()))
        elif step == "{p}":
            out.append(str(w.space.pk if before == "spaces" else w.project.pk))
        elif step == "{code}":
            out.append("bfl")
        elif step == "{name}":
            out.append("Mara" if "bible" in steps else "key")
        elif step == "{number}":
            out.append("1")
        elif step == "{asset}":
            out.append(str(w.anchor.pk))
        elif step == "{template}":
            out.append(str(w.template.pk if steps[1] == "characters" else w.look.pk))
        elif step == "{other}":
            out.append(str(w.kit.pk))
        elif step == "{view}":
            out.append("wide")
        elif step == "{user}":
            out.append(str(w.art.pk))
        else:
            out.append(step)
    return "/" + "/".join(out)


def example(schema: dict, root: dict):
    """The least value that a JSON schema takes."""
    if "$ref" in schema:
        return example(root["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], root)
    if "anyOf" in schema:
        return example(schema["anyOf"][0], root)
    if "enum" in schema:
        return schema["enum"][0]
    if "const" in schema:
        return schema["const"]
    kind = schema.get("type")
    if kind == "object":
        return {name: example(schema["properties"][name], root) for name in schema.get("required", [])}
    if "prefixItems" in schema:
        return [example(item, root) for item in schema["prefixItems"]]
    if kind == "array":
        return [example(schema["items"], root)] * schema.get("minItems", 0)
    if kind in ("integer", "number"):
        return schema.get("minimum", 1)
    if kind == "boolean":
        return True
    return str(uuid.uuid4()) if schema.get("format") == "uuid" else "x"


def operations(client: Client):
    """(method, path, operation) of the whole API."""
    schema = client.get("/api/openapi.json").json()
    return schema, [(method, path, op) for path, ops in schema["paths"].items() for method, op in ops.items()]


def send(client: Client, method: str, path: str, op: dict, schema: dict, w):
    """One request with the least body."""
    url, content = fill(path, w), (op.get("requestBody") or {}).get("content", {})
    if method == "get" and any(q["name"] == "project" and q["required"] for q in op.get("parameters", [])):
        url += f"?project={w.project.pk}"
    if "multipart/form-data" in content:
        from django.core.files.uploadedfile import SimpleUploadedFile

        data = {"asset_type": "expression", "view": "portrait" if "character" in path else "wide", "file": SimpleUploadedFile("x.png", picture(), "image/png")}
        return client.post(url, data)
    body = example(next(iter(content.values()))["schema"], schema) if content else None
    if path.startswith("/api/templates/") and body and "space_id" in body:
        body["space_id"] = str(w.space.pk)
    if body and "project_id" in body:
        body["project_id"] = str(w.project.pk)
    if body and "project" in body:
        body["project"] = str(w.project.pk)
    if path == "/api/avatar-kits" and body:
        body["character_id"] = str(w.draft.pk)
    return getattr(client, method)(url, data=body, content_type="application/json") if method != "get" else client.get(url)
