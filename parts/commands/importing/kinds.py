"""Which kinds of file there are."""

from collections.abc import Mapping

from parts.commands.importing.base import Kind
from parts.commands.importing.catalogue import Catalogue
from parts.commands.importing.counts import Counts
from parts.commands.importing.offers import Offers
from parts.commands.importing.orders import Orders
from parts.commands.importing.prices import Prices
from parts.models import Import

KINDS: Mapping[str, type[Kind]] = {
    Import.Kind.CATALOGUE: Catalogue,
    Import.Kind.PRICES: Prices,
    Import.Kind.OFFERS: Offers,
    Import.Kind.COUNTS: Counts,
    Import.Kind.ORDERS: Orders,
}


def kind_of(run: Import) -> Kind:
    """Return a fresh reader of the file's kind, which has looked around already."""
    kind = KINDS[run.kind]()
    kind.prepare(run)
    return kind
