"""How work is queued, and what beat asks for when: Celery's settings, apart from Django's, so that beat need not load those."""

import os
from datetime import timedelta

from assist_portal.addresses import BrokerAddress

broker_url = BrokerAddress.of(os.environ["REDIS_URL"]).celery
broker_transport_options = {"visibility_timeout": 600, "unacked_restore_interval": 5, "unacked_restore_throttle": 1}
broker_connection_retry_on_startup = True
result_backend_transport_options = {"visibility_timeout": 600}  # Celery takes the shortest of the three
visibility_timeout = 600
task_ignore_result = True
task_acks_late = True
task_reject_on_worker_lost = True
task_soft_time_limit = 60
task_time_limit = 90
worker_prefetch_multiplier = 1
worker_cancel_long_running_tasks_on_connection_loss = True
worker_soft_shutdown_timeout = 30
worker_hijack_root_logger = False
timezone = "UTC"
beat_scheduler = "assist_portal.beat:StartsAtOnce"
beat_max_loop_interval = 5
beat_schedule = {
    "run sandboxes": {"task": "assist_portal.sandbox.tasks.run_sandboxes", "schedule": timedelta(seconds=30)},
    "deliver messages": {"task": "outbox.tasks.deliver_messages", "schedule": timedelta(seconds=3)},
    "follow events": {"task": "outbox.tasks.follow_events", "schedule": timedelta(seconds=1)},
    "post webhooks": {"task": "outbox.tasks.post_webhooks", "schedule": timedelta(seconds=2)},
    "beat heartbeat": {"task": "outbox.tasks.heartbeat", "schedule": timedelta(seconds=10)},
    "expire holds": {"task": "scheduling.tasks.expire_holds", "schedule": timedelta(minutes=1)},
    "load public holidays": {"task": "scheduling.tasks.load_holidays", "schedule": timedelta(days=1)},
    "look after customers' sites": {"task": "webex.tasks.find_work", "schedule": timedelta(seconds=5)},
    "find cover": {"task": "engagements.tasks.find_cover", "schedule": timedelta(minutes=1)},
    "send warnings": {"task": "engagements.tasks.send_warnings", "schedule": timedelta(minutes=1)},
    "read what sites told": {"task": "engagements.tasks.read_site_news", "schedule": timedelta(seconds=10)},
    "ask the next": {"task": "engagements.tasks.ask_next", "schedule": timedelta(seconds=30)},
    "carry engagements along": {"task": "engagements.tasks.sync_states", "schedule": timedelta(minutes=1)},
    "flag open items": {"task": "engagements.tasks.flag_open_items", "schedule": timedelta(minutes=1)},
    "re-check waiting orders": {"task": "orders.tasks.recheck_waiting_orders", "schedule": timedelta(minutes=1)},
    "tell what became of changes on sites": {"task": "orders.tasks.tell_site_updates", "schedule": timedelta(minutes=1)},
    "forget expired counters": {"task": "customers.tasks.forget_expired", "schedule": timedelta(hours=1)},
    "warn of unanswered changes": {"task": "orders.tasks.warn_of_unanswered_changes", "schedule": timedelta(minutes=1)},
    "forget parked work": {"task": "outbox.tasks.forget_parked_work", "schedule": timedelta(days=1)},
    "forget kept answers": {"task": "customers.tasks.forget_answers", "schedule": timedelta(hours=1)},
    "answer bulk checks": {"task": "orders.tasks.answer_bulk_checks", "schedule": timedelta(seconds=3)},
    "complete orders": {"task": "orders.tasks.complete_orders", "schedule": timedelta(minutes=1)},
    "count promises": {"task": "reports.tasks.count_promises", "schedule": timedelta(minutes=5)},
    "make reports": {"task": "reports.tasks.make_reports", "schedule": timedelta(minutes=1)},
    "mail figures": {"task": "reports.tasks.mail_figures", "schedule": timedelta(minutes=15)},
    "extend the chains": {"task": "reports.tasks.extend_chains", "schedule": timedelta(minutes=5)},
    "apply retention": {"task": "reports.tasks.apply_retention", "schedule": timedelta(days=1)},
    "make exports": {"task": "reports.tasks.make_exports", "schedule": timedelta(seconds=5)},
    "forget old exports": {"task": "reports.tasks.forget_old_exports", "schedule": timedelta(hours=1)},
    "look for new zone rules": {"task": "orders.tasks.look_for_new_zone_rules", "schedule": timedelta(days=1)},
    "issue invoices": {"task": "orders.tasks.issue_invoices", "schedule": timedelta(minutes=1)},
}
