"""Addresses of search and of the categories."""

from django.urls import path

from search import views

urlpatterns = [
    path("search/", views.search_view, name="search"),
    path("search/suggest/", views.suggest_view, name="suggest"),
    path("c/<str:slug>/", views.category_view, name="category"),
]
