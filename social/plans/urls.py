from django.urls import path

from social.plans import views

urlpatterns = [
    path("plans/", views.plan_list, name="plans"),
    path("plans/<int:pk>/", views.plan, name="plan"),
    path("plans/<int:pk>/change/", views.change_plan, name="change_plan"),
    path("plans/<int:pk>/accept/", views.accept, name="accept_plan"),
    path("plans/<int:pk>/leave/", views.leave, name="leave_plan"),
    path("plans/<int:pk>/delete/", views.delete, name="delete_plan"),
    path("plans/<int:pk>/invite/", views.invite, name="invite"),
    path("plans/<int:pk>/members/<str:username>/remove/", views.remove_member, name="remove_plan_member"),
    path("plans/<int:pk>/titles/<int:title_id>/", views.plan_title, name="plan_title"),
]
