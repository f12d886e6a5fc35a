"""Local servers that speak the providers' published contracts, with their errors, delays, expiring links and safety answers."""

from tests.renders.wires.hosted import BflServer, FalServer, GeminiServer, OpenAIServer, PhotoRoomServer, RemoveBgServer, ReplicateServer, StabilityServer
from tests.renders.wires.own import A1111Server, ComfyServer

SERVERS = {s.code: s for s in (ReplicateServer, BflServer, OpenAIServer, GeminiServer, StabilityServer, FalServer, RemoveBgServer, PhotoRoomServer, ComfyServer, A1111Server)}
