"""Why a row or a file is refused: codes are kept, sentences are made when read."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: Mapping[str, str | Promise] = {
    # One cell.
    "needed": _("This column must not be empty here."),
    "control_characters": _("The cell holds invisible control characters."),
    "spreadsheet_error": _("The spreadsheet itself shows an error in this cell."),
    "too_long": _("This is longer than %(most)s characters."),
    "not_a_number": _("A number such as 1,234.5 was expected."),
    "too_large": _("This number is too large."),
    "not_whole": _("A whole number was expected."),
    "out_of_range": _("A number from %(least)s to %(most)s was expected."),
    "not_above_zero": _("A number above zero was expected."),
    "too_fine": _("At most three decimal places were expected."),
    "negative": _("An amount of zero or more was expected."),
    "not_a_date": _("A day such as 2026-04-01, 2026年4月1日 or R8.4.1 was expected."),
    "no_such_day": _("There is no such day in the calendar."),
    "outside_era": _("The era has no such day."),
    "not_yes_or_no": _("Yes or no was expected."),
    "not_one_of": _("One of these was expected: %(expected)s."),
    "number_spoilt": _(
        "A spreadsheet has turned this number into a power of ten; the digits are lost."
    ),
    "not_a_part_number": _("Letters A to Z, digits and hyphens were expected."),
    "not_a_code": _("Letters, digits, hyphens and underscores were expected."),
    "not_an_hs_code": _("6 to 10 digits were expected."),
    "not_a_country": _("A country code such as JP was expected."),
    "not_a_currency": _("A currency code such as JPY was expected."),
    "not_a_un_number": _("A UN number such as UN1263 was expected."),
    "not_a_hazard_class": _("A hazard class such as 3 or 2.1 was expected."),
    "not_price_breaks": _("Prices such as 10=900; 50=850 were expected."),
    "not_minor_units": _("%(currency)s has no such fraction."),
    # One row.
    "twice_in_file": _("Line %(line)s of this file says the same already."),
    "wrong_width": _("The row has more cells than the header."),
    "unknown_part": _("No part carries this number or code."),
    "number_or_code": _("A part number or a code is needed."),
    "two_parts": _("The number and the code belong to two different parts."),
    "other_number": _("This part carries the number %(number)s already."),
    "code_differs": _("The part of this number has another code."),
    "code_taken": _("Another part has this code."),
    "name_needed": _("A new part needs a name in English or Japanese."),
    "hazard_whole": _("A UN number and a hazard class go together."),
    "unit_in_use": _("The unit cannot change: the part has been in stock."),
    "not_whole_pieces": _("This part is counted in whole pieces."),
    "unknown_supplier": _("No supplier has this code or name."),
    "unknown_site": _("No site has this code or name."),
    "unknown_bin": _("The site has no bin with this code."),
    "new_offer_incomplete": _("A new offer needs a price and a lead time."),
    "by_serial": _("Units with serial numbers are counted one by one."),
    "count_elsewhere": _("This position is being counted in %(count)s."),
    "order_other_supplier": _("Order %(order)s is with another supplier."),
    "order_line_differs": _(
        "Order %(order)s has this part with another quantity or price."
    ),
    "order_in_two": _(
        "Order %(order)s stands in this file for two suppliers, sites or currencies."
    ),
    "order_other_site": _("Order %(order)s is for another site."),
    "order_closed": _("Order %(order)s takes no more lines."),
    "due_needed": _("A due date is needed."),
    "due_past": _("The due date has passed."),
    "due_far": _("A due date within four years was expected."),
    # A whole file.
    "empty_file": _("The file is empty."),
    "no_rows": _("There is no row below the header."),
    "too_big": _("The file is larger than %(most)s MB."),
    "too_many_rows": _("The file has more than %(most)s rows; split it."),
    "too_wide": _("The file has more than %(most)s columns."),
    "old_excel": _("This is an old Excel file; save it as XLSX or CSV."),
    "not_a_table": _("This is neither a CSV nor an XLSX file."),
    "broken_xlsx": _("The XLSX file is damaged or was made to do harm."),
    "unpacks_too_big": _("Unpacked, the XLSX file would be larger than %(most)s MB."),
    "unknown_encoding": _("The characters of this file cannot be read."),
    "cell_too_long": _("Line %(line)s: a quotation mark is probably missing."),
    "file_missing": _("The file is not in its place any more."),
    "moved_since": _("%(rows)s rows have changed since the check; check again."),
}


def sentence(code: str, more: Mapping[str, str]) -> str:
    """Return a reason in the reader's language.

    Args:
        code: what is kept with the row or the file.
        more: what the sentence speaks of.
    """
    text = str(SENTENCES.get(code, code))
    try:
        return text % more
    except (KeyError, ValueError, TypeError):
        return text


class FileRefused(Exception):
    """A file that cannot be read at all."""

    def __init__(self, code: str, **more: str) -> None:
        super().__init__(code)
        self.code = code
        self.more = more

    @property
    def sentence(self) -> str:
        return sentence(self.code, self.more)
