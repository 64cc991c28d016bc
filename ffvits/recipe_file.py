"""How a recipe is read: YAML becomes settings; each complaint names the key, the line and the nearest valid name."""

from __future__ import annotations

import dataclasses
import difflib
import re
import typing
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from ffvits.errors import RecipeError
from ffvits.files import text_of

if TYPE_CHECKING:
    import yaml

    Settings = TypeVar("Settings")

_WORDS = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}
_HOW = "write each as a key, a half-width colon, a space and a value, as in 'steps: 200'"
# Usual slips by what their line looks like: YAML tells them in words for programmers, or of the line behind.
_SLIPS = (
    (r"^\s*```", "take out the lines ``` around the recipe"),
    (r"^---", "take that line out: a recipe is one document"),
    ("\t", "indent with spaces: YAML takes no tabs"),
    (r"^\s*\w+\s*：", "write a half-width colon and a space, as in 'steps: 200', where the full-width ： stands"),
    (r"^\s*\w+:[^\s:/\\]", "put a space behind the colon, as in 'steps: 200'"),
    (r'^\s*\w+: *".*\\', "put a path with \\ in single quotes or in none, or write / instead"),
    (r"^\s*\w+: +([@%`]|[^\s'\"\[{#][^'\"]*:(\s|$))", "put the value in quotes: a sign begins it, or a colon parts it"),
)
_USUAL = "close brackets and quotes, part by half-width commas, indent as the neighbours; recipes/default.yaml shows it"


def read_file(path: Path) -> yaml.Node | None:
    """The YAML of a recipe's file (see `text_of`); None where it is empty. Raises RecipeError naming file and line."""
    import yaml

    try:
        text = text_of(path.read_bytes())
    except FileNotFoundError as error:
        raise RecipeError("there is no such recipe", cure="see recipes/default.yaml", file=path) from error
    except OSError as error:
        raise RecipeError(f"cannot be read: {error.strerror}", cure="name a recipe's file", file=path) from error
    if text is None:
        raise RecipeError("this is no text, or one in an unusual code", cure="save the file as UTF-8", file=path)
    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except RecursionError as error:
        raise RecipeError("brackets stand in brackets without end", cure=_USUAL, file=path) from error
    except yaml.YAMLError as error:
        problem = getattr(error, "problem", None) or str(error)
        mark = getattr(error, "problem_mark", None)
        if "end of stream" in problem or "stream end" in problem:  # of what was opened and not closed
            mark = error.context_mark or mark
        line, cure = _slip(text, mark.line) if mark else (None, "take that character out")
        raise RecipeError(f"not valid YAML: {problem}", cure=cure, file=path, line=line) from error


def _slip(text: str, place: int) -> tuple[int, str]:
    """The line, counted from 1, of a usual slip by which YAML could not go on at line `place` (from 0), and its cure.

    It stands there or in the line of content before; what goes before that was read.
    """
    lines = enumerate(text.splitlines()[: place + 1], 1)
    written = [(number, line) for number, line in lines if not re.match(r"\s*(#|$)", line)]
    for number, line in reversed(written[-2:]):
        for shape, cure in _SLIPS:
            if re.search(shape, line):
                return number, cure
    return place + 1, _USUAL


def read_value(text: str) -> Any:
    """One value as a recipe's file would hold it: lists and tables of texts, which the field's kind then decides.

    What begins with a number sign is no comment here. Raises RecipeError for what is no YAML.
    """
    import yaml

    class Texts(yaml.SafeLoader):
        """YAML in which nothing but an absent value is other than a text: 001 and no stay what they are."""

    Texts.yaml_implicit_resolvers = {
        first: [(tag, shape) for tag, shape in known if tag.endswith(":null")]
        for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    if text.lstrip().startswith("#"):
        return text.strip()
    try:
        node = yaml.compose(text, Loader=Texts)
        value = yaml.load(text, Loader=Texts)
    except (yaml.YAMLError, RecursionError) as error:
        raise RecipeError(f"{text!r} is not valid YAML", cure="quote it") from error
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    if word := next((key.value for key, value in pairs if _lacks_colon(key, value)), None):
        raise RecipeError(f"{word} has no value in {text!r}", cure=_HOW)
    return value


def _lacks_colon(key: yaml.Node, value: yaml.Node) -> bool:
    """Whether nothing stands between a key and its value: {派萌, 派蒙} would correct both names to nothing."""
    return value.end_mark.index == key.end_mark.index


def as_node(values: Mapping[str, Any]) -> yaml.Node:
    """Plain nested values as the YAML that would hold them."""
    import yaml

    return yaml.compose(yaml.safe_dump(values, allow_unicode=True), Loader=yaml.SafeLoader)


def or_nearest(name: str, known: Iterable[str]) -> str:
    """A cure for a name that is not known: the nearest one, and all."""
    names = list(known)
    nearest = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    return (f"did you mean {nearest[0]!r}? " if nearest else "") + f"one of: {', '.join(names)}"


class Reader:
    """Builds settings from YAML nodes, so that each complaint can name its line."""

    def __init__(self, file: str | Path | None) -> None:
        self.file = file
        self.options: tuple[str, ...] = ()  # the dotted names of all that may be set

    def build(self, start: Settings, node: yaml.Node | None, path: str = "") -> Settings:
        """The settings `start` with what the node states in their place. Raises RecipeError."""
        import yaml

        if not path:
            self.options = tuple(_dotted(start))
        if node is None or (isinstance(node, yaml.ScalarNode) and node.tag.endswith(":null")):
            return start
        if not isinstance(node, yaml.MappingNode):
            raise self._wrong(f"{path or 'the recipe'} must be a list of 'key: value' lines", node, _HOW)
        known = {f.name: f for f in dataclasses.fields(start)}
        hints = typing.get_type_hints(type(start))
        values: dict[str, Any] = {}
        for key, value in self._pairs(node, path):
            name = key.value
            dotted = f"{path}.{name}" if path else name
            if name not in known:
                raise self._wrong(f"unknown key {dotted!r}", key, self._where(name, known, path))
            if dataclasses.is_dataclass(hints[name]):
                values[name] = self.build(getattr(start, name), value, dotted)
            else:
                values[name] = self._value(hints[name], value, dotted, known[name].metadata)
        try:
            return dataclasses.replace(start, **values)
        except RecipeError as error:  # of values that do not go together
            raise self._wrong(error.message, node, error.cure) from error

    def _where(self, name: str, known: Iterable[str], path: str) -> str:
        """A cure for a key that is not known in the section `path`: where it belongs, or the nearest one that is.

        Names are whole ones: so `--set` takes them, and in a file they say of which section.
        """
        if name != name.strip():
            return "indent with plain spaces: a full-width or non-breaking one stands before it"
        homes = [option for option in self.options if option.rpartition(".")[2] == name]
        if homes:
            return f"did you mean {' or '.join(homes)}?"
        nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
        whole = [f"{path}.{one}" if path else one for one in nearest]
        return f"did you mean {whole[0]!r}?" if whole else f"known here: {', '.join(known)}"

    def _wrong(self, message: str, node: yaml.Node, cure: str = "") -> RecipeError:
        line = node.start_mark.line + 1 if isinstance(self.file, Path) else None
        return RecipeError(message, cure=cure, file=self.file, line=line)

    def _pairs(self, node: yaml.MappingNode, path: str) -> Iterable[tuple[yaml.ScalarNode, yaml.Node]]:
        import yaml

        seen: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self._wrong(
                    f"a key in {path or 'the recipe'} must be a text, not a list or a table",
                    key,
                    "fill in what stands in {{ }}, or put the key in quotes",
                )
            if key.value in seen:
                raise self._wrong(
                    f"the key {key.value!r} stands twice in {path or 'the recipe'}", key, "keep one of them"
                )
            seen.add(key.value)
            yield key, value

    def _value(self, hint: Any, node: yaml.Node, name: str, limits: Mapping[str, Any], word: str = "") -> Any:
        """What a node says of a field; `word` is the key under which it stands in a table."""
        import yaml

        origin = typing.get_origin(hint)
        if origin is Literal:
            return self._choice(typing.get_args(hint), node, name)
        if origin is tuple:
            if not isinstance(node, yaml.SequenceNode):
                raise self._wrong(f"{name} must be a list: [一, 二]", node, "put it in [ ], even where it is only one")
            return tuple(self._value(typing.get_args(hint)[0], item, name, limits) for item in node.value)
        if origin is dict:
            if not isinstance(node, yaml.MappingNode):
                raise self._wrong(f"{name} must be a table of 'key: value'", node, _HOW)
            inner = typing.get_args(hint)[1]
            table = {}
            for key, item in self._pairs(node, name):
                empty = isinstance(item, yaml.ScalarNode) and item.tag.endswith(":null")
                if empty and (re.search("[:：]", key.value) or _lacks_colon(key, item)):
                    raise self._wrong(f"{name}.{key.value} has no value", key, _HOW)
                table[key.value] = self._value(inner, item, f"{name}.{key.value}", limits, key.value)
            return table
        value = self._scalar(hint, node, name)
        self._check(limits, value, node, name, word)
        return value

    def _choice(self, choices: tuple[str, ...], node: yaml.Node, name: str) -> str:
        import yaml

        text = node.value if isinstance(node, yaml.ScalarNode) else None
        if "on" in choices:  # what YAML 1.1 makes of on and off, in a flag's value
            text = {"true": "on", "false": "off"}.get(text, text)
        if text not in choices:
            raise self._wrong(f"{name} cannot be {text!r}", node, or_nearest(str(text), choices))
        return text

    def _scalar(self, hint: Any, node: yaml.Node, name: str) -> Any:
        import yaml

        if not isinstance(node, yaml.ScalarNode):
            raise self._wrong(f"{name} must be {_WORDS[hint]}", node)
        if hint is str:
            if re.search("[\0\ud800-\udc7f\udd00-\udfff]", node.value):  # the others stand for bytes of a file's name
                raise self._wrong(f"{name} holds what no text does: {node.value!r}", node, "write it anew")
            # A name such as 2B or 001 is a text however YAML would read it; only an absent value is not.
            return "" if node.tag.endswith(":null") else node.value
        kind = node.tag.rsplit(":", 1)[-1]
        truths = yaml.SafeLoader.bool_values
        if hint is bool and kind in ("bool", "str") and node.value.lower() in truths:
            return truths[node.value.lower()]
        if hint in (int, float) and kind in ("int", "float", "str"):
            number = _number(hint, node.value.replace("_", ""))
            if number is not None:
                return number
        cure = "give it one, or take the line out: it then is left to ffvits" if kind == "null" else ""
        raise self._wrong(f"{name} must be {_WORDS[hint]}, not {node.value!r}", node, cure)

    def _check(self, limits: Mapping[str, Any], value: Any, node: yaml.Node, name: str, word: str) -> None:
        low, high, check = (limits.get(what) for what in ("low", "high", "check"))
        if isinstance(value, str) and check is not None:
            try:
                check(word, value)
            except RecipeError as error:
                raise self._wrong(f"{name}: {error.message}", node, error.cure) from error
        if isinstance(value, bool) or not isinstance(value, int | float):
            return
        if not low <= value <= high:
            raise self._wrong(f"{name} cannot be {node.value}", node, f"it goes from {low} to {high}")


def _dotted(settings: object, path: str = "") -> Iterable[str]:
    """The dotted names of all settings, those of sections within."""
    for entry in dataclasses.fields(settings):
        inner = getattr(settings, entry.name)
        yield path + entry.name
        if dataclasses.is_dataclass(inner):
            yield from _dotted(inner, f"{path}{entry.name}.")


def _number(kind: type, text: str) -> int | float | None:
    """The number in a text, also 1e-4, which YAML 1.1 takes for a text; None where there is none of that kind."""
    try:
        number = float(text)
    except ValueError:
        return None
    if kind is float:
        return number
    return int(number) if number.is_integer() else None
