"""The paid services."""

import base64
import datetime as dt
import re
import uuid

from tests.renders.wires.base import Server, drawn


def now():
    return dt.datetime.now(dt.UTC).isoformat().replace("+00:00", "Z")


class ReplicateServer(Server):
    code, root = "replicate", "/v1"
    secrets = {"token": "r8_secretsecret"}
    INPUT = {"prompt": {"type": "string"}, "input_image": {"type": "string", "format": "uri"}, "seed": {"type": "integer"}, "output_format": {"type": "string"},
             "aspect_ratio": {"allOf": [{"$ref": "#/components/schemas/aspect_ratio"}]}}

    def says_401(self, r):
        return 401, {"title": "Unauthenticated", "detail": "You did not pass a valid authentication token", "status": 401}

    def says_402(self, r):
        return 402, {"title": "Insufficient credit", "detail": "You have insufficient credit to run this model.", "status": 402}

    def says_422(self, r):
        return 422, {"title": "Input validation failed", "detail": "- input.aspect_ratio: must be one of the following", "status": 422, "invalid_fields": [{"type": "enum", "field": "input.aspect_ratio"}]}

    def says_429(self, r):
        return 429, {"detail": "Request was throttled. Your rate limit resets in ~1s.", "status": 429}

    def says_500(self, r):
        return 500, {"title": "Internal server error", "detail": "oops", "status": 500}

    says_503 = says_500

    def says_gone(self, r):
        return 404, {"title": "Not found", "detail": "The requested resource could not be found.", "status": 404}

    def says_moderated_in(self, r):
        return self._made(r, fate="moderated")

    def _made(self, r, fate=""):
        body = r.json
        assert set(body) <= {"input", "version", "webhook", "webhook_events_filter", "stream"} and set(body["input"]) <= set(self.INPUT) | {"image", "scale", "input_images"}, body
        pk = self.bill(body["input"])
        self.jobs[pk] = {"input": body["input"], "asked": 0, "fate": fate or self.next_trouble("failed", "moderated_out", "stuck"), "created_at": now(), "canceled": False}
        return 201, self._told(pk)

    def _told(self, pk):
        job = self.jobs[pk]
        ended = job["asked"] >= self.polls and job["fate"] != "stuck"
        status = "canceled" if job["canceled"] else "failed" if ended and job["fate"] else "succeeded" if ended else "processing" if job["asked"] else "starting"
        error = {"failed": "CUDA out of memory. E1001", "moderated": "The input or output was flagged as sensitive. Please try again with different inputs. (E005)",
                 "moderated_out": "The input or output was flagged as sensitive. (E005)"}.get(job["fate"]) if status == "failed" else None
        return {"id": pk, "model": "black-forest-labs/flux-kontext-pro", "version": "hidden", "input": job["input"], "output": f"{self.host}/out/{pk}.png" if status == "succeeded" else None, "error": error,
                "logs": "", "status": status, "metrics": {"predict_time": 1.2} if ended else {}, "created_at": job["created_at"], "data_removed": False, "source": "api",
                "urls": {"get": f"{self.url}/predictions/{pk}", "cancel": f"{self.url}/predictions/{pk}/cancel", "web": "https://replicate.com/p/" + pk}}

    def answer(self, r):
        if r.path.startswith("/out/"):
            assert "authorization" not in r.headers or r.headers["authorization"].endswith("r8_secretsecret") is False, "the key went to the file host"
            return self.download(r.path)
        path = r.path.removeprefix(self.root)
        if r.headers.get("authorization") != "Bearer r8_secretsecret":
            return self.says_401(r)
        if r.method == "POST" and path.endswith("/predictions"):
            return self.before(r) or self.after(self._made(r))
        if r.method == "GET" and path == "/predictions":
            since = r.query.get("created_after", "")
            rows = [self._told(pk) for pk, job in reversed(self.jobs.items()) if not since or dt.datetime.fromisoformat(job["created_at"]) >= dt.datetime.fromisoformat(since)]
            return 200, {"next": None, "previous": None, "results": rows}
        if found := re.fullmatch(r"/predictions/([\w-]+)(/cancel)?", path):
            if found[1] not in self.jobs:
                return self.says_gone(r)
            if found[2]:
                self.jobs[found[1]]["canceled"] = True
            elif kind := self.next_trouble("poll500"):
                return self.says_500(kind)
            self.jobs[found[1]]["asked"] += 1
            return 200, self._told(found[1])
        if path.startswith("/models/"):
            schema = {"components": {"schemas": {"Input": {"type": "object", "properties": self.INPUT if "remove" not in path and "upscale" not in path else {"image": {"type": "string"}, "scale": {"type": "number"}}},
                                                 "aspect_ratio": {"enum": ["match_input_image", "1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3"], "type": "string"}}}}
            return 200, {"owner": path.split("/")[2], "name": path.split("/")[3], "url": "https://replicate.com", "visibility": "public", "run_count": 12, "description": None, "cover_image_url": None, "default_example": None, "github_url": None, "paper_url": None, "license_url": None, "latest_version": {"id": "5c7d5dc6dd8bf75c1acaa8565735e7986bc5b66206b55cca93cb72c9bf15ccaa", "created_at": now(), "cog_version": "0", "openapi_schema": schema}}
        if path == "/files":
            content, name, mime = r.form["content"][0]
            pk = uuid.uuid4().hex
            return 201, {"id": pk, "content_type": mime, "size": len(content), "etag": "e", "checksums": {"sha256": "0" * 64}, "metadata": {}, "created_at": now(), "expires_at": now(), "urls": {"get": f"{self.url}/files/{pk}"}, "name": name}
        return (200, {"type": "user", "username": "studio"}) if path == "/account" else self.says_gone(r)


class BflServer(Server):
    code = "bfl"
    secrets = {"key": "bfl-secret-key"}

    def says_401(self, r):
        return 403, {"detail": "Not authenticated"}

    def says_402(self, r):
        return 402, {"detail": "Insufficient credits"}

    def says_422(self, r):
        return 422, {"detail": [{"loc": ["body", "width"], "msg": "Input should be a multiple of 16", "type": "multiple_of"}]}

    def says_429(self, r):
        return 429, {"detail": "Rate limit exceeded: 24 tasks in flight"}

    def says_500(self, r):
        return 500, {"detail": "Internal server error"}

    def says_503(self, r):
        return 503, {"detail": "Overloaded"}

    def says_gone(self, r):
        return 404, {"detail": "Not Found"}

    def says_moderated_in(self, r):
        return self._made(r, "Request Moderated")

    def _made(self, r, fate=""):
        pk = self.bill(r.json)
        self.jobs[pk] = {"asked": 0, "seed": r.json.get("seed"), "fate": fate or {"moderated_out": "Content Moderated", "failed": "Error", "stuck": "Reasoning"}.get(self.next_trouble("moderated_out", "failed", "stuck"), "")}
        return 200, {"id": pk, "polling_url": f"{self.host}/v1/get_result?id={pk}", "cost": 4.5, "input_mp": 1.0, "output_mp": 1.0}

    def answer(self, r):
        if r.path.startswith("/sample/"):
            return self.download(r.path)
        if r.headers.get("x-key") != self.secrets["key"]:
            return self.says_401(r)
        if r.path == "/v1/credits":
            return 200, {"credits": 1250.0}
        if r.path == "/v1/get_result":
            job = self.jobs.get(r.query["id"])
            if job is None:
                return 404, {"id": r.query["id"], "status": "Task not found"}
            if self.next_trouble("poll500"):
                return self.says_500(r)
            job["asked"] += 1
            ended = job["asked"] >= self.polls
            status = (job["fate"] or "Ready") if ended else ("Pending", "Reasoning", "Something New")[job["asked"] % 3]
            result = {"sample": f"{self.host}/sample/{r.query['id']}.png?sig=x", "prompt": "as told", "seed": job["seed"], "start_time": 1.0, "end_time": 2.0, "duration": 1.0} if status == "Ready" else None
            return (422 if status == "Error" else 200), {"id": r.query["id"], "status": status, "result": result, "progress": None, "details": {"error": "worker died"} if status == "Error" else None, "preview": None}
        return self.before(r) or self.after(self._made(r))


def picture_json(kind):
    return base64.b64encode(drawn(kind)).decode()


class OpenAIServer(Server):
    code, root = "openai", "/v1"
    secrets = {"key": "sk-secret-of-the-test"}
    moderation = "calm"

    def _error(self, status, message, code, type_="invalid_request_error", **more):
        return status, {"x-request-id": "req_1"}, {"error": {"message": message, "type": type_, "param": None, "code": code, **more}}

    def says_401(self, r):
        return self._error(401, f"Incorrect API key provided: {r.headers.get('authorization', '')[7:]}.", "invalid_api_key")

    def says_402(self, r):
        return self._error(429, "You exceeded your current quota, please check your plan and billing details.", "insufficient_quota", "insufficient_quota")

    def says_422(self, r):
        return self._error(400, "Invalid value: '17x17'.", "invalid_value")

    def says_429(self, r):
        return 429, {"retry-after": "1", "retry-after-ms": "600"}, {"error": {"message": "Rate limit reached", "type": "requests", "param": None, "code": "rate_limit_exceeded"}}

    def says_500(self, r):
        return self._error(500, "The server had an error", None, "server_error")

    def says_503(self, r):
        return self._error(503, "Overloaded", None, "server_error")

    def says_gone(self, r):
        return self._error(404, "The model `gpt-image-1` does not exist or you do not have access to it.", "model_not_found")

    def says_moderated_in(self, r):
        return self._error(400, "Your request was rejected by the safety system.", "moderation_blocked", "image_generation_user_error", moderation_details={"moderation_stage": "input", "categories": ["violence"]})

    def _moderated(self, r):
        if self.moderation == "500":
            return self.says_500(r)
        hit = self.moderation == "unsafe"
        return 200, {"id": "modr-1", "model": "omni-moderation-latest", "results": [{"flagged": hit, "categories": {"sexual": False, "violence": hit}, "category_scores": {"sexual": 0.01, "violence": 0.97 if hit else 0.02}, "category_applied_input_types": {"violence": ["image"]}}]}

    def answer(self, r):
        if r.headers.get("authorization") != "Bearer " + self.secrets["key"]:
            return self.says_401(r)
        if r.path == "/v1/models":
            return 200, {"object": "list", "data": [{"id": "gpt-image-2.6-flare", "object": "model", "created": 1, "owned_by": "openai", "shutdown_date": None}]}
        if r.path == "/v1/moderations":
            return self._moderated(r)
        if failed := self.before(r):
            return failed
        if r.path == "/v1/images/edits":
            form = {k: v[0][0].decode() for k, v in r.form.items() if v[0][1] is None}
            assert r.form.get("image[]") or r.form.get("image"), "an edit needs a picture"
        else:
            form = r.json
        if self.next_trouble("moderated_out"):
            return self._error(400, "The picture was held back by the safety system.", "moderation_blocked", "image_generation_user_error", moderation_details={"moderation_stage": "output", "categories": []})
        assert form["model"] and "response_format" not in form and "style" not in form
        self.bill({"prompt": form["prompt"], "size": form.get("size")})
        told = {"created": 1, "data": [{"b64_json": picture_json(f"{form['prompt']}{len(self.orders)}")}], "background": "opaque", "output_format": "png", "size": form.get("size"), "quality": "medium",
                "usage": {"input_tokens": 60, "input_tokens_details": {"text_tokens": 50, "image_tokens": 10}, "output_tokens": 1056, "total_tokens": 1116}}
        if self.next_trouble("empty"):
            told["data"] = []
        return self.after((200, {"x-request-id": f"req_{len(self.orders)}"}, told))


class GeminiServer(Server):
    code = "gemini"
    secrets = {"key": "AIzaSecret"}

    def _error(self, status, message, name, details=()):
        return status, {"error": {"code": status, "message": message, "status": name, "details": list(details)}}

    def says_401(self, r):
        return self._error(400, "API key not valid. Please pass a valid API key.", "INVALID_ARGUMENT", [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}])

    def says_402(self, r):
        return self._error(400, "Image generation is not available in your country.", "FAILED_PRECONDITION")

    def says_422(self, r):
        return self._error(400, "Invalid aspect ratio.", "INVALID_ARGUMENT")

    def says_429(self, r):
        return self._error(429, "Quota exceeded.", "RESOURCE_EXHAUSTED", [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "1s"}])

    def says_500(self, r):
        return self._error(500, "Internal error encountered.", "INTERNAL")

    def says_503(self, r):
        return self._error(503, "The model is overloaded.", "UNAVAILABLE")

    def says_gone(self, r):
        return self._error(404, "models/gemini-3.1-flash-image is not found for API version v1beta.", "NOT_FOUND")

    def says_moderated_in(self, r):
        return 200, {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": {"promptTokenCount": 9, "totalTokenCount": 9}, "modelVersion": "gemini-nano-banana-2.1"}

    def answer(self, r):
        if r.headers.get("x-goog-api-key") != self.secrets["key"] or "key" in r.query:
            return self.says_401(r)
        if r.method == "GET":
            return 200, {"name": r.path.removeprefix("/v1beta/"), "displayName": "Nano Banana 2.1", "supportedGenerationMethods": ["generateContent"]}
        if failed := self.before(r):
            return failed
        parts = r.json["contents"][0]["parts"]
        self.bill({"parts": len(parts)})
        fate = self.next_trouble("moderated_out", "empty")
        content, end = [{"text": "a draft", "thought": True}, {"inlineData": {"mimeType": "image/png", "data": picture_json("draft")}, "thought": True},
                        {"inlineData": {"mimeType": "image/png", "data": picture_json(f"{parts[0]['text']}{len(self.orders)}")}, "thoughtSignature": "eA=="}], "STOP"
        if fate:
            content, end = ([], "IMAGE_SAFETY") if fate == "moderated_out" else ([{"text": "I would rather describe it."}], "NO_IMAGE")
        return self.after((200, {"candidates": [{"content": {"parts": content, "role": "model"}, "finishReason": end, "index": 0}], "modelVersion": "gemini-nano-banana-2.1", "responseId": f"r{len(self.orders)}",
                                 "usageMetadata": {"promptTokenCount": 100, "candidatesTokenCount": 1120, "totalTokenCount": 1220, "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 1120}]}}))


class StabilityServer(Server):
    code = "stability"
    secrets = {"key": "sk-stability-secret"}

    def _error(self, status, name, *errors):
        return status, {"id": "e1", "name": name, "errors": list(errors)}

    def says_401(self, r):
        return self._error(401, "unauthorized", "missing or invalid authorization header")

    def says_402(self, r):
        return self._error(402, "payment_required", "You lack sufficient credits to make this request.")

    def says_422(self, r):
        return self._error(422, "unprocessable_entity", "seed: must be less than 4294967294")

    def says_429(self, r):
        return self._error(429, "rate_limit_exceeded", "You have exceeded the rate limit of 150 requests within 10 seconds")

    def says_500(self, r):
        return self._error(500, "internal_error", "An unexpected error occurred")

    says_503 = says_500

    def says_gone(self, r):
        return self._error(404, "not_found", "no such resource")

    def says_moderated_in(self, r):
        return self._error(403, "content_moderation", "Your request was flagged by our content moderation system")

    def answer(self, r):
        if r.headers.get("authorization") != "Bearer " + self.secrets["key"]:
            return self.says_401(r)
        if r.path == "/v1/user/balance":
            return 200, {"credits": 99.5}
        assert r.headers["content-type"].startswith("multipart/form-data")
        if failed := self.before(r):
            return failed
        form = r.form
        self.bill({"path": r.path, "fields": sorted(form)})
        filtered = self.next_trouble("moderated_out")
        told = {"image": picture_json(f"{r.path}{len(self.orders)}"), "seed": 7, "finish_reason": "CONTENT_FILTERED" if filtered else "SUCCESS"}
        if self.next_trouble("empty"):
            del told["image"]
        return self.after((200, told))


class FalServer(Server):
    code = "fal"
    secrets = {"key": "id:fal-secret"}

    def says_401(self, r):
        return 401, {"detail": "Cannot access application: authentication is required"}

    def says_402(self, r):
        return 402, {"detail": "User is locked. Reason: Exhausted balance."}

    def says_422(self, r):
        return 422, {"X-Fal-Error-Type": "value_error"}, {"detail": [{"loc": ["body", "aspect_ratio"], "msg": "unexpected value", "type": "value_error"}]}

    def says_429(self, r):
        return 429, {"detail": "Too many requests"}

    def says_500(self, r):
        return 500, {"detail": "Internal Server Error"}

    says_503 = says_500

    def says_gone(self, r):
        return 404, {"detail": "Application 'x' not found"}

    def says_moderated_in(self, r):
        return 422, {"X-Fal-Error-Type": "content_policy_violation"}, {"detail": [{"loc": ["body", "prompt"], "msg": "The content could not be processed", "type": "content_policy_violation"}]}

    def answer(self, r):
        if r.path.startswith("/files/"):
            return self.download(r.path)
        if r.headers.get("authorization") != "Key " + self.secrets["key"]:
            return self.says_401(r)
        if found := re.search(r"/requests/([\w-]+)(/status|/cancel)?$", r.path):
            job = self.jobs.get(found[1])
            if job is None:
                return self.says_gone(r)
            if found[2] == "/cancel":
                job["canceled"] = True
                return 202, {"status": "CANCELLATION_REQUESTED"}
            if found[2] == "/status":
                if self.next_trouble("poll500"):
                    return self.says_500(r)
                job["asked"] += 1
                if job["asked"] < self.polls or job["fate"] == "stuck":
                    return 202, {"status": "IN_PROGRESS" if job["asked"] > 1 else "IN_QUEUE", "request_id": found[1], "queue_position": 1, "logs": None}
                return 200, {"status": "COMPLETED", "request_id": found[1], "logs": None, "metrics": {"inference_time": 1.0}, **({"error": "worker crashed", "error_type": "internal"} if job["fate"] == "failed" else {})}
            nsfw = job["fate"] == "moderated_out"
            return 200, {"images": [{"url": f"{self.host}/files/{found[1]}.png", "width": 96, "height": 96, "content_type": "image/png"}], "seed": 7, "has_nsfw_concepts": [nsfw], "timings": {"inference": 1.0}}
        if failed := self.before(r):
            return failed
        pk = self.bill(r.json)
        self.jobs[pk] = {"asked": 0, "fate": self.next_trouble("failed", "moderated_out", "stuck")}
        owner = "/".join(r.path.split("/")[:3])
        base = f"{self.host}{owner}/requests/{pk}"
        return self.after((200, {"request_id": pk, "status": "IN_QUEUE", "queue_position": 0, "status_url": base + "/status", "response_url": base, "cancel_url": base + "/cancel"}))


class _Cutout(Server):
    def answer(self, r):
        if r.headers.get(self.header) != next(iter(self.secrets.values())):
            return self.says_401(r)
        if r.path.endswith("/account"):
            return 200, self.account
        if failed := self.before(r):
            return failed
        data, _, mime = r.form["image_file"][0]
        assert mime.startswith("image/") and data
        self.bill({"bytes": len(data)})
        kind = self.next_trouble("empty")
        return self.after((200, {"Content-Type": "image/png", **self.extra}, b"" if kind else drawn(len(self.orders), alpha=True)))


class RemoveBgServer(_Cutout):
    code, root, header, extra = "removebg", "/v1.0", "x-api-key", {"X-Credits-Charged": "1", "X-Type": "person"}
    secrets = {"key": "rbg-secret"}
    account = {"data": {"attributes": {"credits": {"total": 200, "subscription": 150, "payg": 50}, "api": {"free_calls": 50, "sizes": "all"}}}}

    def _error(self, status, title, code=""):
        return status, {"errors": [{"title": title, "code": code}]}

    def says_401(self, r):
        return self._error(403, "API Key invalid", "auth_failed")

    def says_402(self, r):
        return self._error(402, "Insufficient credits", "insufficient_credits")

    def says_422(self, r):
        return self._error(400, "Could not identify foreground in image.", "unknown_foreground")

    def says_429(self, r):
        return 429, {"Retry-After": "1", "X-RateLimit-Limit": "500", "X-RateLimit-Remaining": "0"}, {"errors": [{"title": "Rate limit exceeded", "code": "rate_limit_exceeded"}]}

    def says_500(self, r):
        return self._error(500, "Internal error")

    says_503 = says_500


class PhotoRoomServer(_Cutout):
    code, header, extra = "photoroom", "x-api-key", {"x-uncertainty-score": "0.1"}
    secrets = {"key": "photoroom-secret"}
    account = {"credits": {"available": 80, "subscription": 100}}

    def _error(self, status, detail):
        return status, {"detail": detail, "status_code": status, "type": "error"}

    def says_401(self, r):
        return self._error(403, "Your API key is invalid")

    def says_402(self, r):
        return self._error(402, "You have exhausted your credits")

    def says_422(self, r):
        return self._error(400, "The image has no foreground")

    def says_429(self, r):
        return self._error(429, "Too many requests, retry in 1 s")

    def says_500(self, r):
        return self._error(500, "Internal error")

    says_503 = says_500
