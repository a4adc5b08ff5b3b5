from django.urls import path

from accounts.lists import views

urlpatterns = [
    path("list/", views.list_view, name="list"),
    path("list/hidden/", views.hidden, name="hidden"),
    path("list/bulk/", views.bulk, name="bulk"),
    path("list/undo/<str:key>/", views.undo_change, name="undo"),
    path("list/<int:title_id>/", views.entry, name="entry"),
    path("list/<int:title_id>/quick/", views.quick, name="quick"),
    path("list/<int:title_id>/up-to/", views.watched_up_to, name="watched_up_to"),
    path("list/<int:title_id>/remove/", views.remove, name="remove"),
    path("list/<int:title_id>/hide/", views.hide, name="hide"),
    path("list/<int:title_id>/unhide/", views.unhide, name="unhide"),
]
