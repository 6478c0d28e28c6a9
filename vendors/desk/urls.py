from django.urls import path

from vendors.desk import views

app_name = "desk"
urlpatterns = [
    path("", views.home, name="home"),
    path("parcels/", views.orders, name="orders"),
    path("parcels/<slug:which>/", views.orders, name="orders"),
]
