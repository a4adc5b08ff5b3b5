from django.urls import path

from recommendations.planned import views

urlpatterns = [path("list/next/", views.next_planned, name="next_planned")]
