"""`python -m tests.appeals.drawing` renews what docs/appeals.md shows of the code: diagram and table."""

from api.settings import ROOT
from appeals.states import ACTS, OPEN, Act, State, follow

PAGE = ROOT / "docs" / "appeals.md"
WHO = {"reviewer": "reviewer", "learner": "learner", "clock": "the clock"}


def diagram() -> str:
    """The states and the acts between them, in Mermaid. Acts that leave a case where it is are in the table only."""
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> filed"]
    arrows: dict[tuple[State, State], list[Act]] = {}
    for act, rule in ACTS.items():
        for state in State:
            for level in (1, 2):
                if state in rule.frm and _reachable(state, level):
                    after = follow(state, act, level=level)
                    acts = arrows.setdefault((state, after), [])
                    if after is not state and act not in acts:
                        acts.append(act)
    lines += [f"    {one} --> {two}: {', '.join(acts)}" for (one, two), acts in arrows.items() if acts]
    lines += [f"    {state} --> [*]" for state in State if state not in OPEN]
    return "\n".join([*lines, "```"])


def _reachable(state: State, level: int) -> bool:
    """A case at a second person never waits as a fresh one does, and the reverse."""
    return not (level == 2 and state is State.FILED) and not (level == 1 and state is State.ESCALATED)


def table() -> str:
    """Every act: whose it is, from where, where to, and what else must hold."""
    lines = ["| act | who | from | to | when |", "|---|---|---|---|---|"]
    for act, rule in ACTS.items():
        where = "any" if rule.frm == frozenset(State) else "any open" if rule.frm == OPEN else _names(rule.frm)
        lines.append(
            f"| `{act}` | {WHO[rule.who]} | {where} | {f'`{rule.to}`' if rule.to else 'as it was'} | {rule.when} |"
        )
    return "\n".join(lines)


def _names(states: frozenset[State]) -> str:
    return ", ".join(f"`{state}`" for state in State if state in states)


def renewed(page: str) -> str:
    """The page with both as the code has them now."""
    for name, made in (("diagram", diagram()), ("acts", table())):
        begins, ends = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        before, rest = page.split(begins)
        _, after = rest.split(ends)
        page = f"{before}{begins}{made}\n{ends}{after}"
    return page


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text("utf-8")), "utf-8")
