"""The sections, the keys of one section, and one key with its form."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from config.layers.environment import split_key
from config.schema.walk import field_at
from config.tools.forms import NotYaml, as_written, field_of
from supervisor.page.screens.settings.view import (
    SettingView,
    found_in,
    rows_of,
    sections_of,
    setting_view,
    told,
)
from supervisor.page.site import Action, Form, Screen, Site

LONGEST = 200
UNCLEAR = 422


async def _index(site: Site, request: Request) -> Response:
    found = await site.asking.call("config-values")
    rows = rows_of(found["values"])
    search, only_set = request.query_params.get("q", "").strip()[:LONGEST], "set" in request.query_params
    listed = found_in(rows, search, only_set=only_set) if search or only_set else ()
    return site.render(
        request,
        "settings.html",
        title="Settings",
        state=found,
        sections=sections_of(rows),
        rows=listed,
        search=search,
        only_set=only_set,
        set=sum(row.is_set for row in rows),
    )


async def _section(site: Site, request: Request) -> Response:
    name = request.query_params.get("name", "")
    found = await site.asking.call("config-values")
    rows = rows_of(found["values"])
    section = next((one for one in sections_of(rows) if one.name == name), None)
    if section is None:
        return site.said(request, f"no section is called {name[:LONGEST]!r}", good=False, code=404)
    own = tuple(row for row in rows if row.section == name)
    return site.render(request, "settings-section.html", title=name, state=found, section=section, rows=own)


async def _key(site: Site, request: Request) -> Response:
    key = request.query_params.get("key", "").strip()[:LONGEST]
    if field_at(split_key(key)) is None:
        return site.said(request, f"no key is called {key!r}", good=False, code=404)
    view, state = await _about(site, key)
    return site.render(request, "setting.html", title=key, setting=view, state=state)


async def _about(site: Site, key: str) -> tuple[SettingView, dict[str, Any]]:
    """The key, and what is to be known of the configuration."""
    found = await site.asking.call("config-values", key=key)
    return setting_view(found["values"][0]), found


async def _preview(site: Site, request: Request, form: Form) -> Response:
    """What would change, and who is started again for it."""
    key = form.get("key", "").strip()
    path = split_key(key)
    if field_at(path) is None:
        return site.said(request, f"no key is called {key[:LONGEST]!r}", good=False, code=404)
    try:
        text = as_written(path, field_of(path), form.get("value", ""))
    except NotYaml as error:
        found: Mapping[str, Any] = {"problems": [str(error)], "changes": [], "restarts": [], "by_hand": False}
        text = ""
    else:
        found = await site.asking.call("config-preview", key=key, value=text)
    values: dict[str, Any] = {"key": key, "text": text, "preview": found}
    if "hx-request" in request.headers:
        token = request.scope["session"].form_token
        return HTMLResponse(site.fragment("_preview.html", **values, form_token=token))
    return site.render(request, "preview.html", title="Preview", **values)


async def _apply(site: Site, request: Request, form: Form) -> Response:
    """The same transaction as `supervisor config set`."""
    key, save = form.get("key", "").strip(), form.get("save") == "yes"
    ended = await site.asking.call("config-set", within=40.0, key=key, value=form.get("text", ""), save=save)
    return await _said(site, request, key, told(ended))


async def _unset(site: Site, request: Request, form: Form) -> Response:
    key, save = form.get("key", "").strip(), form.get("save") == "yes"
    ended = await site.asking.call("config-set", within=40.0, key=key, value=None, save=save)
    return await _said(site, request, key, f"the override is removed\n{told(ended)}")


async def _secret(site: Site, request: Request, form: Form) -> Response:
    """Set or remove a secret. What was typed goes into no page."""
    key, name, value = form.get("key", "").strip(), form.get("name", "").strip(), form.get("value", "")
    drop = form.get("drop") == "yes"
    if not (value or drop):
        return site.said(request, "type a value; nothing was changed", good=False, code=UNCLEAR)
    whole = f"{key}.{name}" if name else key
    ended = await site.asking.call("secret-set", within=40.0, key=whole, value=None if drop else value)
    return await _said(site, request, key, f"{whole} is {'gone' if drop else 'set'}\n{told(ended)}")


async def _said(site: Site, request: Request, key: str, text: str) -> Response:
    """What came of it, and the key as it is now, for the page that is open."""
    if "hx-request" not in request.headers:
        return site.said(request, text)
    token = request.scope["session"].form_token
    view, state = await _about(site, key)
    anew = site.fragment(
        "_setting.html", setting=view, state=state, anew=True, may_act=True, form_token=token
    )
    return site.said(request, text, anew=anew)


SETTINGS = Screen(
    "settings",
    "Settings",
    {"/settings": _index, "/settings/section": _section, "/settings/key": _key},
    (
        Action("/settings/preview", _preview),
        Action("/settings/apply", _apply),
        Action("/settings/unset", _unset),
        Action("/settings/secret", _secret),
    ),
)
