from django.urls import path

from social.custom_lists import views
from social.moderation.views import report

urlpatterns = [
    path("members/<str:username>/lists/", views.member_lists, name="member_lists"),
    path("lists/new/", views.create, name="new_list"),
    path("lists/<int:pk>/", views.custom_list, name="custom_list"),
    path("lists/<int:pk>/edit/", views.edit, name="edit_list"),
    path("lists/<int:pk>/delete/", views.delete, name="delete_list"),
    path("lists/<int:pk>/titles/<int:title_id>/", views.item, name="list_item"),
    path("lists/<int:pk>/report/", report, {"kind": "custom_list"}, name="report_list"),
    path("lists/restore/<str:key>/", views.restore_item, name="restore_list_item"),
    path("lists/shared/<str:link_key>/", views.shared_list, name="shared_list"),
    path("lists/shared/<str:link_key>/report/", report, {"kind": "custom_list"}, name="report_shared_list"),
    path("titles/<int:pk>/lists/", views.title_lists, name="title_lists"),
]
