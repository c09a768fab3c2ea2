"""How the functions of MiniStack's services are replaced, and XML for what they leave out."""

from xml.sax.saxutils import escape


def replace(module, name, wrap) -> None:
    """Puts `wrap(original)` in the place of a module's function, in the module's tables of operations too."""
    original = getattr(module, name)
    replacement = wrap(original)
    setattr(module, name, replacement)
    for table in list(vars(module).values()):
        if isinstance(table, dict):
            for key in [key for key, value in table.items() if value is original]:
                table[key] = replacement


def elements(fields: dict) -> str:
    """XML elements of the fields that have a value; a list becomes one `member` an item, as in AWS's query protocol."""
    return "".join(element(name, value) for name, value in fields.items() if value not in (None, "", [], {}))


def element(name: str, value) -> str:
    if isinstance(value, dict):
        content = elements(value)
    elif isinstance(value, list):
        content = "".join(element("member", item) for item in value)
    elif isinstance(value, bool):
        content = str(value).lower()
    else:
        content = escape(str(value))
    return f"<{name}>{content}</{name}>"


def insert_after(body, anchor: str, addition: str):
    """The body with something put behind each place where an anchor stands; bytes stay bytes."""
    if isinstance(body, bytes):
        return body.replace(anchor.encode(), (anchor + addition).encode())
    return body.replace(anchor, anchor + addition)
