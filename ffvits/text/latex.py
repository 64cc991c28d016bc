r"""Formulas in LaTeX, as replies of language models hold them, in plain signs that the rules of mathematics read.

$\frac{-b\pm\sqrt{b^2-4ac}}{2a}$ becomes (-b±√(b^2-4ac))⁄(2a).
"""

from __future__ import annotations

import re

_HAN = "一-鿿"
_INSIDE = rf"(?:\\text\{{[^{{}}$]{{0,80}}\}}|[^$\n{_HAN}，。！？；])"
# Between dollars stands a formula if nothing in it is a hanzi and no amount of money begins or ends there; then the
# brackets of LaTeX; then a fraction, a root or a sign that stands free. The group is the formula.
FORMULA = re.compile(
    rf"\$\$((?:[^$]){{1,600}}?)\$\$"
    rf"|\\\[(.{{1,600}}?)\\\]"
    rf"|\\\(([^\n]{{1,500}}?)\\\)"
    rf"|(?<![\dA-Za-z$\\])\$(?=[^\s$])({_INSIDE}{{1,300}}?)(?<=\S)\$(?![\d$])"
    rf"|(\\(?:[dt]?frac|sqrt)(?![A-Za-z])(?:[^{_HAN}$\n，。！？；、：\\]|\\[A-Za-z]+){{1,300}})"
    r"|((?:(?<=[\w)])\^|(?<![A-Za-z\d_][A-Za-z])(?<=[A-Za-z])_)\{[^{}\n]{1,30}\})"
    r"|(\\(?:times|cdot|div|pm|leq?|geq?|neq?|approx|infty|pi|alpha|beta|theta|lambda|sigma|omega)(?![A-Za-z]))",
    re.S,
)

_NAMES = {
    "times": "×", "cdot": "×", "div": "÷", "pm": "±", "le": "≤", "leq": "≤", "leqslant": "≤", "ge": "≥", "geq": "≥",
    "geqslant": "≥", "ne": "≠", "neq": "≠", "approx": "≈", "infty": "∞", "lt": "<", "gt": ">", "in": "∈",
    "notin": "∉", "cup": "∪", "cap": "∩", "subset": "⊂", "subseteq": "⊆", "perp": "⊥", "parallel": "∥", "angle": "∠",
    "triangle": "△", "because": "∵", "therefore": "∴", "to": "→", "rightarrow": "→", "Rightarrow": "⇒",
    "implies": "⇒", "iff": "⇔", "Leftrightarrow": "⇔", "circ": "°", "degree": "°", "prime": "′", "sum": "∑",
    "prod": "∏", "int": "∫", "partial": "∂", "nabla": "∇", "forall": "∀", "exists": "∃", "emptyset": "∅",
    "varnothing": "∅", "propto": "∝", "equiv": "≡", "sim": "~", "mid": "|", "vert": "|", "dots": "…", "ldots": "…",
    "cdots": "…", "quad": " ", "qquad": " ", "percent": "%",
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ",
    "sigma": "σ", "tau": "τ", "phi": "φ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ",
    "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip
_FUNCTIONS = frozenset("sin cos tan cot sec csc arcsin arccos arctan ln lg log exp lim max min gcd mod".split())
# How the argument looks, which nobody says.
_LOOKS = frozenset(
    "left right big Big bigg Bigg displaystyle textstyle limits mathrm mathbf mathbb mathcal mathit text textbf "
    "operatorname boxed overline bar vec hat tilde begin end".split()
)
_BOUNDS = re.compile(
    r"\\(sum|prod|int|lim|max|min)\s*(?:\\limits\s*)?_\s*(?:\{([^{}]{1,40})\}|(\w))(?:\s*\^\s*(?:\{([^{}]{1,40})\}|(\w|∞)))?"
)
_COMMAND = re.compile(r"\\([A-Za-z]+)(\{(?:aligned|align\*?|cases|equation\*?|gathered|split|[a-zA-Z]?matrix)\})?")
_FRACTION = re.compile(r"\\[dt]?frac\s*(?:\{([^{}]*)\}|(\w))\s*(?:\{([^{}]*)\}|(\w))")
_ROOT = re.compile(r"\\sqrt\s*(?:\[([^\[\]{}]{1,9})\])?\s*(?:\{([^{}]*)\}|(\w))")
_RAISED = re.compile(r"\^\s*\{([^{}]*)\}")
_LOWERED = re.compile(r"_\s*\{([^{}]*)\}")
_WHOLE = re.compile(r"[^\W\d_]|\d+(?:\.\d+)?")
_BASES = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def _group(text: str) -> str:
    """What stands together, in brackets unless it is one term."""
    text = text.strip()
    return text if _WHOLE.fullmatch(text) else f"({text})"


def _fraction(m: re.Match[str]) -> str:
    return f"{_group(m[1] or m[2] or '')}⁄{_group(m[3] or m[4] or '')}"


def _root(m: re.Match[str]) -> str:
    degree, under = m[1], _group(m[2] or m[3] or "")
    return {None: "√", "2": "√", "3": "三次根号"}.get(degree, f"{degree}次根号") + under


def _bounds(m: re.Match[str]) -> str:
    """What a sum, an integral or a limit runs over."""
    first, last = m[2] or m[3], m[4] or m[5]
    if m[1] in ("lim", "max", "min"):
        return rf"\{m[1]}({first})" + ("," if m[1] == "lim" else "")
    name = {"sum": "求和", "prod": "求积", "int": "积分"}[m[1]]
    return f"从{first}到{last}{name}，" if last else f"对{first}{name}，"


def plain_formula(formula: str) -> tuple[str, list[str]]:
    """The formula in plain signs, and the commands in it that are not known."""
    unknown: list[str] = []
    formula = re.sub(r"\\(?!(?:sum|prod|int)(?![A-Za-z]))([A-Za-z]+)", lambda m: _NAMES.get(m[1], m[0]), formula)
    formula = re.sub(r"\\log\s*_\s*(?:\{(\d+)\}|(\d))", lambda m: "log" + (m[1] or m[2]).translate(_BASES), formula)
    formula = _BOUNDS.sub(_bounds, formula)
    formula = re.sub(r"\\\\(?:\[[^\]]{0,9}\])?", "，", formula)
    formula = re.sub(r"\^\s*(?:\{\s*°\s*\}|°)", "°", formula)
    # The innermost first; what a pass leaves as it was is no argument.
    for _ in range(12):
        before = formula
        formula = _RAISED.sub(lambda m: f"^{_group(m[1])}", formula)
        formula = _LOWERED.sub(lambda m: m[1].strip(), formula)
        formula = _ROOT.sub(_root, _FRACTION.sub(_fraction, formula))
        if formula == before:
            break

    def named(m: re.Match[str]) -> str:
        command = m[1]
        if command in _NAMES:
            return _NAMES[command]
        if command in _FUNCTIONS:
            return f" {command} "
        if command not in _LOOKS:
            unknown.append(f"\\{command}")
        return " "

    formula = _COMMAND.sub(named, formula)
    formula = re.sub(r"\\([%$#&_{}])", r"\1", formula)
    formula = re.sub(r"&(?! *[=<>≤≥≈])", "，", formula)
    formula = re.sub(r"\\[,;:! |]|[{}&\\]", " ", formula)
    formula = re.sub(r"(?<=[A-Za-z])_(?=\w)", "", formula)
    formula = re.sub(r"\s+(?=[°′)^/!])|(?<=[(√])\s+", "", formula)
    return re.sub(r"\s+", " ", formula).strip(), unknown
