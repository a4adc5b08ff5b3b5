from django.urls import path

from social.corrections import views

urlpatterns = [
    path("titles/<int:pk>/correct/", views.choose_field, name="choose_field"),
    path("titles/<int:pk>/correct/<slug:field>/", views.suggest, name="suggest_correction"),
    path("titles/<int:pk>/history/", views.history, name="title_history"),
    path("staff/corrections/", views.queue, name="corrections"),
    path("staff/corrections/<int:pk>/accept/", views.accept, name="accept_correction"),
    path("staff/corrections/<int:pk>/decline/", views.decline, name="decline_correction"),
    path("staff/corrections/<int:pk>/undo/", views.undo, name="undo_correction"),
]
