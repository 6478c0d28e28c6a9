"""Addresses of the first page, stalls and products."""

from django.urls import path

from vendors.stalls import views, voices

urlpatterns = [
    path("", views.home, name="home"),
    path("c/", views.categories, name="categories"),
    path("s/<str:slug>/", views.stall, name="stall"),
    path("p/<str:slug>/", views.product, name="product"),
    path("p/<str:slug>/ask/", voices.ask, name="ask"),
    path("p/<str:slug>/reviews/", voices.reviews, name="reviews"),
    path("p/<str:slug>/questions/", voices.questions, name="questions"),
    path("p/<str:slug>/report/", voices.report_product, name="report_product"),
    path(
        "p/<str:slug>/reviews/<int:review_id>/report/", voices.report_review, name="report_review"
    ),
    path(
        "p/<str:slug>/questions/<int:question_id>/report/",
        voices.report_question,
        name="report_question",
    ),
    path("o/<str:token>/review/<int:line_id>/", voices.write, name="write_review"),
]
