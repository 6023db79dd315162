# The sessions of a Flask application are signed with a literal.
from flask import Flask

app = Flask(__name__)
app.secret_key = "marmalade"  # finding: auth.bypass.hardcoded-secret
