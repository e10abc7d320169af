"""The lines of the queue, drawn by a function: as a template they took half of the page's time."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.web.addresses import address_of
from crm.web.drawn import avatar, due, escaped, icon, tag
from interactions.models import Interaction
from interactions.web.queue import Row


@dataclass(frozen=True, slots=True)
class _Words:
    """What every line says, read once in the reader's language."""

    nobody: str
    no_promise: str
    left: str
    select: str
    snooze: str


def lines(rows: Iterable[Row], *, may_assign: bool, changed: bool = False) -> SafeString:
    """A line of the table for each row; `changed` ones each take the place of what is shown."""
    words = _Words(
        nobody=escaped(_("Not known yet")),
        no_promise=escaped(_("No promise")),
        left=_("Left this list"),
        select=_("Select %(name)s"),
        snooze=_("Snooze %(name)s until tomorrow"),
    )
    return SafeString("".join(_line(row, words, may_assign, changed) for row in rows))


def _line(row: Row, words: _Words, may_assign: bool, changed: bool) -> str:
    one = row.interaction
    gone = ' class="gone"' if row.gone else ""
    swap = ' hx-swap-oob="true"' if changed else ""
    return (
        f'<tr id="row-{one.pk}" data-row="{one.pk}.{escaped(row.mark)}"{gone}{swap}>\n'
        f'<td class="half o1">{_promise(row, words)}</td>\n'
        f'<td class="m-name">{_who(row, words)}</td>\n'
        f"<td>{_subject(row)}</td>\n"
        f'<td class="half o2"><div class="row-x"><div class="state-x grow">{_tag(row, words)}'
        f"<span>{escaped(row.status)}</span></div>"
        f"{_steps(one, words) if may_assign and not row.gone else ''}</div></td>\n</tr>\n"
    )


def _promise(row: Row, words: _Words) -> str:
    shown = row.due
    if shown is None:
        return f'<span class="muted">{words.no_promise}</span>'
    return due(
        shown.state,
        shown.share,
        shown.left,
        what=shown.what,
        at=shown.at,
        seconds=shown.seconds,
        running=shown.running,
    )


def _who(row: Row, words: _Words) -> str:
    one = row.interaction
    if one.customer is None:
        return f'<span class="muted">{words.nobody}</span>'
    flag = row.flag and f'<div class="sub trunc" translate="no">{escaped(row.flag)}</div>'
    return (
        f'<div class="row-x">{avatar(row.name, one.customer.type == "business")}'
        f'<div class="grow"><a class="cell trunc d-block" id="who-{one.pk}"'
        f' href="{escaped(address_of("customers:page", one.customer.pk))}" translate="no">'
        f"{escaped(row.name)}</a>{flag}</div></div>"
    )


def _subject(row: Row) -> str:
    one = row.interaction
    owner = row.owner and f' · <span translate="no">{escaped(row.owner)}</span>'
    worn = "".join(
        f' <span class="worn" translate="no">{escaped(name)}</span>' for name in row.tags
    )
    return (
        f'<a class="cell trunc d-block" data-open id="open-{one.pk}"'
        f' href="{escaped(address_of("interactions:page", one.public_id))}" translate="no">'
        f'{escaped(one.subject)}</a><div class="sub trunc"><span class="me-1">'
        f'{icon(row.channel_icon)}<span class="vh">{escaped(row.channel)}</span></span>'
        f' <span translate="no">{escaped(one.reference)}</span> · {escaped(row.sub)}{owner}'
        f"{worn}</div>"
    )


def _tag(row: Row, words: _Words) -> str:
    if row.gone:
        return tag(words.left, "", "arrow-right")
    if row.tag is None:
        return ""
    tone, icon_name, text = row.tag
    return tag(text, tone, icon_name)


def _steps(one: Interaction, words: _Words) -> str:
    """What may be done with a line where it stands."""
    name = {"name": one.reference}
    return (
        f'<label class="pick"><span class="vh">{escaped(words.select % name)}</span>'
        f'<input class="form-check-input" type="checkbox" id="pick-{one.pk}" name="pick"'
        f' value="{one.pk}"></label><button class="vh" type="submit" form="snooze-row"'
        f' name="pick" value="{one.pk}" data-row-key="S" tabindex="-1">'
        f"{escaped(words.snooze % name)}</button>"
    )
