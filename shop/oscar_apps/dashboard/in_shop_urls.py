"""Links of the desk to products in the shop use this name; a form that emptied the slug links them as well."""

from django.urls import re_path

from shop.oscar_apps.dashboard import views

app_name = "catalogue"
urlpatterns = [
    re_path(
        r"^p/(?P<product_slug>[^/]*)/(?P<pk>[0-9]{1,18})/$", views.product_in_shop, name="detail"
    ),
]
