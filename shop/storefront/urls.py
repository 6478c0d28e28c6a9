"""Addresses of basket, checkout and order."""

from django.urls import path

from shop.storefront.views import basket, checkout, order, pages, parcel

urlpatterns = [
    path("basket/", basket.basket, name="basket"),
    path("basket/add/", basket.add_to_basket, name="add_to_basket"),
    path("basket/line/<int:line_id>/", basket.change_line, name="change_line"),
    path("checkout/", checkout.checkout, name="checkout"),
    path("checkout/pay/", checkout.pay, name="pay"),
    path("pay/return/<str:token>/", order.pay_return, name="pay_return"),
    path("o/<str:token>/", order.order, name="order"),
    path("o/<str:token>/cancel/<slug:number>/", parcel.cancel, name="cancel_parcel"),
    path("o/<str:token>/received/<slug:number>/", parcel.received, name="received"),
    path("o/<str:token>/messages/<slug:number>/", parcel.thread, name="messages"),
    path("o/<str:token>/pay/", order.pay_again, name="pay_again"),
    path("me/", order.find_order, name="find_order"),
    path("help/", pages.help_page, name="help"),
    path("styleguide/", pages.styleguide, name="styleguide"),
]
