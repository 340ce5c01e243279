"""Writes: hold, book, move and release people's time; say what people can do and when they are there."""

from scheduling.actions.booking import HoldGone, book, expire_holds, hold, rebook, release, swap
from scheduling.actions.claiming import NobodyFree
from scheduling.actions.holidays import load_holidays
from scheduling.actions.reassigning import Change, reassign
from scheduling.actions.staff import (
    HoursEndBeforeTheyBegin,
    LeaveEndsBeforeItBegins,
    add_leave,
    cancel_leave,
    change_leave,
    change_staff,
    set_certificate,
    set_hours,
    withdraw_certificate,
)
from scheduling.actions.standing_in import make_stand_ins

__all__ = [
    "Change",
    "HoldGone",
    "HoursEndBeforeTheyBegin",
    "LeaveEndsBeforeItBegins",
    "NobodyFree",
    "add_leave",
    "book",
    "cancel_leave",
    "change_leave",
    "change_staff",
    "expire_holds",
    "hold",
    "load_holidays",
    "make_stand_ins",
    "reassign",
    "rebook",
    "release",
    "set_certificate",
    "set_hours",
    "swap",
    "withdraw_certificate",
]
