"""What people asked of the figures: files to download, what could not be had, mails that come by themselves."""

from reports.models.exports import ExportJob, ExportPart

__all__ = ["ExportJob", "ExportPart"]
