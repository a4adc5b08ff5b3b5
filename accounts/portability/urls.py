from django.urls import path, re_path

from accounts.portability import views

urlpatterns = [
    path("list/import/", views.imports, name="imports"),
    path("list/import/rows/<int:pk>/", views.row, name="import_row"),
    path("list/import/<int:pk>/", views.import_page, name="import"),
    path("list/import/<int:pk>/columns/", views.columns, name="import_columns"),
    path("list/import/<int:pk>/rule/", views.rule, name="import_rule"),
    path("list/import/<int:pk>/own/", views.keep_own, name="import_own"),
    path("list/import/<int:pk>/scale/", views.scale, name="import_scale"),
    path("list/import/<int:pk>/run/", views.run, name="import_run"),
    path("list/import/<int:pk>/undo/", views.undo, name="import_undo"),
    path("list/import/<int:pk>/discard/", views.discard, name="import_discard"),
    path("list/import/<int:pk>/report.csv", views.report, name="import_report"),
    path("list/export/account/", views.personal_data, name="personal_data"),
    re_path(r"^list/export/(?P<kind>json|csv|xml|manga\.xml)/$", views.export, name="export"),
]
