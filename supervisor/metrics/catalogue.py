"""Every metric that there is: names, kinds and meanings. docs/metrics.md has them as a table, made from here."""

from supervisor.metrics.family import Metric

BUILD = Metric("gerald_build_info", "gauge", "1; which Gerald and which Python it is.", ("version", "python"))
READY = Metric("gerald_ready", "gauge", "1 when no actor is starting or down, else 0.")
STARTED = Metric(
    "gerald_start_time_seconds", "gauge", "When this process of Gerald started, in epoch seconds."
)
ROOTS = Metric(
    "gerald_launcher_restarts_total", "counter", "How often the launcher has started Gerald again."
)
CONFIGURATION = Metric(
    "gerald_configuration_version", "gauge", "The number of the configuration in force; 1 at the start."
)

STATE = Metric("gerald_actor_state", "gauge", "1; what the actor does, as a label.", ("actor", "state"))
HEALTH = Metric("gerald_actor_health", "gauge", "3 OK, 2 DEGRADED, 1 STARTING, 0 DOWN.", ("actor",))
RESTARTS = Metric("gerald_actor_restarts_total", "counter", "Starts after the first.", ("actor",))
FAILURES = Metric("gerald_actor_failures_total", "counter", "Deaths that nobody asked for.", ("actor",))
MAILBOX = Metric("gerald_actor_mailbox_messages", "gauge", "Messages that wait.", ("actor",))
CAPACITY = Metric("gerald_actor_mailbox_limit", "gauge", "Data messages that may wait.", ("actor",))
HANDLED = Metric(
    "gerald_actor_handled_messages_total", "counter", "Messages that it has handled.", ("actor",)
)
HANDLING = Metric(
    "gerald_actor_handling_seconds",
    "gauge",
    "What its handlers took in the last minute or two: the median and the 95th percentile.",
    ("actor", "quantile"),
)
CPU = Metric(
    "gerald_actor_cpu_seconds_total",
    "counter",
    "Processor time of the actor's threads or process.",
    ("actor",),
)
MEMORY = Metric(
    "gerald_actor_memory_bytes", "gauge", "Resident memory of an actor's own process.", ("actor",)
)
DEAD = Metric(
    "gerald_dead_letters_total", "counter", "Messages that were not handled, by reason.", ("reason",)
)

TURNS = Metric("gerald_turns_total", "counter", "Turns that ended: said, cancelled, failed.", ("outcome",))
STAGES = Metric("gerald_turn_stage_seconds", "histogram", "What the stages of turns took.", ("stage",))
RESPONSE = Metric(
    "gerald_turn_response_seconds",
    "histogram",
    "From the last sound of what somebody said to the first of the reply.",
)

COMPLETIONS = Metric(
    "gerald_model_completions_total",
    "counter",
    "Replies of language models: complete, or the kind of failure.",
    ("result",),
)
TOKENS = Metric("gerald_model_tokens_total", "counter", "Tokens of complete replies.")
GENERATING = Metric(
    "gerald_model_generating_seconds_total",
    "counter",
    "Time between the first token and the last of these replies: the quotient of the rates is tokens a second.",
)
MODEL = Metric(
    "gerald_model_info", "gauge", "1; the model that the configuration names, or embedded.", ("model",)
)
STANDS_IN = Metric(
    "gerald_model_stands_in", "gauge", "1 while the embedded model answers in place of the configured ones."
)

DATAGRAMS = Metric("gerald_osc_datagrams_total", "counter", "OSC datagrams that came.")
FOREIGN = Metric("gerald_osc_foreign_datagrams_total", "counter", "Those from another host than the game's.")
TWICE = Metric("gerald_osc_repeated_datagrams_total", "counter", "Those that came to both ports.")
MALFORMED = Metric(
    "gerald_osc_malformed_datagrams_total", "counter", "Those refused, by reason.", ("reason",)
)
MESSAGES = Metric(
    "gerald_osc_messages_total",
    "counter",
    "OSC messages: handled, ignored, coalesced (a newer value came first), announced.",
    ("outcome",),
)
WRITES_REFUSED = Metric(
    "gerald_osc_refused_writes_total", "counter", "Writes to the avatar that were not sent.", ("reason",)
)

PICTURES = Metric("gerald_vision_pictures_total", "counter", "Pictures that were looked at.")
LATE = Metric(
    "gerald_vision_late_pictures_total", "counter", "Those told of only after a newer one had been."
)
AGE = Metric(
    "gerald_vision_age_seconds", "gauge", "From a picture to when it is known what is in it, on average."
)
SEEN_AT = Metric(
    "gerald_vision_last_picture_seconds", "gauge", "When the last one was taken, in epoch seconds."
)
SIGHTS = Metric("gerald_vision_sights", "gauge", "People and things in view, by kind.", ("kind",))

DISK = Metric("gerald_disk_bytes", "gauge", "What Gerald's files take: database, traces, backups.", ("what",))
FREE = Metric("gerald_disk_free_bytes", "gauge", "What is free on the disk of the home.")
TRACE_LOST = Metric("gerald_trace_lost_records_total", "counter", "Records that could not be written.")

PROCESS_CPU = Metric(
    "gerald_process_cpu_seconds_total", "counter", "Processor time of Gerald's main process."
)
PROCESS_MEMORY = Metric(
    "gerald_process_resident_memory_bytes", "gauge", "Resident memory of the main process."
)
PROCESS_FILES = Metric("gerald_process_open_fds", "gauge", "Open files and sockets of the main process.")
PROCESS_THREADS = Metric("gerald_process_threads", "gauge", "Threads of the main process.")
PROCESSES = Metric("gerald_processes", "gauge", "Processes of Gerald, the main one among them.")
ALL_MEMORY = Metric("gerald_resident_memory_bytes", "gauge", "Resident memory of all of these together.")

METRICS: tuple[Metric, ...] = tuple(found for found in tuple(globals().values()) if isinstance(found, Metric))
"""In the order in which they are told."""
