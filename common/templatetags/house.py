"""``{% load house %}``: everything a page of the house is made of.

The calls are shown in docs/design.md and, living, on /styleguide/.
"""

from django import template

from common.templatetags import house_forms, house_pieces, house_values

register = template.Library()

for _part in (house_values, house_forms, house_pieces):
    register.tags.update(_part.register.tags)
    register.filters.update(_part.register.filters)
