# A function that decodes a token on its way to something else is no wrapper: its call counts.
# === .github/fifthwhy.yml
auth:
  canonical: House check
  patterns: [{name: House check, calls: [app.auth.verify]}]
# === app/auth.py
import os

import jwt


def verify(token):
    return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])  # ok
# === app/invoices.py
import os

from joserfc import jwt
from joserfc.jwk import OctKey


def send_invoice(order, mailer):
    key = OctKey.import_key(os.environ["ORDER_KEY"])
    token = jwt.decode(order.ticket, key, algorithms=["HS256"])  # finding: auth.patterns
    mailer.send(token.claims["mail"], f"Invoice {order.number}")
    order.sent = True
    return order.number
# === app/jobs.py
from app.auth import verify
from app.invoices import send_invoice


def nightly(orders, mailer, token):
    verify(token)  # ok
    return [send_invoice(order, mailer) for order in orders]  # ok
