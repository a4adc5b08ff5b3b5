from django.urls import path

from accounts.own_entries import views

urlpatterns = [
    path("list/own/", views.own_list, name="own_entries"),
    path("list/own/add/", views.add, name="own_add"),
    path("list/own/<int:pk>/", views.entry, name="own_entry"),
    path("list/own/<int:pk>/remove/", views.remove, name="own_remove"),
    path("list/own/<int:pk>/link/", views.link, name="own_link"),
]
