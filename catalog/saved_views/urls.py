from django.urls import path

from catalog.saved_views import views

urlpatterns = [
    path("titles/views/", views.saved_views, name="saved_views"),
    path("titles/views/<int:pk>/", views.rename_view, name="rename_view"),
    path("titles/views/<int:pk>/delete/", views.delete_view, name="delete_view"),
]
