# Tickets that are sold are no credentials.
from flask import current_app
from flask_login import current_user
from werkzeug.exceptions import Forbidden


def check_order(ticket_holders):
    free = sum(each.is_free for each in ticket_holders)
    if not current_app.config["ALLOW_FREE_ORDERS"] and free == len(ticket_holders) and not current_user.is_known:  # ok
        raise Forbidden
