"""Addresses of the board."""

from django.urls import path

from restoration.board import (
    absences,
    calendars,
    health,
    held,
    intake,
    pins,
    planning,
    projects,
    runs,
    views,
    what_if,
)

app_name = "board"

urlpatterns = [
    path("", views.home, name="home"),
    path("plan/", planning.plan, name="plan"),
    path("plan/bars/", planning.plan_bars, name="plan_bars"),
    path("plan/bars/<int:assignment_id>/", planning.why_here, name="why_here"),
    path("plan/cars/<str:number>/", planning.why_late, name="why_late"),
    path("plan/cars/<str:number>/chain/", planning.plan_chain, name="plan_chain"),
    path("plan/cards/<int:card_id>/pin/", pins.pin, name="pin"),
    path("plan/pins/<int:pin_id>/release/", pins.release_pin, name="release_pin"),
    path("plan/pins/", held.held, name="pins"),
    path("plan/pins/<int:pin_id>/again/", held.hold_again, name="hold_again"),
    path("plan/health/", health.health, name="health"),
    path("plan/what-if/", what_if.what_if, name="what_if"),
    path("plan/what-if/<int:scenario_id>/", what_if.scenario, name="scenario"),
    path("plan/what-if/<int:scenario_id>/close/", what_if.close, name="close_scenario"),
    path("absences/", absences.absences, name="absences"),
    path("absences/<int:absence_id>/end/", absences.end_absence, name="end_absence"),
    path("calendars/", calendars.calendars, name="calendars"),
    path("calendars/issue/", calendars.issue_feed, name="issue_feed"),
    path("calendars/<int:feed_id>/revoke/", calendars.revoke_feed, name="revoke_feed"),
    path("feeds/<str:secret>.ics", calendars.feed, name="feed"),
    path("sheets/", calendars.sheets, name="sheets"),
    path("sheets/<str:code>/", calendars.sheet, name="sheet"),
    path("plan/state/", runs.plan_state, name="plan_state"),
    path("plan/again/", runs.plan_again, name="plan_again"),
    path("shortages/", views.shortages, name="shortages"),
    path("intake/", intake.intake, name="intake"),
    path("intake/enter/", intake.enter, name="enter"),
    path("intake/unlisted/", intake.enter_unlisted, name="enter_unlisted"),
    path("projects/<str:number>/", projects.project, name="project"),
    path("projects/<str:number>/cards/", projects.cards, name="cards"),
    path("projects/<str:number>/parts/", projects.parts, name="parts"),
    path("projects/<str:number>/arrival/", projects.arrive, name="arrive"),
    path("projects/<str:number>/draft/", projects.draft, name="draft"),
    path("projects/<str:number>/hand-over/", projects.hand_over, name="hand_over"),
    path("estimates/<int:estimate_id>/", projects.estimate, name="estimate"),
    path("estimates/<int:estimate_id>/send/", projects.send, name="send"),
]
