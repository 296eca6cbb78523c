"""What holds for the whole city, owned by its judicial office: parameters and house rules, templates, code keys."""
