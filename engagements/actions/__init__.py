"""What happens to engagements: opened with an order, planned, moved, worked through, covered, ended."""

from engagements.actions.agenda import (
    AgendaIsFinal,
    AgendaNotFinal,
    BadSession,
    EndsBeforeItStarts,
    OutsideTheDay,
    SessionInUse,
    UnknownSession,
    declare_agenda_final,
    reopen_agenda,
    save_agenda,
    set_actual_times,
)
from engagements.actions.answering import accept_assignment, ask_next, decline_assignment
from engagements.actions.appointments import book_appointment, cancel_appointment, move_appointment
from engagements.actions.closing import cancel_engagement, sync_states
from engagements.actions.covering import find_cover
from engagements.actions.flagging import flag_open_items
from engagements.actions.handing_over import LacksRole, substitute
from engagements.actions.hours import BadEntry, HoursUsedUp, NoSuchHours, approve_add_on, spend_hours
from engagements.actions.locking import EngagementOver
from engagements.actions.moving import move_engagement
from engagements.actions.opening import open_engagement
from engagements.actions.recordings import (
    BadGrant,
    ForeignHost,
    FormatsMissing,
    NotEndedYet,
    RecordingExpired,
    add_recording,
    check_cloud_recording,
    grant_repository,
    open_recording,
    withdraw_repository,
)
from engagements.actions.refusing import EngagementClosed, InTheFuture, NotALink, NotYours
from engagements.actions.rehearsing import UnknownForm, choose_rehearsal
from engagements.actions.site_news import take_site_news
from engagements.actions.ticking import (
    AlreadyAnswered,
    BeforeOpening,
    EvidenceMissing,
    NotAnswered,
    ReasonMissing,
    TooLateToUndo,
    TooLong,
    complete_task,
    reinstate_task,
    undo_task,
    waive_task,
)
from engagements.actions.warning import send_warnings
from engagements.brief import Brief, DayBrief, SessionBrief
from engagements.queries import DaysDiffer

__all__ = [
    "AgendaIsFinal",
    "AgendaNotFinal",
    "AlreadyAnswered",
    "BadEntry",
    "BadGrant",
    "BadSession",
    "BeforeOpening",
    "Brief",
    "DayBrief",
    "DaysDiffer",
    "EndsBeforeItStarts",
    "EngagementClosed",
    "EngagementOver",
    "EvidenceMissing",
    "ForeignHost",
    "FormatsMissing",
    "HoursUsedUp",
    "InTheFuture",
    "LacksRole",
    "NoSuchHours",
    "NotALink",
    "NotAnswered",
    "NotEndedYet",
    "NotYours",
    "OutsideTheDay",
    "ReasonMissing",
    "RecordingExpired",
    "SessionBrief",
    "SessionInUse",
    "TooLateToUndo",
    "TooLong",
    "UnknownForm",
    "UnknownSession",
    "accept_assignment",
    "add_recording",
    "approve_add_on",
    "ask_next",
    "book_appointment",
    "cancel_appointment",
    "cancel_engagement",
    "check_cloud_recording",
    "choose_rehearsal",
    "complete_task",
    "declare_agenda_final",
    "decline_assignment",
    "find_cover",
    "flag_open_items",
    "grant_repository",
    "move_appointment",
    "move_engagement",
    "open_engagement",
    "open_recording",
    "reinstate_task",
    "reopen_agenda",
    "save_agenda",
    "send_warnings",
    "set_actual_times",
    "spend_hours",
    "substitute",
    "sync_states",
    "take_site_news",
    "undo_task",
    "waive_task",
    "withdraw_repository",
]
