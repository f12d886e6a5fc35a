"""One's own servers: ComfyUI and AUTOMATIC1111."""

import base64
import io
import json

from PIL import Image

from tests.renders.wires.base import Server, drawn

NODES = {"CheckpointLoaderSimple": {"ckpt_name": [["dream.safetensors", "ink.safetensors"]]}, "CLIPTextEncode": {}, "KSampler": {}, "EmptyLatentImage": {}, "VAEDecode": {}, "VAEEncode": {}, "SaveImage": {},
         "LoadImage": {"image": ["COMBO", {"multiselect": False, "options": []}]}, "ImageScale": {}, "ImageScaleBy": {}, "InspyrenetRembg": {}}


def moving(seed):
    """A short animated WebP."""
    frames = [Image.open(io.BytesIO(drawn(f"{seed}{n}"))) for n in range(3)]
    out = io.BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:], duration=120)
    return out.getvalue()


class ComfyServer(Server):
    code = "comfyui"
    secrets = {}

    def __init__(self):
        super().__init__()
        self.files, self.history, self.queue, self.interrupted = {}, {}, [], []

    def says_500(self, r):
        return 500, {"Content-Type": "text/plain"}, b"500 Internal Server Error\n\nServer got itself in trouble"

    says_503 = says_500

    def says_422(self, r):
        return 400, {"error": {"type": "prompt_outputs_failed_validation", "message": "Prompt outputs failed validation", "details": "", "extra_info": {}},
                     "node_errors": {"1": {"errors": [{"type": "value_not_in_list", "message": "Value not in list", "details": "ckpt_name: 'x' not in /home/someone/ComfyUI/models/checkpoints", "extra_info": {}}], "dependent_outputs": ["7"], "class_type": "CheckpointLoaderSimple"}}}

    def says_partial(self, r):
        return 200, {"prompt_id": r.json["prompt_id"], "number": 1, "node_errors": {"7": {"errors": [{"message": "Required input is missing", "details": "images"}], "class_type": "SaveImage"}}}

    def answer(self, r):
        if "origin" in r.headers:
            return 403, b""
        path = r.path.removeprefix("/api")
        if path == "/system_stats":
            return 200, {"system": {"os": "posix", "comfyui_version": "0.7.0", "python_version": "3.12"}, "devices": [{"name": "cuda:0 NVIDIA H100 : native", "type": "cuda"}]}
        if path.startswith("/object_info/"):
            name = path.rsplit("/", 1)[1]
            return 200, {name: {"input": {"required": NODES[name]}, "name": name}} if name in NODES else {}
        if path == "/upload/image":
            data, name, _ = r.form["image"][0]
            folder = r.form["subfolder"][0][0].decode()
            self.files[f"{folder}/{name}"] = data
            return 200, {"name": name, "subfolder": folder, "type": "input"}
        if path == "/prompt":
            if self.next_trouble("partial"):
                return self.says_partial(r)
            return self.before(r) or self.after(self._queued(r))
        if path.startswith("/history/"):
            return self._history(path.rsplit("/", 1)[1])
        if path == "/queue" and r.method == "GET":
            return 200, {"queue_running": [], "queue_pending": [[n, pk, {}, {}, ["7"]] for n, pk in enumerate(self.queue)]}
        if path in ("/queue", "/interrupt"):
            self._stop(path, r.json)
            return 200, {}, b""
        return self._view(r) if path == "/view" else (404, b"")

    def _queued(self, r):
        body = r.json
        for node in body["prompt"].values():
            if node["class_type"] == "LoadImage":
                assert node["inputs"]["image"] in self.files, node
        pk = body["prompt_id"]
        self.bill({"id": pk, "graph": body["prompt"]})
        self.jobs[pk] = {"asked": 0, "fate": self.next_trouble("failed", "stuck", "interrupted", "unsaved", "restarted"), "graph": body["prompt"]}
        self.queue.append(pk)
        return 200, {"prompt_id": pk, "number": len(self.orders), "node_errors": {}}

    def _history(self, pk):
        job = self.jobs.get(pk)
        if self.next_trouble("poll500"):
            return self.says_500(None)
        if job is None or job["fate"] == "stuck":
            return 200, {}
        job["asked"] += 1
        if job["fate"] == "restarted":
            self.queue.clear()
            return 200, {}
        if job["asked"] < self.polls:
            return 200, {}
        if pk in self.queue:
            self.queue.remove(pk)
        bad = {"failed": ["execution_error", {"node_type": "KSampler", "exception_message": "Allocation on device /home/someone/ComfyUI/comfy/ops.py failed", "traceback": []}], "interrupted": ["execution_interrupted", {"node_type": "KSampler"}]}.get(job["fate"])
        moving = any(n["class_type"] == "SaveAnimatedWEBP" for n in job["graph"].values())
        images = [] if bad or job["fate"] == "unsaved" else [{"filename": f"{pk}_00001_.{'webp' if moving else 'png'}", "subfolder": "iat", "type": "output"}]
        return 200, {pk: {"prompt": [1, pk, job["graph"], {}, ["7"]], "outputs": {"7": {"images": images}}, "status": {"status_str": "error" if bad else "success", "completed": not bad, "messages": [["execution_start", {}], *([bad] if bad else [["execution_success", {}]])]}, "meta": {}}}

    def _stop(self, path, body):
        if path == "/interrupt":
            assert body.get("prompt_id"), "a bare interrupt stops other people's work"
            self.interrupted.append(body["prompt_id"])
        for pk in body.get("delete", []):
            if pk in self.queue:
                self.queue.remove(pk)

    def _view(self, r):
        if self.next_trouble("expired"):
            return 404, b""
        return (200, {"Content-Type": "image/webp"}, moving(r.query["filename"])) if r.query["filename"].endswith(".webp") else self.download(json.dumps(r.query, sort_keys=True))


class A1111Server(Server):
    code = "a1111"
    secrets = {"login": "artist:word"}

    def says_401(self, r):
        return 401, {"detail": "Incorrect username or password"}

    def says_422(self, r):
        return 404, {"detail": "Sampler not found"}

    def says_500(self, r):
        return 500, {"error": "OutOfMemoryError", "detail": "", "body": "", "errors": "CUDA out of memory"}

    says_503 = says_500

    def answer(self, r):
        if r.headers.get("authorization") != "Basic " + base64.b64encode(b"artist:word").decode():
            return self.says_401(r)
        if r.path == "/sdapi/v1/sd-models":
            return 200, [{"title": "dream.safetensors [abc]", "model_name": "dream", "hash": "abc", "sha256": None, "filename": "/x/dream.safetensors", "config": None}]
        if failed := self.before(r):
            return failed
        body = r.json
        self.bill(body)
        if r.path == "/sdapi/v1/extra-single-image":
            return self.after((200, {"html_info": "", "image": base64.b64encode(drawn("up", size=(192, 192))).decode()}))
        if r.path == "/sdapi/v1/img2img":
            assert body["init_images"]
        images = [base64.b64encode(drawn("grid")).decode(), base64.b64encode(drawn(body["seed"])).decode()]
        if self.next_trouble("empty"):
            images = images[:1]
        info = {"seed": body["seed"], "all_seeds": [body["seed"]], "index_of_first_image": 1, "sd_model_name": "dream", "infotexts": ["x"]}
        return self.after((200, {"images": images, "parameters": {}, "info": json.dumps(info)}))
