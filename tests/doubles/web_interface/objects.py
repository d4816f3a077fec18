"""What the service sends, with every field that the specification requires."""

import json
from datetime import UTC, datetime
from typing import Any


def moment(at: float) -> str:
    """As the service writes a time."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def current_user(user_id: str, name: str, status: str, text: str, friends: list[str]) -> dict[str, Any]:
    """The account itself."""
    texts = (
        "bio currentAvatar currentAvatarImageUrl currentAvatarThumbnailImageUrl date_joined"
        " friendKey homeLocation last_login last_platform obfuscatedEmail obfuscatedPendingEmail"
        " oculusId profilePicOverride profilePicOverrideThumbnail pronouns steamId userIcon"
    )
    flags = (
        "ageVerified allowAvatarCopying emailVerified hasBirthday hasEmail hasLoggedInFromClient hasPendingEmail"
        " isAdult isFriend statusFirstTime twoFactorAuthEnabled unsubscribe usesGeneratedPassword"
    )
    lists = "bioLinks currentAvatarTags friendGroupNames pastDisplayNames pronounsHistory statusHistory tags"
    return {
        **dict.fromkeys(texts.split(), ""),
        **dict.fromkeys(flags.split(), False),
        **{key: [] for key in lists.split()},
        "acceptedTOSVersion": 12,
        "ageVerificationStatus": "hidden",
        "developerType": "none",
        "displayName": name,
        "friends": friends,
        "id": user_id,
        "last_mobile": None,
        "state": "offline",
        "status": status,
        "statusDescription": text,
        "steamDetails": {},
    }


def friend(user_id: str, name: str, location: str) -> dict[str, Any]:
    """A friend in a list, or in an event of the pipeline."""
    return {
        "bio": "",
        "currentAvatarTags": [],
        "developerType": "none",
        "displayName": name,
        "friendKey": "",
        "id": user_id,
        "imageUrl": "",
        "isFriend": True,
        "last_activity": None,
        "last_login": None,
        "last_mobile": None,
        "last_platform": "standalonewindows",
        "location": location,
        "platform": "standalonewindows",
        "status": "active",
        "statusDescription": "",
        "tags": [],
    }


def notification(
    id: str, kind: str, sender: str, name: str, at: float, details: dict[str, Any]
) -> dict[str, Any]:
    """As an event has it: the details are an object, and whether it was seen is not told."""
    return {
        "created_at": moment(at),
        "details": details,
        "id": id,
        "message": "",
        "senderUserId": sender,
        "senderUsername": name,
        "type": kind,
    }


def listed(notification: dict[str, Any]) -> dict[str, Any]:
    """As a list has it: the details are text."""
    return {**notification, "details": json.dumps(notification["details"]), "seen": False}


def error(message: str, status: int) -> dict[str, Any]:
    """As every refusal looks."""
    return {"error": {"message": f'"{message}"', "status_code": status}}


def success(message: str) -> dict[str, Any]:
    """As what has no other answer looks."""
    return {"success": {"message": message, "status_code": 200}}


def event(kind: str, content: Any) -> str:
    """An event of the pipeline: its content is JSON in JSON, but for those that are a mere id."""
    plain = kind in ("see-notification", "hide-notification")
    return json.dumps({"type": kind, "content": content if plain else json.dumps(content)})
