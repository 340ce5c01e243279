"""Forms for moving and cancelling: date and time only. Source: S40, S46"""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.forms.times import FoldMixin, date_field, time_field, wish
from orders.models import Order, OrderChange
from orders.queries import can_update_site, wishes_of
from scheduling.windows import DayWish


class MoveForm(FoldMixin, forms.Form):
    """The new first day; the other days, the zone and the length stay. Source: S40"""

    date = date_field(label=_("New date"))
    time = time_field()
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)  # of the order whose move was shown

    def first(self) -> DayWish:
        """The wall time asked for."""
        return wish(self.cleaned_data["date"], self.cleaned_data["time"], 0, self.fold_given())


def move_initial(order: Order) -> dict[str, Any]:
    """The order's own date and time."""
    first = wishes_of(order)[0]
    return {"date": first.local_start.date(), "time": first.local_start.time()}


class ScheduleForm(forms.Form):
    """Has the schedule on the site been changed, and if not, who does it? Source: S49 to S52"""

    schedule_update = forms.ChoiceField(label=_("Have you updated the schedule on your site?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        update = OrderChange.ScheduleUpdate
        choices = [
            (update.DONE, _("Yes, it is updated")),
            (update.OPEN_SITE, _("Not yet: open my site in a new window")),
            (update.MYSELF, _("Not yet: I will update it later, remind me")),
        ]
        if can_update_site(order):
            choices.append((update.CONNECTOR, _("Not yet: update it for me once the move is confirmed")))
            choices.append((update.TELL_ALL, _("Not yet: update it for me, and have the site mail everyone invited")))
        self.fields["schedule_update"].choices = choices  # type: ignore[attr-defined]


class CancelForm(forms.Form):
    """Yes or No, with the fee that was shown. Source: S53"""

    reason = forms.CharField(label=_("Reason"), required=False, max_length=300, widget=forms.Textarea({"rows": 2}))
    fee = forms.DecimalField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def accepted_fee(self) -> Decimal:
        """The fee the reader saw and accepted by pressing the button."""
        return self.cleaned_data.get("fee") or Decimal(0)
