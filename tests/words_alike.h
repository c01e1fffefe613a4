/* Included by words_pages_test.c: the names of tests/sample_snapshot.c, abbreviations of the field, keys; one word each. */
"TABLO", "ASA", "AHT", "FCR", "CSAT", "CES", "NPS", "IQS", "SLA",
"Enter", "Tab", "Backspace", "Wheel", "CSV", "JSON", "Esc", "Shift", "PgUp", "PgDn", "Home", "End", "Ctrl",
"Billing", "Delivery", "Returns", "VIP", "Portugu", "Bahasa", "Orders", "Indonesia", "Jakarta", "Berlin", "Riga",
"Ana", "Ilya", "Mia", "Carla", "Sam", "Noor", "Dewi",
"zammad", "listener", "ipc", "tcp", "run", "helpdesk", "feed",
"refund", "after", "days", "SIM", "swap", "payment", "failed", "parcel", "late", "lunch", "chat",
/* Names of events, metrics, settings and options; what a format is called. */
"contact", "queued", "answered", "left", "callbacks", "due", "scheduled", "compare", "MessagePack", "CURVE", "src", "boot", "seq", "UTC", "Space",
