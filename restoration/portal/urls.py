"""Addresses of the portal."""

from django.urls import path

from restoration.portal import views

app_name = "portal"

urlpatterns = [
    path("", views.home, name="home"),
    path("projects/<str:number>/", views.project, name="project"),
    path("projects/<str:number>/promises/", views.promises, name="promises"),
    path("estimates/<int:estimate_id>/", views.estimate, name="estimate"),
    path("orders/", views.orders, name="orders"),
    path("orders/<str:number>/", views.order, name="order"),
    path("orders/<str:number>/accept/", views.order_accept, name="order_accept"),
    path(
        "orders/<str:number>/papers/<str:kind>/",
        views.order_paper,
        name="order_paper",
    ),
]
