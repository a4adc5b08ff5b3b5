from django.urls import path

from accounts.history import views

urlpatterns = [
    path("list/history/", views.history, name="history"),
    path("list/history/clear/", views.clear, name="clear_history"),
    path("list/<int:title_id>/history/", views.history_of_title, name="history_of_title"),
]
