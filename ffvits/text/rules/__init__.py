"""The table of the normaliser: every rule in the order in which it is tried, each with examples that are tests.

Rules come from the special to the general: what looks like an address, a date or a name is taken before what looks
like a number. A rule sees the whole sentence and may decline, so context decides between readings.
"""

from ffvits.text.rules.addresses import ADDRESS_RULES
from ffvits.text.rules.calendar import CALENDAR_RULES
from ffvits.text.rules.chemistry import CHEMISTRY_RULES
from ffvits.text.rules.clock import CLOCK_RULES
from ffvits.text.rules.codes import CODE_RULES
from ffvits.text.rules.compounds import COMPOUND_RULES
from ffvits.text.rules.counts import COUNT_RULES
from ffvits.text.rules.days import DAY_RULES
from ffvits.text.rules.lists import LIST_RULES
from ffvits.text.rules.mathematics import MATHEMATICS_RULES
from ffvits.text.rules.measures import MEASURE_RULES
from ffvits.text.rules.money import MONEY_RULES
from ffvits.text.rules.names import NAME_RULES
from ffvits.text.rules.pairs import PAIR_RULES
from ffvits.text.rules.phones import PHONE_RULES
from ffvits.text.rules.quantities import PLAIN_RULES, SIGNED_RULES
from ffvits.text.rules.ranges import RANGE_RULES
from ffvits.text.rules.rows import ROW_RULES
from ffvits.text.rules.rule import Rule
from ffvits.text.rules.signs import SIGN_RULES
from ffvits.text.rules.slang import SLANG_RULES
from ffvits.text.rules.spacing import SPACING_RULES
from ffvits.text.rules.sums import SUM_RULES
from ffvits.text.rules.web import WEB_RULES

RULES: tuple[Rule, ...] = (
    *SPACING_RULES,
    *CODE_RULES,
    *WEB_RULES,
    *PHONE_RULES,
    *ADDRESS_RULES,
    *ROW_RULES,
    *RANGE_RULES,
    *CALENDAR_RULES,
    *DAY_RULES,
    *CLOCK_RULES,
    *COMPOUND_RULES,
    *CHEMISTRY_RULES,
    *MATHEMATICS_RULES,
    *SLANG_RULES,
    *NAME_RULES,
    *LIST_RULES,
    *MONEY_RULES,
    *MEASURE_RULES,
    *COUNT_RULES,
    *SUM_RULES,
    *PAIR_RULES,
    *SIGNED_RULES,
    *PLAIN_RULES,
    *SIGN_RULES,
)

__all__ = ["RULES", "Rule"]
