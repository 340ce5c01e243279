"""What people asked of the figures: files to download, and what is counted ahead for them."""

from reports.models.after import Attendance, EventReport, EvidenceLink
from reports.models.counts import PromiseCount
from reports.models.exports import ExportJob, ExportPart
from reports.models.privacy import Person, RetentionRun

__all__ = ["Attendance", "EventReport", "EvidenceLink", "ExportJob", "ExportPart", "Person", "PromiseCount", "RetentionRun"]
