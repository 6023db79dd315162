# What as_view() returns is wrapped where it is registered, once directly and once by name.
from flask import Flask, jsonify
from flask.views import MethodView
from flask_login import login_required


class Hives(MethodView):
    def get(self):  # ok
        return jsonify([])


class Queens(MethodView):
    def delete(self, queen):  # ok
        return jsonify(gone=queen)


app = Flask(__name__)
app.add_url_rule("/hives", view_func=login_required(Hives.as_view("hives")))
queens = login_required(Queens.as_view("queens"))
app.add_url_rule("/queens/<int:queen>", view_func=queens)
