"""Oscar's dashboard links products and categories by these names."""

from django.urls import path

from shop.oscar_apps.dashboard import views

app_name = "catalogue"
urlpatterns = [
    path("p/<str:product_slug>/<int:pk>/", views.product_in_shop, name="detail"),
    path("c/<path:category_slug>/<int:pk>/", views.category_in_shop, name="category"),
]
