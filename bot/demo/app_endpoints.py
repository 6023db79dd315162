"""Endpoints about the App: itself, its installations and their tokens, its deliveries, and how it came to be.

Source: https://docs.github.com/en/rest/apps.
"""

import json

from bot.demo import profiles
from bot.demo.answers import Answer, ApiError, not_found
from bot.demo.api import Call, Endpoint
from bot.demo.installations import Installed
from bot.demo.state import NotFoundError
from bot.demo.webhooks import Delivery

_CURSOR = "v1_"


def get_app(call: Call) -> Answer:
    """https://docs.github.com/en/rest/apps/apps#get-the-authenticated-app"""
    return Answer(profiles.app(call.state) | {"installations_count": len(call.state.installations.all())})


def list_installations(call: Call) -> Answer:
    """https://docs.github.com/en/rest/apps/apps#list-installations-for-the-authenticated-app"""
    return call.page(list(call.state.installations.all()), profiles.installation, "/app/installations")


def get_installation(call: Call) -> Answer:
    """https://docs.github.com/en/rest/apps/apps#get-an-installation-for-the-authenticated-app"""
    return Answer(profiles.installation(call.state, _installed(call)))


def get_repository_installation(call: Call) -> Answer:
    """https://docs.github.com/en/rest/apps/apps#get-a-repository-installation-for-the-authenticated-app"""
    installed = call.state.installations.covering(call.state.repository(call.full_name))
    if installed is None:
        raise not_found()
    return Answer(profiles.installation(call.state, installed))


def create_token(call: Call) -> Answer:
    """https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app"""
    installed, asked = _installed(call), call.body
    token, chosen = call.access.issue(
        installed, asked.get("repositories"), asked.get("repository_ids"), asked.get("permissions")
    )
    answer: profiles.JSON = {
        "token": token.value,
        "expires_at": profiles.timestamp(token.expires_at),
        "permissions": dict(token.permissions),
        "repository_selection": "all" if chosen is None and installed.repository_ids is None else "selected",
    }
    if chosen is not None:
        answer["repositories"] = [profiles.repository(call.state, one) for one in chosen]
    return Answer(answer, 201)


def list_repositories(call: Call) -> Answer:
    """https://docs.github.com/en/rest/apps/installations#list-repositories-accessible-to-the-app-installation"""
    if call.token is None:
        raise not_found()
    reach = call.access.reach(call.token)
    shown, headers = call.part(reach, "/installation/repositories")
    selection = "all" if call.token.repository_ids is None else "selected"
    listed = [profiles.repository(call.state, one) for one in shown]
    body = {"total_count": len(reach), "repository_selection": selection, "repositories": listed}
    return Answer(body, headers=headers)


def get_hook_config(call: Call) -> Answer:
    """https://docs.github.com/en/rest/apps/webhooks#get-a-webhook-configuration-for-an-app"""
    url = call.changes.webhook_url
    config = {"content_type": "json", "insecure_ssl": "0", "secret": "********"}
    return Answer(config if url is None else config | {"url": url})


def list_deliveries(call: Call) -> Answer:
    """https://docs.github.com/en/rest/apps/webhooks#list-deliveries-for-an-app-webhook

    Newest first, by a cursor that is the id of the next delivery.
    """
    last = call.query.get("cursor", "").removeprefix(_CURSOR)
    wanted = call.query.get("status")
    found = [
        one
        for one in call.changes.deliveries[::-1]
        if (not last.isdecimal() or one.id <= int(last))
        and (wanted is None or wanted == ("success" if one.status_code < 400 else "failure"))
    ]
    size = call.size
    headers = {}
    if len(found) > size:
        others = "".join(f"{key}={value}&" for key, value in call.query.items() if key not in ("per_page", "cursor"))
        url = profiles.api_url(call.state, "/app/hook/deliveries")
        headers["Link"] = f'<{url}?{others}per_page={size}&cursor={_CURSOR}{found[size].id}>; rel="next"'
    return Answer([_delivery(one) for one in found[:size]], headers=headers)


def get_delivery(call: Call) -> Answer:
    """https://docs.github.com/en/rest/apps/webhooks#get-a-delivery-for-an-app-webhook"""
    delivery = _tried(call)
    request = {"headers": delivery.request_headers, "payload": json.loads(delivery.message.payload)}
    response = {"headers": delivery.response_headers, "payload": delivery.response_body}
    return Answer(_delivery(delivery) | {"request": request, "response": response})


def redeliver(call: Call) -> Answer:
    """https://docs.github.com/en/rest/apps/webhooks#redeliver-a-delivery-for-an-app-webhook"""
    call.changes.delivery_requested(_tried(call))
    return Answer({}, 202)


def convert_manifest(call: Call) -> Answer:
    """https://docs.github.com/en/rest/apps/apps#create-a-github-app-from-a-manifest"""
    app = call.changes.manifest_converted(str(call.path["code"]))
    if app is None:
        raise not_found()
    secrets = {
        "client_secret": app.client_secret,
        "webhook_secret": app.webhook_secret,
        "pem": app.private_key_pem,
    }
    return Answer(profiles.app(call.state) | secrets, 201)


def _installed(call: Call) -> Installed:
    installed = call.state.installations.with_id(int(call.path["installation"]))
    if installed is None:
        raise NotFoundError("no such installation")
    return installed


def _tried(call: Call) -> Delivery:
    wanted = int(call.path["delivery"])
    found = next((one for one in call.changes.deliveries if one.id == wanted), None)
    if found is None:
        raise ApiError(404, "Not Found")
    return found


def _delivery(delivery: Delivery) -> profiles.JSON:
    return {
        "id": delivery.id,
        "guid": delivery.guid,
        "delivered_at": profiles.timestamp(delivery.delivered_at),
        "redelivery": delivery.redelivery,
        "duration": round(delivery.duration, 2),
        "status": delivery.status,
        "status_code": delivery.status_code,
        "event": delivery.message.event,
        "action": delivery.message.action or None,
        "installation_id": delivery.message.installation_id,
        "repository_id": delivery.message.repository_id,
        "throttled_at": None,
    }


_INSTALLATION = "/app/installations/{installation:int}"
_DELIVERY = "/app/hook/deliveries/{delivery:int}"
_ACCESS_BODY = "AppInstallationsInstallationIdAccessTokensPostBody"
_REPOSITORIES = "InstallationRepositoriesGetResponse200"
_CONVERSION = "AppManifestsCodeConversionsPostResponse201"
_ATTEMPT = "AppHookDeliveriesDeliveryIdAttemptsPostResponse202"

TABLE = (
    Endpoint("GET", "/app", get_app, "Integration", None),
    Endpoint("GET", "/app/installations", list_installations, "Installation", None),
    Endpoint("GET", _INSTALLATION, get_installation, "Installation", None),
    Endpoint(
        "POST",
        f"{_INSTALLATION}/access_tokens",
        create_token,
        "InstallationToken",
        None,
        accepts=_ACCESS_BODY,
    ),
    Endpoint("GET", "/installation/repositories", list_repositories, _REPOSITORIES, ()),
    Endpoint("GET", "/repos/{owner}/{repo}/installation", get_repository_installation, "Installation", None),
    Endpoint("GET", "/app/hook/config", get_hook_config, "WebhookConfig", None),
    Endpoint("GET", "/app/hook/deliveries", list_deliveries, "HookDeliveryItem", None),
    Endpoint("GET", _DELIVERY, get_delivery, "HookDelivery", None),
    Endpoint("POST", f"{_DELIVERY}/attempts", redeliver, _ATTEMPT, None),
    Endpoint("POST", "/app-manifests/{code}/conversions", convert_manifest, _CONVERSION, None, public=True),
)
