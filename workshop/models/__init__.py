"""The house: people, places, hours, the families it serves, money, promises."""

from workshop.models.families import (
    Colour,
    FrameRange,
    Variant,
    VariantColour,
)
from workshop.models.house import (
    Absence,
    Bay,
    BayKind,
    BilingualName,
    ExtraDay,
    Holiday,
    Site,
    Skill,
    Technician,
    WorkingHours,
)
from workshop.models.money import (
    Account,
    AccountEntry,
    ExchangeRate,
    Invoice,
    Payment,
    Posting,
)
from workshop.models.people import (
    DESK_ROLES,
    HOUSE_ROLES,
    ApiToken,
    Customer,
    Invitation,
    Role,
    RoleGrant,
    User,
    Viewer,
    require_time_zone,
    role_of,
)
from workshop.models.promises import Promise
from workshop.models.provenance import Provenance

__all__ = [
    "DESK_ROLES",
    "HOUSE_ROLES",
    "Absence",
    "Account",
    "AccountEntry",
    "ApiToken",
    "Bay",
    "BayKind",
    "BilingualName",
    "Colour",
    "Customer",
    "ExchangeRate",
    "ExtraDay",
    "FrameRange",
    "Holiday",
    "Invitation",
    "Invoice",
    "Payment",
    "Posting",
    "Promise",
    "Provenance",
    "Role",
    "RoleGrant",
    "Site",
    "Skill",
    "Technician",
    "User",
    "Variant",
    "VariantColour",
    "Viewer",
    "WorkingHours",
    "require_time_zone",
    "role_of",
]
