from django.urls import path

from vendors.desk import (
    accounts,
    errands,
    payouts,
    rates,
    refunds,
    reviews,
    settlements,
    stalls,
    views,
    vouchers,
)

app_name = "desk"
urlpatterns = [
    path("", views.home, name="home"),
    path("parcels/", views.orders, name="orders"),
    path("parcels/<slug:which>/", views.orders, name="orders"),
    path("parcel/<slug:number>/", refunds.parcel, name="parcel"),
    path("parcel/<slug:number>/give-back/", refunds.give_back, name="give_back"),
    path("parcel/<slug:number>/dispute/", refunds.dispute, name="dispute"),
    path("stalls/", stalls.stalls, name="stalls"),
    path("stalls/<slug:which>/", stalls.stalls, name="stalls"),
    path("stall/<slug:slug>/", stalls.stall, name="stall"),
    path("stall/<slug:slug>/errand/", errands.begin, name="begin_errand"),
    path("stall/<slug:slug>/<slug:step>/", stalls.step, name="stall_step"),
    path("errand/end/", errands.end, name="end_errand"),
    path("appeals/<int:appeal_id>/", stalls.appeal, name="appeal"),
    path("reviews/", reviews.reviews, name="reviews"),
    path("reviews/<int:review_id>/", reviews.review, name="review"),
    path("questions/", reviews.questions, name="questions"),
    path("questions/<int:question_id>/", reviews.question, name="question"),
    path("reports/", reviews.reports, name="reports"),
    path("reports/<int:report_id>/settle/", reviews.settle, name="settle_report"),
    path("vouchers/", vouchers.vouchers, name="vouchers"),
    path("vouchers/<int:voucher_id>/end/", vouchers.end, name="end_voucher"),
    path("refunds/", refunds.refunds, name="refunds"),
    path("refunds/<uuid:refund_id>/", refunds.by_hand, name="by_hand"),
    path("disputes/<int:dispute_id>/<slug:ending>/", refunds.end_dispute, name="end_dispute"),
    path("settlements/", settlements.settlements, name="settlements"),
    path(
        "settlements/<int:year>/<int:month>/", settlements.settlements, name="settlements_of_month"
    ),
    path("settlements/<int:year>/<int:month>/prepare/", settlements.prepare, name="prepare"),
    path(
        "settlements/<int:year>/<int:month>/<slug:slug>/", settlements.statement, name="statement"
    ),
    path(
        "settlements/<int:year>/<int:month>/<slug:slug>/approve/",
        settlements.approve,
        name="approve",
    ),
    path("payouts/", payouts.payouts, name="payouts"),
    path("payouts/release/<slug:rail>/", payouts.release, name="release"),
    path("payouts/batches/<int:batch_id>/", payouts.batch, name="batch"),
    path("payouts/batches/<int:batch_id>/paid/", payouts.confirm_all, name="confirm_all"),
    path("payouts/batches/<int:batch_id>/file.<slug:kind>", payouts.bank_file, name="bank_file"),
    path("payouts/<uuid:payout_id>/", payouts.payout, name="payout"),
    path("payouts/<uuid:payout_id>/paid/", payouts.confirm, name="confirm"),
    path("payouts/<uuid:payout_id>/came-back/", payouts.came_back, name="came_back"),
    path("rates/", rates.rates, name="rates"),
    path("accounts/", accounts.accounts, name="accounts"),
    path("accounts/<slug:slug>/", accounts.account, name="account"),
    path("accounts/<int:account_id>/<slug:decision>/", accounts.decide, name="decide"),
]
