"""The coordinators' screens: people, their skills, hours and leave, and who is booked when."""

from scheduling.admin.bookings import BookingAdmin, HolidayAdmin
from scheduling.admin.staff import StaffMemberAdmin

__all__ = ["BookingAdmin", "HolidayAdmin", "StaffMemberAdmin"]
