# Both sides come from the same form.
from django import forms


class PasswordForm(forms.Form):
    password = forms.CharField()
    password_again = forms.CharField()

    def clean(self):
        data = super().clean()
        if data["password"] != data["password_again"]:  # ok
            raise forms.ValidationError("the passwords differ")
        return data
