"""The request for what the eyes see: the newest picture, and who and what the tracker knows to be there."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from actors.llm.messages import EYES, LookAnswered, LookAsked
from actors.vision.messages import CAMERA, TRACKER, GetScene, PictureTaken, Scene, Sight, TakePicture
from config.schema import Config
from supervisor.control.ask import answer_of, plain_fields
from supervisor.control.wire import RequestRefused
from supervisor.runtime.runtime import Runtime

ASK_WITHIN = 5.0
LOOK_WITHIN = 60.0
WIDEST = 7680


def why_closed(config: Config) -> str:
    """Why the eyes are closed, and how they are opened; "" while they are open."""
    vision = config.computer_vision
    if vision.enabled and vision.source != "none":
        return ""
    return (
        "the eyes are closed: set computer_vision.enabled to true and computer_vision.source to screen, device or "
        "file:PATH"
    )


def _look(runtime: Runtime, request: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """width: of the picture, in pixels at most; 0 for none."""
    width = request.get("width", 0)
    if not isinstance(width, int) or not 0 <= width <= WIDEST:
        raise RequestRefused(f"width must be a whole number from 0 to {WIDEST}")
    if why := why_closed(runtime.config):
        raise RequestRefused(why)
    picture = PictureTaken(b"")
    if width:
        taken = answer_of(runtime, CAMERA, TakePicture(width), ASK_WITHIN)
        assert isinstance(taken, PictureTaken)
        picture = taken
    scene = answer_of(runtime, TRACKER, GetScene(), ASK_WITHIN)
    assert isinstance(scene, Scene)
    yield {
        **described(scene),
        "picture": picture.jpeg,
        "pictured_at": picture.at,
        "height": picture.height,
        "width": picture.width,
    }


def described(scene: Scene) -> Mapping[str, Any]:
    """The scene as plain data."""
    plain = msgspec.to_builtins(scene)
    del plain["type"]
    return {**plain, "sights": [_sight(one) for one in scene.sights]}


def _sight(one: Sight) -> Mapping[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(one)
    return {**plain, "person": one.person.name if one.person.is_known else "", "user_id": one.person.user_id}


def _look_for(runtime: Runtime, request: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """What a model says of the newest picture; "" and why where none looked."""
    question = request.get("question")
    if not isinstance(question, str) or not question.strip():
        raise RequestRefused("question must be text")
    if why := runtime.registry.slot(EYES).spec.disabled_reason:
        raise RequestRefused(f"no model can be shown a picture: {why}")
    answer = answer_of(runtime, EYES, LookAsked(question), LOOK_WITHIN)
    assert isinstance(answer, LookAnswered)
    yield plain_fields(answer)


LOOK_REQUESTS = {"look": _look, "look_for": _look_for}
