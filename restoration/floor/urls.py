"""Addresses of the floor."""

from django.urls import path

from restoration.floor import actions, entries, views

app_name = "floor"

urlpatterns = [
    path("", views.home, name="home"),
    path("cards/", views.cards, name="cards"),
    path("cards/<int:card_id>/", views.card, name="card"),
    path("cards/<int:card_id>/start/", actions.start, name="start"),
    path("cards/<int:card_id>/pause/", actions.pause, name="pause"),
    path("cards/<int:card_id>/finish/", actions.finish, name="finish"),
    path("cards/<int:card_id>/remaining/", actions.remaining, name="remaining"),
    path("cards/<int:card_id>/parts/<int:row_id>/", actions.draw, name="draw"),
    path("cards/<int:card_id>/checks/<int:item_id>/", actions.check, name="check"),
    path(
        "cards/<int:card_id>/originals/<int:removed_id>/", actions.judge, name="judge"
    ),
    path("part-photos/<int:file_id>/", views.part_photo, name="part_photo"),
    path("cards/<int:card_id>/measure/", entries.measure, name="measure"),
    path("cards/<int:card_id>/finding/", entries.finding, name="finding"),
    path("cards/<int:card_id>/originals/", entries.original, name="original"),
]
