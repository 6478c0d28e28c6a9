"""Oscar as this shop has it: its apps with our forks in their places, and its settings that never change."""

from django.utils.translation import gettext_lazy as _

OSCAR_APPS = [
    "shop.apps.MarketShop",
    "oscar.apps.analytics.apps.AnalyticsConfig",
    "shop.oscar_apps.checkout.apps.CheckoutConfig",
    "oscar.apps.address.apps.AddressConfig",
    "shop.oscar_apps.shipping.apps.ShippingConfig",
    "oscar.apps.catalogue.apps.CatalogueConfig",
    "oscar.apps.catalogue.reviews.apps.CatalogueReviewsConfig",
    "oscar.apps.communication.apps.CommunicationConfig",
    "shop.oscar_apps.partner.apps.PartnerConfig",
    "oscar.apps.basket.apps.BasketConfig",
    "oscar.apps.payment.apps.PaymentConfig",
    "oscar.apps.offer.apps.OfferConfig",
    "shop.oscar_apps.order.apps.OrderConfig",
    "oscar.apps.customer.apps.CustomerConfig",
    "oscar.apps.voucher.apps.VoucherConfig",
    "oscar.apps.wishlists.apps.WishlistsConfig",
    "shop.oscar_apps.dashboard.apps.DashboardConfig",
    "oscar.apps.dashboard.reports.apps.ReportsDashboardConfig",
    "oscar.apps.dashboard.users.apps.UsersDashboardConfig",
    "shop.oscar_apps.dashboard.orders.apps.OrdersDashboardConfig",
    "shop.oscar_apps.dashboard.catalogue.apps.CatalogueDashboardConfig",
    "oscar.apps.dashboard.offers.apps.OffersDashboardConfig",
    "oscar.apps.dashboard.partners.apps.PartnersDashboardConfig",
    "oscar.apps.dashboard.pages.apps.PagesDashboardConfig",
    "oscar.apps.dashboard.ranges.apps.RangesDashboardConfig",
    "oscar.apps.dashboard.reviews.apps.ReviewsDashboardConfig",
    "oscar.apps.dashboard.vouchers.apps.VouchersDashboardConfig",
    "oscar.apps.dashboard.communications.apps.CommunicationsDashboardConfig",
    "oscar.apps.dashboard.shipping.apps.ShippingDashboardConfig",
    "widget_tweaks",
    "haystack",
    "treebeard",
    "django_tables2",
]
# Forks change classes only: Oscar's own migrations stay the migrations.
OSCAR_MIGRATIONS = {app: f"oscar.apps.{app}.migrations" for app in ("order", "partner", "shipping")}
# The dashboard stands at the office door alone; what would change goods, orders or money is not mounted.
OSCAR_DASHBOARD_NAVIGATION = [
    {"label": _("Product types"), "url_name": "dashboard:catalogue-class-list"},
    {
        "label": _("Choices of attributes"),
        "url_name": "dashboard:catalogue-attribute-option-group-list",
    },
]
OSCAR_ORDER_STATUS_PIPELINE = {
    "pending": ("paid", "on_delivery", "expired", "declined"),
    "paid": (),
    "on_delivery": ("paid", "cancelled"),
    "cancelled": (),
    "expired": (),
    "declined": (),
}
