"""How far each of the demo's cars is, and what its story was."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Begun:
    """A card that is not finished: by whom, how much of it, whether the clock runs."""

    technician: str
    share: float
    runs: bool = True
    finding: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """A car's story by operation codes; what an operation rests on is done, too.

    Attributes:
        agreed_days: working days since the customer signed; 0 where an estimate waits.
        wished_in_days: the customer's wish, from today.
        done: finished operations.
        begun: operations under work.
        idle_days: for how long nobody has worked on it.
        pays_after_days: how long the customer takes to pay.
    """

    agreed_days: int = 0
    wished_in_days: int | None = None
    done: tuple[str, ...] = ()
    begun: dict[str, Begun] = field(default_factory=dict)
    idle_days: int = 0
    pays_after_days: int = 6


# Stripped, and the first round of parts asked for: nothing goes to the body before.
STRIPPED = ("OP0190", "OP0200")
STAGES = {
    "ENGINE": Stage(
        agreed_days=94,
        wished_in_days=75,
        pays_after_days=20,
        done=(*STRIPPED, "OP0410", "OP0530", "OP0540", "OP0610", "OP0620", "OP0630"),
        begun={"OP0550": Begun("yamamoto", 0.5), "OP0640": Begun("sato", 0.7)},
    ),
    "LATE_PART": Stage(
        agreed_days=46,
        wished_in_days=200,
        done=(*STRIPPED, "OP0260", "OP0280", "OP0440"),
        begun={"OP0610": Begun("suzuki", 0.4)},
    ),
    "BODY": Stage(
        agreed_days=38,
        wished_in_days=240,
        done=(*STRIPPED, "OP0230"),
        begun={"OP0240": Begun("yoshida", 0.4)},
    ),
    "FINDING_WAITING": Stage(
        agreed_days=44,
        wished_in_days=260,
        done=(*STRIPPED, "OP0240"),
        begun={
            "OP0250": Begun(
                "kato",
                0.3,
                runs=False,
                finding="左ストラットタワー裏に腐食穴。内側パネルの交換が必要です。",
            )
        },
        idle_days=2,
    ),
    "READY": Stage(
        agreed_days=16,
        wished_in_days=14,
        done=("OP1000",),
        idle_days=1,
        pays_after_days=0,
    ),
    "INTAKE": Stage(agreed_days=8, wished_in_days=160, done=("OP0060",)),
    "ESTIMATE_SENT": Stage(),
}
