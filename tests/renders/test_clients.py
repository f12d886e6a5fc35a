"""The vendors' own client libraries, pointed at our local servers: if they are content, the servers speak the contract."""

import base64
import io

import fal_client
import openai
import pytest
import replicate
from google import genai
from google.genai import types
from PIL import Image

from tests.conftest import picture
from tests.renders.wires import SERVERS

pytestmark = pytest.mark.wire


def opens(data):
    return Image.open(io.BytesIO(data)).size


def test_openais_client_is_content():
    with SERVERS["openai"]() as server:
        client = openai.OpenAI(api_key=server.secrets["key"], base_url=server.url, max_retries=0)
        assert client.models.list().data[0].id == "gpt-image-2.6-flare"
        made = client.images.generate(model="gpt-image-2.6-flare", prompt="a quay", size="1024x1024")
        assert opens(base64.b64decode(made.data[0].b64_json)) == (96, 96) and made.usage.output_tokens == 1056
        looked = client.moderations.create(model="omni-moderation-latest", input=[{"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}])
        assert looked.results[0].flagged is False and looked.results[0].categories.violence is False
        edited = client.images.edit(model="gpt-image-2.6-flare", image=[("a.png", picture()), ("b.png", picture())], prompt="at night")
        assert edited.data[0].b64_json and len(server.orders) == 2
        server.trouble += ["429", "moderated_in", "402", "500", "gone"]
        for kind in (openai.RateLimitError, openai.BadRequestError, openai.RateLimitError, openai.InternalServerError, openai.NotFoundError):
            with pytest.raises(kind) as told:
                client.images.generate(model="gpt-image-2.6-flare", prompt="x")
            assert told.value.request_id or kind is openai.RateLimitError
        with pytest.raises(openai.AuthenticationError):
            openai.OpenAI(api_key="sk-wrong", base_url=server.url, max_retries=0).models.list()


def test_replicates_client_is_content():
    with SERVERS["replicate"]() as server:
        client = replicate.Client(api_token=server.secrets["token"], base_url=server.host)
        assert client.models.get("black-forest-labs/flux-kontext-pro").latest_version.openapi_schema["components"]
        made = client.models.predictions.create("black-forest-labs/flux-kontext-pro", input={"prompt": "a quay", "seed": 1})
        assert made.status in ("starting", "processing")
        made.wait()
        assert made.status == "succeeded" and made.output.startswith(server.host)
        assert [p.id for p in client.predictions.list().results] == [made.id]
        stopped = client.models.predictions.create("black-forest-labs/flux-kontext-pro", input={"prompt": "b"})
        stopped.cancel()
        stopped.reload()
        assert stopped.status == "canceled"
        server.trouble.append("moderated_in")
        held = client.models.predictions.create("black-forest-labs/flux-kontext-pro", input={"prompt": "c"})
        held.wait()
        assert held.status == "failed" and "E005" in held.error
        server.trouble.append("402")
        with pytest.raises(replicate.exceptions.ReplicateError) as told:
            client.models.predictions.create("black-forest-labs/flux-kontext-pro", input={"prompt": "d"})
        assert told.value.status == 402
        assert client.files.create(io.BytesIO(picture())).urls["get"].startswith(server.url)


def test_googles_client_is_content():
    with SERVERS["gemini"]() as server:
        client = genai.Client(api_key=server.secrets["key"], http_options=types.HttpOptions(base_url=server.url))
        told = client.models.generate_content(model="gemini-nano-banana-2.1", contents=["a quay", types.Part.from_bytes(data=picture(), mime_type="image/png")],
                                              config=types.GenerateContentConfig(response_modalities=["TEXT", "IMAGE"]))
        parts = [p for p in told.candidates[0].content.parts if p.inline_data and not p.thought]
        assert opens(parts[0].inline_data.data) == (96, 96) and told.usage_metadata.candidates_token_count == 1120
        server.trouble.append("moderated_out")
        held = client.models.generate_content(model="gemini-nano-banana-2.1", contents="x")
        assert held.candidates[0].finish_reason == types.FinishReason.IMAGE_SAFETY
        server.trouble.append("moderated_in")
        assert client.models.generate_content(model="gemini-nano-banana-2.1", contents="x").prompt_feedback.block_reason.name == "PROHIBITED_CONTENT"
        server.trouble.append("gone")
        with pytest.raises(genai.errors.ClientError) as gone:
            client.models.generate_content(model="gemini-nano-banana-2.1", contents="x")
        assert gone.value.code == 404


def test_fals_client_is_content():
    with SERVERS["fal"]() as server:
        client = fal_client.SyncClient(key=server.secrets["key"])
        answer = client._client.post(server.url + "/fal-ai/flux-pro/kontext", json={"prompt": "a quay"})
        told = answer.json()
        handle = fal_client.client.SyncRequestHandle(request_id=told["request_id"], response_url=told["response_url"], status_url=told["status_url"], cancel_url=told["cancel_url"], client=client._client)
        assert isinstance(handle.status(), fal_client.InProgress | fal_client.Queued)
        assert handle.get()["images"][0]["url"].startswith(server.host)
