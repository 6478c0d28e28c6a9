"""Addresses of the stall holder's panel, under /panel/."""

from django.urls import path

from vendors.panel import (
    giving_back,
    listing,
    orders,
    products,
    reviews,
    sending,
    statements,
    variants,
    views,
)

app_name = "panel"
urlpatterns = [
    path("", views.home, name="home"),
    path("stalls/", views.choose, name="choose"),
    path("money/", views.money, name="money"),
    path("money/<int:year>/<int:month>/", views.money, name="money_of_month"),
    path("money/account/", statements.account, name="account"),
    path("money/paid/<int:year>/<int:month>/", statements.statement, name="statement"),
    path("money/cash/", views.take_cash, name="take_cash"),
    path("questions/", reviews.questions, name="questions"),
    path("questions/<int:question_id>/", reviews.answer_question, name="answer_question"),
    path("reviews/", reviews.reviews, name="reviews"),
    path("reviews/<int:review_id>/", reviews.answer_review, name="answer_review"),
    path("products/", products.shelf, name="products"),
    path("products/new/", listing.new, name="new_listing"),
    path("products/<int:product_id>/", listing.edit, name="listing"),
    path("products/<int:product_id>/more/", listing.more, name="more"),
    path("products/<int:product_id>/copy/", listing.copy, name="copy_listing"),
    path("products/<int:product_id>/hide/", listing.hide, name="hide_listing"),
    path("products/<int:product_id>/show/", listing.show, name="show_listing"),
    path("products/<int:product_id>/delete/", listing.delete, name="delete_listing"),
    path("products/<int:product_id>/prices/", listing.prices, name="prices"),
    path("products/<int:product_id>/sizes/", variants.variants, name="variants"),
    path(
        "products/<int:product_id>/sizes/<int:variant_id>/away/",
        variants.take_away,
        name="take_variant_away",
    ),
    path("products/goods/<int:record_id>/", products.change, name="change_goods"),
    path("products/<int:product_id>/photos/", products.photos, name="photos"),
    path("sending/", sending.ways, name="sending"),
    path("sending/<slug:method>/", sending.way, name="way"),
    path("sending/<slug:method>/stop/", sending.stop, name="stop_way"),
    path("sending/<slug:method>/provinces/", sending.zone, name="new_zone"),
    path("sending/<slug:method>/provinces/<int:zone_id>/", sending.zone, name="zone"),
    path(
        "sending/<slug:method>/provinces/<int:zone_id>/stop/", sending.stop_zone, name="stop_zone"
    ),
    path("orders/", orders.new, name="orders"),
    path("orders/to-send/", orders.to_send, name="orders_to_send"),
    path("orders/sent/", orders.sent, name="orders_sent"),
    path("orders/done/", orders.done, name="orders_done"),
    path("orders/cancelled/", orders.cancelled, name="orders_cancelled"),
    path("orders/<slug:number>/", orders.detail, name="order"),
    path("orders/<slug:number>/accept/", orders.accept, name="accept"),
    path("orders/<slug:number>/send/", orders.send, name="send"),
    path("orders/<slug:number>/give-back/", giving_back.give_back, name="give_back"),
    path("orders/<slug:number>/deliver/", orders.deliver, name="deliver"),
    path("orders/<slug:number>/not-taken/", orders.take_back, name="take_back"),
]
