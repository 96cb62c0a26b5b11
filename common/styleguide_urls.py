"""The living page of the design system; mounted as ``house:styleguide``."""

from django.urls import path

from common.styleguide import styleguide

urlpatterns = [path("", styleguide, name="styleguide")]
