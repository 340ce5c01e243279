"""Addresses of orders."""

from django.urls import path

from orders.views import board, feeds, guests, invoices, meeting, order, resources, threads, wizard

app_name = "orders"
urlpatterns = [
    path("", resources.home, name="home"),
    path("resources/", resources.resources, name="resources"),
    path("invoices/<slug:number>/", invoices.invoice, name="invoice"),
    path("invoices/<slug:number>/pdf/", invoices.pdf, name="invoice_pdf"),
    path("calendar/<slug:token>.ics", feeds.calendar, name="calendar"),
    path("orders/new/", wizard.new, name="new"),
    path("orders/find/", guests.find, name="find"),
    path("orders/link/<slug:token>/", guests.link, name="link"),
    path("orders/draft/<slug:key>/availability/", wizard.availability, name="availability"),
    path("orders/draft/<slug:key>/coverage/", wizard.coverage, name="coverage"),
    path("orders/draft/<slug:key>/times/", wizard.times, name="times"),
    path("orders/draft/<slug:key>/meeting/", meeting.meeting, name="meeting"),
    path("orders/draft/<slug:key>/event/", wizard.event, name="event"),
    path("orders/draft/<slug:key>/check/", wizard.check, name="check"),
    path("orders/draft/<slug:key>/discard/", wizard.discard, name="discard"),
    path("orders/changes/<slug:key>/", threads.thread, name="thread"),
    path("orders/<slug:number>/", order.order, name="order"),
    path("orders/<slug:number>/move/", order.move, name="move"),
    path("orders/<slug:number>/cancel/", order.cancel, name="cancel"),
    path("orders/<slug:number>/answer/", order.answer, name="answer"),
    path("orders/<slug:number>/board/", board.board, name="board"),
    path("orders/<slug:number>/changes/", threads.threads, name="threads"),
    path("orders/<slug:number>/changes/new/", threads.new_thread, name="new_thread"),
]
