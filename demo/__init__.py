"""The demonstration: invented stalls, people, sales and records, and `manage.py load_demo` that writes them."""
