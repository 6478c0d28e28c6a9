"""Addresses of the first page, stalls and products."""

from django.urls import path

from vendors.stalls import views

urlpatterns = [
    path("", views.home, name="home"),
    path("c/", views.categories, name="categories"),
    path("s/<str:slug>/", views.stall, name="stall"),
    path("p/<str:slug>/", views.product, name="product"),
]
