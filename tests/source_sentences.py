"""Sentences of the source as the tables have them: with something in every place that is filled."""

import ast

FILLED = "派蒙 0.5"


def filled(part: ast.expr) -> str:
    """A piece of a string of the source; of what is counted the tables have the plural."""
    if isinstance(part, ast.Constant):
        return part.value
    call = getattr(part, "value", None)
    if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "counted":
        return f"{FILLED} {call.args[1].value}s"
    return FILLED
