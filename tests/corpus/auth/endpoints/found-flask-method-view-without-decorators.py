# One class of views lists its decorators, the other has none.
from flask import Flask, jsonify
from flask.views import MethodView
from flask_login import login_required


class Pets(MethodView):
    decorators = [login_required]

    def get(self):  # ok
        return jsonify([])


class Vets(MethodView):
    def post(self):  # finding: auth.unprotected
        return jsonify(hired=True)


app = Flask(__name__)
app.add_url_rule("/pets", view_func=Pets.as_view("pets"))
app.add_url_rule("/vets", view_func=Vets.as_view("vets"))
