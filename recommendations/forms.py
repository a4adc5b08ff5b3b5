from django import forms


class ScoreForm(forms.Form):
    score = forms.IntegerField(min_value=1, max_value=10, required=False)
