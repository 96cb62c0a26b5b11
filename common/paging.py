"""How long a page of the API is."""

from rest_framework import pagination


class Pages(pagination.PageNumberPagination):
    """Fifty rows a page; a caller may ask for up to a hundred."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 100
